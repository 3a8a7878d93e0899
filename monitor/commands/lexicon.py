"""`monitor lexicon`: look after rule packs (规则包检查、自测、比较)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.rules.pack import Pack

app = typer.Typer(no_args_is_help=True, help="Check, test and compare rule packs (规则包).")

Packs = Annotated[
    list[str] | None,
    typer.Argument(help="Pack files, folders or names of bundled packs; all bundled ones if none."),
]


@app.command()
def lint(
    packs: Packs = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also list every basis that is not verified.")
    ] = False,
) -> None:
    """Show every problem of packs with file and line; exit 1 if any is an error."""
    from monitor.errors import BadLexicon
    from monitor.rules.lint import lint as advice
    from monitor.rules.load import load_pack

    errors = 0
    for path in _paths(packs):
        try:
            pack = load_pack(path)
        except BadLexicon as fault:
            typer.echo(str(fault))
            errors += 1
            continue
        unverified = 0
        for one in advice(pack):
            if one.code == "unverified_basis" and not verbose:
                unverified += 1
                continue
            words = f"{one.rule}: {one.message}" if one.rule else one.message
            typer.echo(f"{path}:{one.line}: {one.level}: {words}")
            errors += one.level == "error"
        if unverified:
            typer.echo(
                f"{path}: note: {unverified} cited texts are drafts or unverified, "
                "and alerts say so; -v lists them"
            )
    if errors:
        raise typer.Exit(1)


@app.command(name="test")
def run_examples(packs: Packs = None) -> None:
    """Run the examples of every rule through the real judge; exit 1 if any fails."""
    from monitor.rules.load import load_pack
    from monitor.rules.proof import count, prove

    failed = total = 0
    for path in _paths(packs):
        pack = load_pack(path)
        total += count(pack)
        for failure in prove(pack):
            failed += 1
            typer.echo(str(failure))
    typer.echo(f"{total - failed} of {total} examples come out as the packs say")
    if failed:
        raise typer.Exit(1)


@app.command(name="try")
def try_(
    text: Annotated[str, typer.Argument(help="A sentence, or a dialogue: 客：… / 坐：…")],
    pack: Annotated[list[str] | None, typer.Option(help="Pack file or bundled name.")] = None,
    role: Annotated[str, typer.Option(help="Who says a turn without a speaker.")] = "agent",
    industry: Annotated[str, typer.Option(help="Industry of the call.")] = "other",
    business: Annotated[str, typer.Option(help="Business of the call.")] = "marketing",
    product: Annotated[str, typer.Option(help="Product of the call.")] = "",
) -> None:
    """Show what the rules make of a sentence: folded text, phrases, context, alerts."""
    from monitor.commands.trying import show
    from monitor.errors import BadSetting
    from monitor.events import CallStarted
    from monitor.rules.lexicon import Lexicon
    from monitor.types import Role

    if role not in set(Role):
        known = ", ".join(Role)
        raise BadSetting("bad_role", f"{role!r} is not one of {known}", field="--role")
    lexicon = Lexicon.named(pack) if pack else Lexicon()
    call = CallStarted(call="try", industry=industry, business=business, product=product)
    show(text, call, lexicon.rules(call), Role(role))


@app.command()
def train(
    folder: Annotated[
        Path | None, typer.Option(help="Folder of rule packs; its `similar` holds the corpora.")
    ] = None,
    labelled: Annotated[
        list[str] | None,
        typer.Option(
            help="Labelled sentences (*.jsonl), or FILE=AUTHOR: files of one author are left "
            "out together when doubt is measured."
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Learn from `test` lines too, else only from `dev`.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Also judge the labelled set with the new model.")
    ] = False,
    keep: Annotated[bool, typer.Option(help="Write the model; else only measure.")] = True,
) -> None:
    """Train the similarity and doubt models of the rules (相似度、存疑模型) and show how often
    they are right."""
    from monitor.commands.training import Plan
    from monitor.commands.training import train as run
    from monitor.rules.lexicon import bundled_folder

    sets = tuple(authored(one) for one in labelled or ())
    plan = Plan(labelled=sets, whole=whole, report=report, keep=keep)
    run(folder or bundled_folder(), plan)


@app.command()
def near(
    text: Annotated[str, typer.Argument(help="A sentence of an agent.")],
    embedder: Annotated[
        str, typer.Option(help="Folder of a sentence-embedding model; else as in the settings.")
    ] = "",
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML).")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of rule packs; its `similar` holds the corpora.")
    ] = None,
) -> None:
    """Show which violations a sentence is like (相似度), by n-grams or an embedding model."""
    from monitor.commands.training import near as run
    from monitor.rules.lexicon import bundled_folder
    from monitor.settings import load

    run(text, folder or bundled_folder(), embedder or load(config).rules.embedder)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="Pack file, folder or bundled name.")],
    after: Annotated[str, typer.Argument(help="The same, newer.")],
) -> None:
    """Show which rules a new version adds, removes or changes."""
    from monitor.rules.comparison import changes

    for line in changes(_loaded(before), _loaded(after)):
        typer.echo(line)


@app.command()
def replay(
    before: Annotated[str, typer.Argument(help="Pack file, folder or bundled name.")],
    after: Annotated[str, typer.Argument(help="The same, newer.")],
    transcripts: Annotated[Path, typer.Option(help="Folder of transcripts (*.jsonl).")],
) -> None:
    """Judge transcripts under two versions and show which alerts the new one adds or removes."""
    from monitor.errors import BadInput
    from monitor.rules.comparison import replayed

    if not transcripts.is_dir():
        raise BadInput("unreadable", "not a folder", file=str(transcripts), field="--transcripts")
    old, new = _loaded(before), _loaded(after)
    added = removed = 0
    for path in sorted(transcripts.glob("*.jsonl")):
        for sign, alert in replayed(path, old, new):
            added += sign == "+"
            removed += sign == "-"
            words = alert.quote or "—"
            typer.echo(
                f"{sign} {path.name} {alert.call} {alert.start:.1f} s {alert.rule} "
                f"{alert.severity} {words}"
            )
    typer.echo(f"{added} alerts added, {removed} removed")


def authored(name: str) -> tuple[Path, str]:
    """A labelled set and its author: the file's own name unless `=AUTHOR` says another."""
    path, _, author = name.partition("=")
    return Path(path), author or Path(path).stem


def _paths(names: list[str] | None) -> list[Path]:
    from monitor.errors import BadLexicon
    from monitor.rules.lexicon import bundled_folder, find_pack

    paths: list[Path] = []
    for name in names or [str(bundled_folder())]:
        folder = Path(name)
        if folder.is_dir():
            found = sorted(folder.glob("*.yaml"))
            if not found:
                raise BadLexicon("no_pack", "no *.yaml in this folder", file=name)
            paths.extend(found)
        else:
            paths.append(find_pack(name))
    return paths


def _loaded(name: str) -> tuple[Pack, ...]:
    from monitor.rules.load import load_pack

    return tuple(load_pack(path) for path in _paths([name]))
