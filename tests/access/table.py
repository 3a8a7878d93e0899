"""The permissions once more, by hand: a change of the table is made twice, or a test fails."""

from __future__ import annotations

TEXT = """
                   agent  supervisor  qa    compliance  admin  auditor  ingest
alerts.watch       -      team        -     team        -      -        -
alerts.act         -      team        -     -           -      -        -
alerts.review      -      -           team  team        -      -        -
alerts.appeal      own    -           -     -           -      -        -
prompts.watch      own    team        -     -           -      -        -
prompts.send       -      team        -     -           -      -        -
calls.read         own    team        team  team        -      -        -
calls.listen       -      team        -     team        -      -        -
calls.send         -      -           -     -           -      -        team
calls.export       -      -           team  team        -      -        -
recordings.play    own    team        team  team        -      -        -
recordings.export  -      -           team  team        -      -        -
privacy.reveal     -      -           -     team        -      -        -
persons.answer     -      -           -     team        -      -        -
rules.read         -      all         all   all         -      all      -
rules.try          -      all         all   all         -      -        -
rules.propose      -      all         all   all         -      -        -
rules.approve      -      -           -     all         -      -        -
overview.read      -      team        team  team        -      -        -
metrics.read       -      -           -     -           all    -        -
accounts.read      -      -           -     -           all    all      -
accounts.manage    -      -           -     -           all    -        -
audit.read         -      -           -     whole        -      all      -
retention.read     -      -           -     all         -      all      -
retention.manage   -      -           -     whole        -      -        -
holds.manage       -      -           -     all         -      -        -
approvals.read     -      -           all   all         -      all      -
approvals.take_part  -    -           all   all         -      -        -
"""

_HEAD, *_ROWS = [line.split() for line in TEXT.strip().splitlines()]
ROLES = tuple(_HEAD)
EXPECTED = {action: dict(zip(ROLES, reaches, strict=True)) for action, *reaches in _ROWS}
