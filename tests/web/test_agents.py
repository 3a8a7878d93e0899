from __future__ import annotations

from tests.web.conftest import House, chunk, closed_with, hear, say


async def test_prompts_of_the_agents_own_calls(house: House) -> None:
    token = house.token("agent", "south", "8012")
    ingest = house.token("ingest", "south")
    async with (
        house.source(ingest, "c1") as mine,
        house.source(ingest, "c2", agent="9") as other,
        house.socket("/ws/agents/8012") as screen,
    ):
        await say(screen, type="hello", token=token)
        assert (await hear(screen))["type"] == "welcome"
        assert (await hear(screen))["call"] == "c1"
        await other.send(chunk(-1))
        await mine.send(chunk(-1))
        shown = await hear(screen)
        assert (shown["type"], shown["state"], shown["call"]) == ("prompt", "shown", "c1")
        await mine.send(chunk(-2))
        assert (await hear(screen))["state"] == "cleared"


async def test_a_screen_that_opens_late_sees_what_is_shown(house: House) -> None:
    async with house.source(house.token("ingest", "south"), "c1") as source:
        async with house.feed(house.token("supervisor", "south"), live=True) as feed:
            await source.send(chunk(-1))
            while (await hear(feed))["type"] != "prompt":
                pass
        async with house.socket("/ws/agents/8012") as screen:
            await say(screen, type="hello", token=house.token("agent", "south", "8012"))
            kinds = [(await hear(screen))["type"] for _ in range(3)]
            assert kinds == ["welcome", "call.started", "prompt"]


async def test_others_see_no_prompts(house: House) -> None:
    for role, agent in (("agent", "9"), ("qa", ""), ("ingest", ""), ("admin", "")):
        async with house.socket("/ws/agents/8012") as screen:
            await say(screen, type="hello", token=house.token(role, "south", agent))
            assert await closed_with(screen) == (4403, "wrong_role"), role


async def test_supervisor_of_another_team_sees_an_empty_screen(house: House) -> None:
    async with (
        house.source(house.token("ingest", "south"), "c1") as source,
        house.socket("/ws/agents/8012") as screen,
    ):
        await say(screen, type="hello", token=house.token("supervisor", "north"))
        assert (await hear(screen))["type"] == "welcome"
        await source.send(chunk(-1))
        await source.send("END")
        assert (await hear(source))["type"] == "ended"
        await screen.send("{}")
        assert await closed_with(screen) == (4400, "bad_message")
