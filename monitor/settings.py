"""One frozen `Settings`, from a TOML file and the environment; every key says what it is for.

`[server] port = 9000` in the file and `MONITOR_SERVER_PORT=9000` in the environment are the same;
the environment wins. A key nobody knows is an error that names the nearest one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from monitor.errors import BadSetting

T = TypeVar("T")

_Port = Annotated[int, Meta(ge=0, le=65535)]
_Seconds = Annotated[float, Meta(gt=0, le=86_400)]
_Patience = Annotated[float, Meta(ge=0, le=7 * 86_400)]
_Bytes = Annotated[int, Meta(ge=1024, le=64 * 2**20)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sockets and their limits; numbers from the reliability study, section 4.10."""

    host: str = "127.0.0.1"
    """Address to listen on; loopback unless a proxy with TLS stands in front."""
    port: _Port = 8765
    """0 lets the system choose."""
    origins: tuple[str, ...] = ()
    """Web origins that may open sockets besides our own (`https://monitor.example.com`)."""
    metrics_on_loopback: bool = False
    """Let callers on this machine read /metrics without a token; not behind a proxy on it."""
    message_bytes: _Bytes = 128 * 1024
    """Largest message taken; one second of stereo 16 kHz sound is 64 kB."""
    open_s: _Seconds = 5.0
    """For the request that opens a connection to arrive."""
    hello_s: _Seconds = 5.0
    """For the first message, with the token, to arrive."""
    ping_s: _Seconds = 5.0
    """Between pings; a peer that leaves one unanswered four times as long is cut."""
    send_s: _Seconds = 5.0
    """For a message to find room in the connection; then the peer is cut."""
    buffer_bytes: _Bytes = 256 * 1024
    """Most bytes held for a peer that does not read."""
    close_s: _Seconds = 2.0
    """For a closing connection to empty itself before it is cut."""
    drain_s: _Seconds = 30.0
    """For calls to end after the server was told to stop."""
    recheck_s: _Seconds = 60.0
    """Between checks that the token of an open socket is still good."""
    messages_per_s: _Count = 10
    """Messages a subscriber may send besides acknowledgements of new alerts, in the long run."""
    messages_burst: _Count = 50
    """Messages it may send at once."""


