from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.scheduler import Job, Schedule
from monitor.clock import VirtualClock
from monitor.speech.endpoint import Kind
from monitor.types import Role, Segment

tokens = itertools.count()


def job(
    kind: Kind = Kind.FINAL,
    *,
    call: str = "c",
    role: Role = Role.AGENT,
    number: int = 0,
    start_s: float = 0.0,
    seconds: float = 1.0,
    deadline_s: float = 0.0,
    since_s: float = 0.0,
    team: str = "",
) -> Job:
    samples = np.zeros(int(seconds * 16_000), np.int16)
    segment = Segment(
        call=call,
        role=role,
        number=number,
        start=int(start_s * 16_000),
        samples=samples,
        closed=kind is Kind.FINAL,
    )
    return Job(
        token=next(tokens),
        segment=segment,
        kind=kind,
        deadline_s=deadline_s,
        since_s=since_s,
        team=team,
    )


def test_finals_by_deadline_then_speculative_then_partials() -> None:
    schedule = Schedule()
    partial = job(Kind.PARTIAL, call="a", deadline_s=1)
    late = job(call="b", deadline_s=9)
    guess = job(Kind.SPECULATIVE, call="d", deadline_s=0)
    early = job(call="e", deadline_s=5)
    for each in (partial, late, guess, early):
        assert schedule.put(each) == []
    assert [schedule.take() for _ in range(5)] == [[early], [late], [guess], [partial], []]


def test_newer_partial_replaces_the_older_of_the_same_role() -> None:
    schedule = Schedule()
    old, other = job(Kind.PARTIAL), job(Kind.PARTIAL, role=Role.CUSTOMER)
    schedule.put(old)
    schedule.put(other)
    new = job(Kind.PARTIAL, seconds=1.5)
    assert schedule.put(new) == [old]
    assert schedule.waiting(Kind.PARTIAL) == 2
    assert schedule.counts.replaced == 1


def test_final_replaces_guess_and_partial_of_its_role() -> None:
    schedule = Schedule()
    partial, guess = job(Kind.PARTIAL), job(Kind.SPECULATIVE)
    schedule.put(partial)
    assert schedule.put(guess) == [partial]
    final = job()
    assert schedule.put(final) == [guess]
    assert schedule.take() == [final]


def test_partial_of_the_same_segment_does_not_replace_a_guess() -> None:
    schedule = Schedule()
    schedule.put(job(Kind.SPECULATIVE))
    assert schedule.put(job(Kind.PARTIAL)) == []


def test_finals_do_not_replace_finals() -> None:
    schedule = Schedule()
    first, second = job(number=0), job(number=1)
    assert schedule.put(first) == schedule.put(second) == []
    assert schedule.waiting(Kind.FINAL) == 2


def test_batch_is_of_one_bucket_and_one_kind_of_decode() -> None:
    schedule = Schedule(batch=3)
    members = [job(call=str(i), seconds=1.1 + i / 10, deadline_s=i) for i in range(4)]
    long = job(call="long", seconds=4, deadline_s=0.5)
    partial = job(Kind.PARTIAL, call="p", seconds=1.2)
    for each in (*members, long, partial):
        schedule.put(each)
    assert schedule.take() == members[:3]
    assert schedule.take() == [long]
    assert schedule.take() == [members[3]]
    assert schedule.take() == [partial]


def test_overload_sheds_partials_then_guesses_and_counts_finals() -> None:
    schedule = Schedule(most_s=5.0)
    guess = job(Kind.SPECULATIVE, call="g", seconds=2)
    partial = job(Kind.PARTIAL, call="p", seconds=2)
    schedule.put(guess)
    schedule.put(partial)
    assert schedule.put(job(call="1", seconds=2)) == [partial]
    assert schedule.put(job(call="2", seconds=3)) == [guess]
    assert schedule.put(job(call="3", seconds=9)) == []
    assert schedule.counts.shed == 2
    assert schedule.counts.overflows == 1
    refused = job(Kind.PARTIAL, call="q")
    assert schedule.put(refused) == [refused]


def test_age_of_the_oldest_final_on_a_virtual_clock() -> None:
    clock, schedule = VirtualClock(), Schedule()
    assert schedule.oldest_final_s(clock.monotonic()) == 0
    schedule.put(job(Kind.PARTIAL, call="p", since_s=clock.monotonic()))
    clock.advance(2)
    schedule.put(job(since_s=clock.monotonic()))
    clock.advance(3)
    assert schedule.oldest_final_s(clock.monotonic()) == 3


def test_a_team_is_as_late_as_its_own_oldest_final() -> None:
    schedule = Schedule()
    for team, since_s in (("north", 1.0), ("south", 7.0), ("south", 4.0)):
        schedule.put(job(call=f"c{since_s}", team=team, since_s=since_s))
    late = {team: schedule.oldest_final_s(10.0, team) for team in ("north", "south", "east")}
    assert late == {"north": 9.0, "south": 6.0, "east": 0.0}
    assert schedule.oldest_final_s(10.0) == 9.0


