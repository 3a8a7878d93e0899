from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from monitor.access.accounts import Accounts
from monitor.access.oidc import Attempt, Provider
from monitor.access.oidc_people import People
from monitor.access.seal import LOGINS, Seal
from monitor.clock import VirtualClock
from monitor.errors import BadSetting, Refused, Unavailable
from monitor.settings import Access, Oidc
from monitor.store.access_file import AccessFile
from tests.access.provider import CLIENT, SECRET, Idp, provider
from tests.evidence.taking import keyring

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ATTEMPT = Attempt(state="s", nonce="n", verifier=VERIFIER, wall=0.0)
HERE = "http://127.0.0.1:8765/api/oidc/callback"


@pytest.fixture
def idp() -> Iterator[Idp]:
    with provider() as made:
        made.challenge = ATTEMPT.challenge
        made.claims = {"nonce": "n"}
        yield made


@pytest.fixture
def ours(idp: Idp, tmp_path: Path) -> Provider:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    chosen = Oidc(issuer=idp.url, client_id=CLIENT, client_secret_file=str(secret), redirect=HERE)
    return Provider(chosen, VirtualClock())


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    assert ATTEMPT.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_browser_is_sent_with_everything_that_ties_the_answer_to_it(ours: Provider) -> None:
    query = parse_qs(urlsplit(ours.address(ATTEMPT)).query)
    assert query["code_challenge"] == [ATTEMPT.challenge]
    assert query["code_challenge_method"] == ["S256"]
    assert (query["state"], query["nonce"], query["redirect_uri"]) == (["s"], ["n"], [HERE])
    assert VERIFIER not in ours.address(ATTEMPT)


def test_a_code_becomes_claims(ours: Provider, idp: Idp) -> None:
    assert ours.claims("good", ATTEMPT)["sub"] == "u1"
    with pytest.raises(Refused, match="400"):
        ours.claims("used", ATTEMPT)
    other = Attempt(state="s", nonce="n", verifier="x" * 43, wall=0.0)
    with pytest.raises(Refused, match="400"):
        ours.claims("good", other)


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "other"},
        {"nonce": None},
        {"aud": "somebody"},
        {"aud": [CLIENT, "somebody"]},
        {"aud": [CLIENT, "somebody"], "azp": "somebody"},
        {"azp": "somebody"},
        {"iss": "https://elsewhere.example"},
        {"exp": NOW - 600},
        {"iat": NOW + 600},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_us_is_refused(
    ours: Provider, idp: Idp, changes: dict[str, Any]
) -> None:
    idp.claims |= changes
    with pytest.raises(Refused) as refused:
        ours.claims("good", ATTEMPT)
    assert refused.value.code == "oidc_untrue"


def test_a_signature_of_anybody_else_is_refused(ours: Provider, idp: Idp) -> None:
    ours.claims("good", ATTEMPT)
    good = idp.token(nonce="n")
    claims = jwt.decode(good, options={"verify_signature": False})
    forged = [
        jwt.encode(claims, "", algorithm="none", headers={"kid": idp.kid}),
        jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": idp.kid}),
        jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": "shared"}),
        good[:-4] + "AAAA",
        "nonsense",
    ]
    for token in forged:
        with pytest.raises(Refused):
            ours.read(token, "n")


def test_a_new_key_is_fetched_and_an_unknown_one_costs_no_flood(ours: Provider, idp: Idp) -> None:
    clock = ours._clock
    assert isinstance(clock, VirtualClock)
    ours.claims("good", ATTEMPT)
    idp.rotate()
    with pytest.raises(Refused):
        ours.claims("good", ATTEMPT)
    clock.advance(11)
    assert ours.claims("good", ATTEMPT)["sub"] == "u1"
    for _ in range(20):
        stranger = idp.token(nonce="n")
        idp.rotate()
        stranger = idp.token(nonce="n")
        with pytest.raises(Refused):
            ours.read(stranger, "n")
    assert idp.asked_for_keys == 2


def test_a_key_needs_no_name_where_there_is_one(ours: Provider, idp: Idp) -> None:
    idp.names_keys = False
    clock = ours._clock
    assert isinstance(clock, VirtualClock)
    for _ in range(2):
        assert ours.claims("good", ATTEMPT)["sub"] == "u1"
        idp.rotate()
        with pytest.raises(Refused):
            ours.claims("good", ATTEMPT)
        clock.advance(11)


