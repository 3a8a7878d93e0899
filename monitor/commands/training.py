"""`monitor lexicon train`: the similarity model from corpora and packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from monitor.events import CallStarted

if TYPE_CHECKING:
    from monitor.qa.evaluate import Item
    from monitor.rules.doubt_training import Case, Taught
    from monitor.rules.pack import Pack
    from monitor.rules.similar_corpus import Sentence
    from monitor.rules.similar_training import Trained

PACK: Final = "similar"
"""The bundled pack whose rules ask the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is learned from, and what becomes of it."""

    labelled: tuple[tuple[Path, str], ...] = ()
    """Labelled sets and their authors."""
    whole: bool = False
    """Learn from the `test` lines too."""
    report: bool = False
    keep: bool = True

    def items(self, path: Path) -> list[Item]:
        """The agents' sentences of a set that are learned from, each without a context."""
        return [one for one in self._learned(path) if one.role == "agent" and not one.context]

    def customers(self, path: Path) -> list[Item]:
        """The customers' sentences of a set that are learned from."""
        return [one for one in self._learned(path) if one.role == "customer"]

    def _learned(self, path: Path) -> list[Item]:
        from monitor.qa.evaluate import read_items

        return [item for item in read_items(path) if self.whole or item.split == "dev"]


def train(folder: Path, plan: Plan) -> None:
    """Trains both models, writes them into the folder and says what was measured."""
    from monitor.rules.load import load_packs

    packs = load_packs(folder, models=False)
    _train_similar(folder, packs, plan)
    _train_doubt(folder, packs, plan)
    _train_refusal(folder, packs, plan)
    for path, _ in plan.labelled if plan.report else ():
        _effect(path, packs)


def _train_similar(folder: Path, packs: Sequence[Pack], plan: Plan) -> None:
    from monitor.rules.doubt import FOLDER as FRAMED
    from monitor.rules.doubt_hits import read_frames
    from monitor.rules.similar import FILE, FOLDER
    from monitor.rules.similar_corpus import from_packs, read_concepts, read_corpus
    from monitor.rules.similar_training import train as trained_on

    corpus = folder / FOLDER
    sentences = [*read_corpus(corpus), *from_packs(packs), *read_frames(folder / FRAMED)]
    for path, author in plan.labelled:
        sentences += [_sentence(item, author) for item in plan.items(path)]
    trained = trained_on(sentences, read_concepts(corpus))
    if plan.keep:
        trained.model.save(corpus / FILE)
    _summary(trained)


def _train_doubt(folder: Path, packs: Sequence[Pack], plan: Plan) -> None:
    from monitor.rules.doubt import FILE, FOLDER
    from monitor.rules.doubt_hits import Labelled, everywhere, hits, made, plain_talk, worded
    from monitor.rules.doubt_training import teach

    rules = worded(packs)
    known = [
        Labelled(
            sentence=_sentence(item, author),
            call=CallStarted(call="corpus", industry=item.industry, business=item.business),
            author=author,
            allowed=item.allowed,
        )
        for path, author in plan.labelled
        for item in plan.items(path)
    ]
    found = [*hits(known, rules), *hits(made(folder, rules), everywhere(rules), first=len(known))]
    taught = teach(found, plain_talk(folder))
    if plan.keep:
        taught.model.save(folder / FOLDER / FILE)
    _doubt_summary(taught)


def _train_refusal(folder: Path, packs: Sequence[Pack], plan: Plan) -> None:
    from monitor.qa.evaluate import judge_item
    from monitor.rules.refusal import FILE, FOLDER, SIGNAL
    from monitor.rules.refusal_training import Said, made, teach

    # the patterns alone, and without likeness: this is about customers
    plain = [replace(pack, doubt=False) for pack in packs if pack.pack != PACK]
    said = [
        Said(
            text=item.text,
            refuses=item.expect_signal == SIGNAL,
            author=author,
            voted=SIGNAL in judge_item(item, plain).signals,
        )
        for path, author in plan.labelled
        for item in plan.customers(path)
        if SIGNAL not in item.also_ok_signal
    ]
    model, tallies = teach([*said, *made(folder / FOLDER, packs)])
    if plan.keep:
        model.save(folder / FOLDER / FILE)
    typer.echo(f"refusal: {model.card.sentences} sentences; each author left out in turn")
    for one in tallies:
        found, false = f"{one.found} of {one.refusals}", f"{one.false} of {one.others}"
        typer.echo(f"{one.author:12} refusals {found}, others taken for one {false}")