def test_calls_of_two_teams_with_one_name_are_strangers() -> None:
    schedule = Schedule(join_s=25.0)
    partials = {team: job(Kind.PARTIAL, team=team) for team in ("north", "south")}
    for partial in partials.values():
        assert schedule.put(partial) == []
    finals = {team: [job(team=team, deadline_s=at) for at in (5.0, 6.0)] for team in partials}
    for team, own in finals.items():
        assert schedule.put(own[0]) == [partials[team]]
        assert schedule.put(own[1]) == []
    # one window holds what waits of one speaker, and nothing of the other team's
    assert [schedule.take(), schedule.take(), schedule.take()] == [*finals.values(), []]


def test_closing_keeps_finals() -> None:
    schedule = Schedule()
    partial, final = job(Kind.PARTIAL, call="p"), job()
    schedule.put(partial)
    schedule.put(final)
    assert schedule.drop_optional() == [partial]
    assert schedule.take() == [final]


jobs = st.builds(
    job,
    st.sampled_from(Kind),
    call=st.sampled_from("abc"),
    role=st.sampled_from([Role.AGENT, Role.CUSTOMER]),
    number=st.integers(0, 3),
    seconds=st.floats(0.1, 12),
    deadline_s=st.floats(0, 100),
)


@given(st.lists(st.one_of(jobs, st.none()), max_size=60), st.integers(1, 4))
def test_every_job_is_taken_or_returned_once_and_finals_always_taken(
    script: list[Job | None], batch: int
) -> None:
    schedule = Schedule(most_s=20.0, batch=batch)
    taken: list[Job] = []
    dropped: list[Job] = []
    for step in script:
        if step is None:
            taken += schedule.take()
        else:
            dropped += schedule.put(step)
    while more := schedule.take():
        assert len(more) <= batch
        taken += more
    given_jobs = [step for step in script if step is not None]
    assert sorted(each.token for each in taken + dropped) == sorted(e.token for e in given_jobs)
    assert all(each.kind is not Kind.FINAL for each in dropped)
    counts = schedule.counts
    assert counts.submitted == counts.taken + counts.replaced + counts.shed
    assert schedule.waiting_s == 0


def test_customers_wait_after_the_opening_when_agents_come_first() -> None:
    schedule = Schedule()
    late = job(role=Role.CUSTOMER, start_s=60, deadline_s=60)
    opening = job(call="d", role=Role.CUSTOMER, start_s=20, deadline_s=62)
    agent = job(start_s=61, deadline_s=61)
    for each in (late, opening, agent):
        schedule.put(each)
    schedule.agents_first = True
    assert [schedule.take() for _ in range(3)] == [[agent], [opening], [late]]


def test_a_newer_partial_keeps_the_place_of_the_older() -> None:
    schedule = Schedule()
    schedule.put(job(Kind.PARTIAL, call="a", deadline_s=1))
    other = job(Kind.PARTIAL, call="b", deadline_s=2)
    schedule.put(other)
    for at in (3, 4, 5):
        newest = job(Kind.PARTIAL, call="a", deadline_s=at)
        schedule.put(newest)
    assert [schedule.take(), schedule.take()] == [[newest], [other]]


def test_a_large_team_does_not_make_a_small_one_wait() -> None:
    clock, schedule = VirtualClock(), Schedule()
    for number in range(20):
        schedule.put(job(call=f"large-{number}", team="large", deadline_s=number / 100))
    clock.advance(2)
    for number in range(2):
        schedule.put(job(call=f"small-{number}", team="small", deadline_s=1 + number / 100))
    order = [schedule.take(clock.monotonic())[0].team for _ in range(6)]
    assert order.count("small") == 2


def test_finals_in_time_are_heard_by_deadline_whoever_they_are_of() -> None:
    schedule = Schedule()
    first, second = job(call="a", team="t", deadline_s=5), job(call="a", team="t", deadline_s=6)
    other = job(call="b", team="u", deadline_s=7)
    for each in (first, second, other):
        schedule.put(each)
    assert [schedule.take(1.0) for _ in range(3)] == [[first], [second], [other]]


def test_calls_of_a_team_take_turns_with_their_partials() -> None:
    schedule = Schedule()
    roles = (Role.AGENT, Role.CUSTOMER)
    talkative = [job(Kind.PARTIAL, call="a", role=role, deadline_s=1) for role in roles]
    quiet = job(Kind.PARTIAL, call="b", deadline_s=2)
    for each in (*talkative, quiet):
        schedule.put(each)
    assert [schedule.take() for _ in range(3)] == [[talkative[0]], [quiet], [talkative[1]]]


def test_a_team_that_comes_late_has_no_credit_for_its_silence() -> None:
    schedule = Schedule()
    for number in range(60):
        schedule.put(job(call=f"{number % 3}", team="large", number=number))
    for _ in range(30):
        schedule.take(9.0)
    for number in range(20):
        schedule.put(job(call="new", team="small", number=number))
    order = [schedule.take(9.0)[0].team for _ in range(10)]
    assert order.count("small") == 5
