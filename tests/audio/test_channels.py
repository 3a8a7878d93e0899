from __future__ import annotations

import pytest

from monitor.audio.channels import default_roles, parse_roles, split
from monitor.errors import BadInput
from monitor.types import Role
from tests.audio.sounds import stereo, tone


def test_left_is_the_agent_unless_told() -> None:
    assert default_roles(2) == (Role.AGENT, Role.CUSTOMER)
    assert default_roles(1) == (Role.UNKNOWN,)
    assert parse_roles("customer, Agent", 2) == (Role.CUSTOMER, Role.AGENT)
    assert parse_roles("agent", 1) == (Role.AGENT,)


@pytest.mark.parametrize(
    ("text", "channels", "message"),
    [
        ("boss", 1, "roles: unknown role 'boss'; say agent, customer, unknown"),
        ("", 1, "roles: unknown role ''; say agent, customer, unknown"),
        ("agent", 2, "roles: 1 roles for 2 channels"),
        ("agent,customer", 1, "roles: 2 roles for 1 channel"),
        ("agent,agent", 2, "roles: agent on both channels"),
    ],
)
def test_bad_roles(text: str, channels: int, message: str) -> None:
    with pytest.raises(BadInput) as raised:
        parse_roles(text, channels)
    assert str(raised.value) == message


def test_split_gives_each_side_its_samples() -> None:
    left, right = tone(0.1), tone(0.1, hertz=300)
    sides = split(stereo(left, right), (Role.CUSTOMER, Role.AGENT))
    assert [role for role, _ in sides] == [Role.CUSTOMER, Role.AGENT]
    assert (sides[0][1] == left).all()
    assert (sides[1][1] == right).all()
    assert sides[0][1].flags.c_contiguous
