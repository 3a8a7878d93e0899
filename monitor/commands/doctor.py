"""`monitor doctor`: is everything here that a call needs?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.ops.doctor import Finding
    from monitor.settings import Settings


def doctor(
    data: Annotated[Path | None, typer.Option(help="Data folder to look at.")] = None,
    model: Annotated[str | None, typer.Option(help="Model to look at.")] = None,
    lexicons: Annotated[Path | None, typer.Option(help="Rule packs to look at.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Check the machine, the model and the rule packs; exit status 1 if something is missing."""
    from monitor import settings as settings_
    from monitor.ops.doctor import examine

    settings = settings_.load(config)
    settings = settings_.change(settings, "store", data=None if data is None else str(data))
    settings = settings_.change(settings, "asr", model=model)
    chosen = None if lexicons is None else str(lexicons)
    settings = settings_.change(settings, "rules", lexicons=chosen)
    missing = 0
    for finding in examine(settings, (_model, _packs, _keys)):
        typer.echo(f"{finding.verdict:<8}{finding.name:<16}{finding.detail}")
        if finding.remedy:
            typer.echo(f"{'':<8}{'':<16}-> {finding.remedy}")
        missing += finding.verdict == "missing"
    if missing:
        raise typer.Exit(1)


def _model(settings: Settings) -> Iterator[Finding]:
    """The recogniser is there, and its files are what they were."""
    from monitor.asr import models
    from monitor.errors import BadInput, MonitorError
    from monitor.ops.doctor import Finding

    name = settings.asr.model or models.BUNDLED
    try:
        model = models.find(name)
    except MonitorError as fault:
        remedy = "`monitor model list` shows what is here"
        yield Finding(name="model", verdict="missing", detail=str(fault), remedy=remedy)
        return
    try:
        checked = models.verify(model)
    except BadInput as fault:
        vague = fault.code == "no_checksums"
        yield Finding(
            name="model",
            verdict="note" if vague else "missing",
            detail=str(fault),
            remedy="" if vague else "fetch the model again",
        )
    else:
        detail = f"{name}, {len(checked)} files as they should be"
        yield Finding(name="model", verdict="ok", detail=detail)


def _packs(settings: Settings) -> Iterator[Finding]:
    """The rule packs load and pass the checks."""
    from monitor.errors import BadLexicon
    from monitor.ops.doctor import Finding
    from monitor.rules.lexicon import bundled_folder
    from monitor.rules.lint import lint
    from monitor.rules.load import load_packs

    folder = Path(settings.rules.lexicons) if settings.rules.lexicons else bundled_folder()
    remedy = "`monitor lexicon lint` shows every problem"
    try:
        packs = load_packs(folder)
    except BadLexicon as fault:
        yield Finding(name="rule packs", verdict="missing", detail=str(fault), remedy=remedy)
        return
    errors = sum(one.level == "error" for pack in packs for one in lint(pack))
    yield Finding(
        name="rule packs",
        verdict="missing" if errors or not packs else "ok",
        detail=f"{len(packs)} in {folder}" + (f", {errors} errors" if errors else ""),
        remedy=remedy if errors or not packs else "",
    )


def _keys(settings: Settings) -> Iterator[Finding]:
    """The root key is there, away from the data, and opens every key of the keyring."""
    from monitor.errors import MonitorError
    from monitor.evidence import opening
    from monitor.ops.doctor import Finding

    if not settings.recordings.enabled:
        detail = "recordings.enabled is false: nothing of the sound is kept"
        yield Finding(name="recordings", verdict="note", detail=detail)
        return
    try:
        ring, root = opening.keyring(settings), opening.root_source(settings)
        count, held = ring.verify(), sum(bool(row.escrow) for row in ring.rows())
        made = bool(root.load())
    except MonitorError as fault:
        remedy = "without it no recording can be opened, and the server does not start"
        yield Finding(name="root key", verdict="missing", detail=str(fault), remedy=remedy)
        return
    if not made:
        detail = f"none yet; the first start makes one at {root.about}"
        yield Finding(name="root key", verdict="note", detail=detail)
        return
    yield Finding(
        name="root key",
        verdict="ok" if held == count and ring.escrow else "note",
        detail=f"{root.about} opens all {count} keys, {held} of them in escrow",
        remedy=""
        if ring.escrow
        else "keep a copy of it apart from the data, and set keys.escrow (monitor keys escrow-key)",
    )