class Store(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the record is kept."""

    data: str = "var"
    """Folder of the databases; made with access for its owner alone."""
    url: str = ""
    """PostgreSQL database of the record (`postgresql://monitor@db.example/monitor`, the password
    in PGPASSFILE); empty means SQLite in the data folder."""
    queue: _Count = 5000
    """Writes that may wait for the disk."""
    readers: Annotated[int, Meta(ge=1, le=64)] = 4
    """Reading connections."""


class Alerts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How alerts reach supervisors."""

    ack_s: _Seconds = 30.0
    """A subscriber may owe the acknowledgement of an alert this long; then it is cut."""
    window: _Count = 1000
    """Alerts sent ahead of acknowledgements."""
    batch: _Count = 64
    """Alerts read from the log at once."""
    live_events: _Count = 512
    """Lossy news (words, coverage) held for one subscriber; the oldest give way."""


class Escalation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long alerts wait for an answer. House policy, not law: set what your floor can answer."""

    critical_s: _Patience = 60.0
    """A critical alert nobody answered goes one level up after this long; 0 is never."""
    high_s: _Patience = 180.0
    """The same for high."""
    medium_s: _Patience = 900.0
    """The same for medium."""
    low_s: _Patience = 0.0
    """The same for low."""


class Access(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How people sign in; numbers from the reliability study, section 4.10."""

    session_idle_s: _Seconds = 1800.0
    """A session that nobody uses ends after this long."""
    session_s: _Seconds = 43_200.0
    """A session ends after this long in any case; half a day covers a shift."""
    failures: Annotated[int, Meta(ge=1, le=100)] = 5
    """Wrong passwords in a row that lock an account."""
    lock_s: _Seconds = 900.0
    """For how long."""
    tries_per_minute: _Count = 20
    """Sign-ins one address may try."""
    hash_mib: Annotated[int, Meta(ge=7, le=4096)] = 64
    """Memory of an Argon2id password hash."""
    hash_passes: Annotated[int, Meta(ge=1, le=100)] = 3
    """Passes over it; 64 MiB and 3 are RFC 9106's choice for small machines."""
    bulk_rows: Annotated[int, Meta(ge=0, le=1_000_000)] = 100
    """Rows of results one person may take out within a day alone; more needs a second person."""
    bulk_recordings: Annotated[int, Meta(ge=0, le=100_000)] = 20
    """Recordings one person may take out within a day alone; more needs a second person."""
    totp_roles: tuple[str, ...] = ()
    """Roles whose accounts cannot sign in without an authenticator app."""


class Oidc(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Signing in with an identity provider (OpenID Connect, code flow with PKCE)."""

    issuer: Annotated[str, Meta(pattern="^(https?://.+)?$")] = ""
    """Address of the provider, as its `iss` says; empty: nobody signs in with one."""
    client_id: str = ""
    """Under which the provider knows this server."""
    client_secret_file: str = ""
    """File with the client's secret; empty for a public client."""
    redirect: Annotated[str, Meta(pattern="^(https?://.+)?$")] = ""
    """This server's `https://…/api/oidc/callback`, as registered with the provider."""
    label: str = "企业账号"
    """What the button on the sign-in page says."""
    scopes: tuple[str, ...] = ("openid", "profile")
    """Asked of the provider."""
    name_claim: str = "preferred_username"
    """Claim that becomes the account's name."""
    role_claim: str = "groups"
    """Claim, a text or a list, that decides the role."""
    roles: tuple[str, ...] = ()
    """`value=role`, the first that fits counts; who has none of the values is not let in."""
    team_claim: str = "groups"
    """Claim, a text or a list, that decides the teams."""
    teams: tuple[str, ...] = ()
    """`value=team`; every one that fits counts."""
    agent_claim: str = ""
    """Claim with the agent's id, for role agent."""


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The log of who did what, and where its signed checkpoints go."""

    checkpoint_file: str = ""
    """File to append checkpoints to, better on another machine; empty: in the data folder."""
    checkpoint_url: Annotated[str, Meta(pattern="^(https?://.+)?$")] = ""
    """Address to which each checkpoint is posted as JSON as well; empty for none."""
    checkpoint_s: _Seconds = 3600.0
    """Between checkpoints while there are new entries."""
    repeat_s: _Seconds = 60.0
    """Reading the same thing again within this time is one entry."""


class Retention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Deletion of what was kept long enough; how long is in the policy table."""

    delete: bool = True
    """Delete what is over its time; without it policies are only shown."""
    every_s: _Seconds = 3600.0
    """Between runs."""


class Asr(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recogniser."""

    model: str = ""
    """Folder or name of a model; empty means the bundled synthetic demo model."""
    device: str = "auto"
    """auto, cpu or cuda."""
    compute_type: str = "default"
    """Number format of the weights, as CTranslate2 names it; default is int8."""
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    """CPU threads of each recogniser; 0 is one with several workers and two with one."""
    workers: Annotated[int, Meta(ge=-1, le=64)] = -1
    """Recogniser processes; one that crashes or hangs is started again. -1 is one for each core,
    four at most; 0 hears in the server's own process."""
    batch: Annotated[int, Meta(ge=1, le=64)] = 4
    """Segments of like length heard together when several wait."""


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rule packs."""

    lexicons: str = ""
    """Folder of rule packs; empty means the bundled ones."""
    embedder: str = ""
    """Folder of a local sentence-embedding model for `monitor lexicon near`; empty for none."""


class Logs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program says about itself; never what callers say."""

    level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    """debug, info, warning or error."""
    json: bool = False
    """One JSON object per line instead of text."""
    trace: str = ""
    """File for the stages of every utterance that raised an alert; empty for none."""


class Recordings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recordings of live calls, sealed as they are written."""

    enabled: bool = True
    """Record every live call; without it calls are heard and nothing of their sound is kept."""
    folder: str = ""
    """Where they lie; empty means `recordings` in the data folder."""
    reserve_mb: Annotated[int, Meta(ge=0, le=1_000_000)] = 256
    """Megabytes of the disk left to the database: with less free nothing is recorded."""
    hold_s: _Seconds = 30.0
    """Sound of a call kept in memory while the disk takes nothing; what goes beyond is lost."""


class Keys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys that recordings are sealed with."""

    root: str = ""
    """Root key: `file:PATH`, `credential:NAME` or `command:LINE`; empty means the system
    credential `monitor-root`, else `monitor/root.key` in the user's configuration folder."""
    escrow: str = ""
    """Public key (`age1…`) of the offline key that opens everything when the root key is lost."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of the program."""

    server: Server = Server()
    store: Store = Store()
    alerts: Alerts = Alerts()
    escalation: Escalation = Escalation()
    access: Access = Access()
    oidc: Oidc = Oidc()
    audit: Audit = Audit()
    retention: Retention = Retention()
    asr: Asr = Asr()
    rules: Rules = Rules()
    logs: Logs = Logs()
    recordings: Recordings = Recordings()
    keys: Keys = Keys()


GROUPS: dict[str, type[Struct]] = {
    field.name: field.type for field in msgspec.structs.fields(Settings)
}
_KEYS = {
    name: tuple(field.name for field in msgspec.structs.fields(group))
    for name, group in GROUPS.items()
}
_LISTS = ("origins", "totp_roles", "scopes", "roles", "teams")
_PREFIX = "MONITOR_"
_BARE = {f"{group}_{key}".upper(): (group, key) for group, keys in _KEYS.items() for key in keys}
_VARIABLES = {_PREFIX + name: place for name, place in _BARE.items()}


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `file` (else `MONITOR_CONFIG`) and the environment; raises `BadSetting`."""
    environ = os.environ if environ is None else environ
    if file is None and environ.get("MONITOR_CONFIG"):
        file = Path(environ["MONITOR_CONFIG"])
    settings = Settings() if file is None else _from_file(file)
    return _with_environment(settings, environ)


def change(settings: Settings, group: str, **values: Any) -> Settings:
    """The settings with some keys of a group replaced; values that are None are left alone."""
    given = {key: value for key, value in values.items() if value is not None}
    if not given:
        return settings
    merged = msgspec.to_builtins(getattr(settings, group)) | given
    built = _build(GROUPS[group], merged, file=None, text="", group=group)
    return msgspec.structs.replace(settings, **{group: built})


def _from_file(file: Path) -> Settings:
    try:
        text = file.read_text("utf8")
        raw = tomllib.loads(text)
    except OSError as fault:
        raise BadSetting("no_config", fault.strerror or "cannot be read", file=str(file)) from fault
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadSetting("bad_toml", str(fault), file=str(file)) from fault
    groups: dict[str, Struct] = {}
    for group, values in raw.items():
        if group not in GROUPS:
            raise _unknown(group, GROUPS, file, _line(text, None, group))
        if not isinstance(values, dict):
            line = _line(text, None, group)
            raise BadSetting(
                "not_a_group",
                f"is a group: write [{group}]",
                file=str(file),
                line=line,
                field=group,
            )
        groups[group] = _build(GROUPS[group], values, file=file, text=text, group=group)
    return Settings(**groups)  # type: ignore[arg-type]


def _build(kind: type[T], values: dict[str, Any], *, file: Path | None, text: str, group: str) -> T:
    for key in values:
        if key not in _KEYS[group]:
            raise _unknown(f"{group}.{key}", _dotted(), file, _line(text, group, key))
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, kind)
        except msgspec.ValidationError as fault:
            raise BadSetting(
                "bad_value",
                str(fault).split(" - at ")[0],
                file=None if file is None else str(file),
                line=_line(text, group, key),
                field=f"{group}.{key}",
            ) from fault
    return msgspec.convert(values, kind)


def _with_environment(settings: Settings, environ: Mapping[str, str]) -> Settings:
    for variable, value in sorted(environ.items()):
        if variable in _VARIABLES:
            group, key = _VARIABLES[variable]
            kind = GROUPS[group]
            merged = msgspec.to_builtins(getattr(settings, group))
            merged[key] = [part for part in value.split(",") if part] if key in _LISTS else value
            try:
                built = msgspec.convert(merged, kind, strict=False)
            except msgspec.ValidationError as fault:
                message = str(fault).split(" - at ")[0]
                raise BadSetting("bad_value", message, field=variable) from fault
            settings = msgspec.structs.replace(settings, **{group: built})
        elif variable.startswith(_PREFIX):
            _refuse_near_miss(variable)
    return settings


def _unknown(
    name: str, known: Mapping[str, Any] | tuple[str, ...], file: Path | None, line: int | None
) -> BadSetting:
    near = _nearest(name, known)
    hint = f"did you mean {near}?" if near else f"known: {', '.join(sorted(known))}"
    where = None if file is None else str(file)
    return BadSetting("unknown_setting", f"unknown; {hint}", file=where, line=line, field=name)


def _refuse_near_miss(variable: str) -> None:
    # other MONITOR_ variables belong to other programs, but a near miss is a typing error
    near = _nearest(variable.removeprefix(_PREFIX), tuple(_BARE))
    if near is not None and variable != "MONITOR_CONFIG":
        message = f"unknown; did you mean {_PREFIX}{near}?"
        raise BadSetting("unknown_setting", message, field=variable)


def _nearest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str | None:
    return next(iter(difflib.get_close_matches(name, tuple(known), n=1, cutoff=0.8)), None)


def _dotted() -> tuple[str, ...]:
    return tuple(f"{group}.{key}" for group, keys in _KEYS.items() for key in keys)


def _line(text: str, group: str | None, key: str) -> int | None:
    """The line on which a key or a group stands; TOML readers do not say."""
    inside = group is None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            if group is None and header[1] == key:
                return number
            inside = header[1] == group
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return None
