"""What supervisors do about alerts, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from monitor.access.permissions import require
from monitor.access.principal import Principal
from monitor.alerts import action_log, actions
from monitor.alerts.actions import TEXT_CHARS, Action, Deed
from monitor.errors import Conflict
from monitor.events import CallStarted, Prompt
from monitor.web.body import read_json

if TYPE_CHECKING:
    from monitor.web.state import State

SUPERVISOR = "supervisor"
"""Reason of a prompt that a person sent."""

_BODY_BYTES = 8 * 1024


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence for the agent of a live call; empty takes the one on the screen away."""

    text: Annotated[str, Meta(max_length=TEXT_CHARS)] = ""


async def act(request: Request, state: State, who: Principal) -> Response:
    """Acknowledge, mark as false alarm, prompt, escalate or undo; answers with the action."""
    deed = await read_json(request, Deed, limit=_BODY_BYTES)
    team = team_asked(request, who, "alerts.act")
    alert: str = request.path_params["alert"]
    call = None
    if deed.action in ("prompt", "undo"):
        call = await _live_call(state, team, alert)
        if call is None and deed.action == "prompt":
            raise Conflict("call_over", "the call is over: nobody would see it")
    done = await state.deeds.act(team, alert, deed, actor=who.label, name=name_of(who))
    if call is not None:
        await _show(state, call, team, done.action)
    return Response(actions.encode(done.action), media_type="application/json")


async def message(request: Request, state: State, who: Principal) -> Response:
    """Put a sentence on the screen of the agent of a live call."""
    wanted = await read_json(request, Message, limit=_BODY_BYTES)
    team = team_asked(request, who, "prompts.send")
    call = state.wall.started(team, request.path_params["call"])
    if call is None:
        raise Conflict("no_call", "no such call is live")
    await _publish(state, call, wanted.text.strip(), name_of(who))
    return Response(b"{}", media_type="application/json")


def name_of(who: Principal) -> str:
    """How others see who did something."""
    return who.name or who.label


def team_asked(request: Request, who: Principal, action: str) -> str:
    """The team it is about: the one that is asked for, else the holder's first."""
    team = request.query_params.get("team") or who.team
    require(who, action, team=team)
    return team


async def _live_call(state: State, team: str, alert: str) -> CallStarted | None:
    call = await state.store.read(lambda on: action_log.call_of(on, team, alert))
    if call is None:
        raise Conflict("no_alert", "no such alert")
    return state.wall.started(team, call)


async def _show(state: State, call: CallStarted, team: str, action: Action) -> None:
    """Bring the agent's screen in line with a prompt, or with its undoing."""
    if action.action == "prompt":
        await _publish(state, call, action.text, action.by)
    elif action.action == "undo":
        past = await state.store.read(lambda on: action_log.of_alert(on, team, action.alert))
        undone = [each for each in past if each.seq == action.undoes]
        if undone and undone[0].action == "prompt":
            await _publish(state, call, "", action.by)


async def _publish(state: State, call: CallStarted, text: str, by: str) -> None:
    prompt = Prompt(
        call=call.call,
        text=text,
        reason=SUPERVISOR,
        state="shown" if text else "cleared",
        at=state.wall.heard_s(call.team, call.call),
        by=by,
    )
    await state.desk.publish(call, [prompt])