def test_a_provider_that_is_away_or_another_is_said(ours: Provider, idp: Idp) -> None:
    idp.issuer = "https://elsewhere.example"
    with pytest.raises(Unavailable, match="another issuer"):
        ours.address(ATTEMPT)
    gone = Oidc(issuer="http://127.0.0.1:9", client_id=CLIENT, redirect=HERE)
    with pytest.raises(Unavailable, match="cannot be asked"):
        Provider(gone, VirtualClock()).address(ATTEMPT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_id": ""}, "client_id"),
        ({"redirect": ""}, "redirect"),
        ({"issuer": "http://idp.example"}, "issuer"),
        ({"redirect": "http://monitor.example/api/oidc/callback"}, "redirect"),
        ({"roles": ("no rule",)}, "roles"),
        ({"roles": ("boss=king",)}, "roles"),
        ({"roles": ("pbx=ingest",)}, "roles"),
        ({"teams": ("=south",)}, "teams"),
    ],
)
def test_settings_that_cannot_work(accounts: Accounts, changes: dict[str, Any], field: str) -> None:
    good = {"issuer": "https://idp.example", "client_id": CLIENT, "redirect": HERE}
    chosen = Oidc(**(good | changes))

    def begin() -> None:
        Provider(chosen, VirtualClock())
        People(chosen, accounts)

    with pytest.raises(BadSetting) as bad:
        begin()
    assert bad.value.field == f"oidc.{field}"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    file = AccessFile(tmp_path)
    cheap = Access(hash_mib=7, hash_passes=1)
    yield Accounts(file, Seal(keyring(tmp_path), LOGINS), cheap, VirtualClock())
    file.close()


CHOSEN = Oidc(
    issuer="https://idp.example",
    roles=("cc-compliance=compliance", "cc-lead=supervisor", "cc-agent=agent"),
    teams=("cc-south=south", "cc-north=north"),
    agent_claim="extension",
)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"groups": ["cc-compliance"]}, ("compliance", (), "")),
        ({"groups": "cc-compliance"}, ("compliance", (), "")),
        ({"groups": ["cc-lead", "cc-north", "x"]}, ("supervisor", ("north",), "")),
        ({"groups": ["cc-lead", "cc-south", "cc-compliance"]}, ("compliance", ("south",), "")),
        ({"groups": ["cc-agent", "cc-south"], "extension": "8012"}, ("agent", ("south",), "8012")),
    ],
)
def test_groups_become_rights(
    accounts: Accounts, claims: dict[str, Any], expected: tuple[str, tuple[str, ...], str]
) -> None:
    assert People(CHOSEN, accounts).rights(claims) == expected


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, "oidc_no_role"),
        ({"groups": []}, "oidc_no_role"),
        ({"groups": ["cc-Compliance"]}, "oidc_no_role"),
        ({"groups": {"cc-compliance": True}}, "oidc_no_role"),
        ({"roles": ["cc-compliance"]}, "oidc_no_role"),
        ({"groups": ["cc-lead"]}, "oidc_bad_rights"),
        ({"groups": ["cc-agent", "cc-south"]}, "oidc_bad_rights"),
    ],
)
def test_without_a_rule_nobody_is_let_in(
    accounts: Accounts, claims: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        People(CHOSEN, accounts).rights(claims)
    assert refused.value.code == code
    with pytest.raises(Refused):
        People(Oidc(issuer="https://idp.example"), accounts).rights(claims)


def test_an_account_follows_what_the_provider_says(accounts: Accounts) -> None:
    people = People(CHOSEN, accounts)
    claims = {"sub": "u1", "preferred_username": "li.na", "groups": ["cc-lead", "cc-south"]}
    first = people.admit(claims)
    assert (first.label, first.role, first.teams) == ("user:li.na", "supervisor", ("south",))
    again = people.admit(claims | {"groups": ["cc-lead", "cc-north"], "preferred_username": "x"})
    assert (again.id, again.label, again.teams) == (first.id, "user:li.na", ("north",))
    with pytest.raises(Refused) as taken:
        people.admit(claims | {"sub": "u2"})
    assert taken.value.code == "oidc_name_taken"
    # nobody signs in to it with a password, not even an empty one
    with pytest.raises(Refused):
        accounts.sign_in("li.na", "", None)
    accounts.disable(accounts.named("li.na"))
    with pytest.raises(Refused) as disabled:
        people.admit(claims)
    assert disabled.value.code == "oidc_disabled"