def near(text: str, folder: Path, embedder: str) -> None:
    """Prints what a sentence is like: of each category how much, and why."""
    from monitor.rules import similar
    from monitor.rules.similar_corpus import read_corpus
    from monitor.rules.similar_neighbours import NeighbourScorer, load_embedder
    from monitor.text.fold import fold

    loaded = load_embedder(embedder)
    if loaded is not None:
        opinion = NeighbourScorer(loaded, read_corpus(folder / similar.FOLDER)).opinions([text])[0]
        for name, value in sorted(opinion.scores.items(), key=lambda item: -item[1]):
            typer.echo(f"{name:24} {value:.3f}")
        for one in opinion.neighbours:
            kinds = ",".join(sorted(one.sentence.categories)) or "fine"
            typer.echo(f"{one.likeness:6.3f} {kinds:24} {one.sentence.text}")
        return
    model = similar.model_for(str(folder / "any.yaml"))
    folded = fold(text)
    score = model.score(model.extractor.of(folded))
    for place in (-score.values).argsort(kind="stable")[:3]:
        words = similar.likeness(score, int(place), folded, model).words if score.features else ""
        limit = model.card.qualities[place].threshold
        name = model.card.categories[place]
        typer.echo(f"{name:24} {score.values[place]:.3f} (from {limit:.3f}) {words}")


def _sentence(item: Item, author: str) -> Sentence:
    from monitor.rules.similar_corpus import Sentence

    return Sentence(
        text=item.text,
        categories=frozenset(item.expect),
        group=f"labelled:{item.text}",
        source=f"author {author}",
        author=author,
    )


def _doubt_summary(taught: Taught) -> None:
    card = taught.model.card
    typer.echo(f"doubt: {card.hits} hits; each author judged by a scorer of all the others")
    typer.echo(f"{'author':12} {'violations':>10} {'lost':>5} {'wrong':>6} {'doubted':>7}  excused")
    for author in sorted({case.author for case in taught.cases}):
        own = [case for case in taught.cases if case.author == author]
        right = [case for case in own if case.right and case.stands]
        wrong = [case for case in own if not case.right and case.stands]
        excused = [case for case in own if not case.right and not case.stands]
        typer.echo(
            f"{author:12} {len(right):10d} {_doubted(right):5d} {len(wrong):6d} "
            f"{_doubted(wrong):7d}  {_doubted(excused)} of {len(excused)}"
        )
    typer.echo(
        f"doubted {card.doubted}, of these no violation {card.precision:.1%}; "
        f"violations kept {card.kept:.1%}"
    )


def _doubted(cases: Sequence[Case]) -> int:
    return sum(case.doubted for case in cases)


def _summary(trained: Trained) -> None:
    card = trained.model.card
    fine = [one for one in trained.held if not one.sentence.categories]
    limits = [quality.threshold for quality in card.qualities]
    raised = sum(bool((one.values >= limits).any()) for one in fine)
    typer.echo(
        f"{card.sentences} sentences, {card.violations} of them violations; "
        f"{len(trained.model.names)} features"
    )
    typer.echo(f"{'out of fold':24} {'threshold':>9} {'precision':>9} {'recall':>7} {'of':>5}")
    for name, quality in zip(card.categories, card.qualities, strict=True):
        typer.echo(
            f"{name:24} {quality.threshold:9.3f} {quality.precision:9.3f} "
            f"{quality.recall:7.3f} {quality.violations:5d}"
        )
    typer.echo(f"{raised} of {len(fine)} fine sentences raised ({raised / max(1, len(fine)):.2%})")
    for source in sorted({one.sentence.source for one in trained.held}):
        _by_source(trained, source, limits)


def _by_source(trained: Trained, source: str, limits: list[float]) -> None:
    categories = trained.model.card.categories
    wrong = [
        one for one in trained.held if one.sentence.source == source and one.sentence.categories
    ]
    fine = [
        one for one in trained.held if one.sentence.source == source and not one.sentence.categories
    ]
    found = sum(
        any(
            value >= limit and name in one.sentence.categories
            for value, limit, name in zip(one.values, limits, categories, strict=True)
        )
        for one in wrong
    )
    raised = sum(bool((one.values >= limits).any()) for one in fine)
    typer.echo(f"{source:24} recall {found}/{len(wrong)}, false {raised}/{len(fine)}")


def _effect(labelled: Path, packs: Sequence[Pack]) -> None:
    """What the rules find in the labelled set with and without likeness."""
    from monitor.qa.evaluate import evaluate, read_items

    items = read_items(labelled)
    worded = [pack for pack in packs if pack.pack != PACK]
    for split in ("dev", "test"):
        some = [item for item in items if item.split == split]
        for title, chosen in (("without", worded), ("with", packs)):
            if not some:
                continue
            report, _ = evaluate(some, chosen)
            free = report.kinds.get("paraphrase")
            typer.echo(
                f"{labelled.name} {split:4} {title:8} recall {report.total.recall:.3f}, "
                f"paraphrases {free.recall if free else 0:.3f}, "
                f"precision {report.total.precision:.3f}, "
                f"clean items raised {report.total.disturbed} of {report.total.clean}"
            )
