"""`python -m monitor.demo.training`: make texts, speech, a network, a model folder, a measurement.

Heavy imports (torch, ctranslate2) happen inside the commands that need them.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from monitor.demo.training import card, voices
from monitor.demo.training.texts import RULES


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except (OSError, ValueError, RuntimeError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(
            f"{options.command}: {error.name} is missing: install the `train` extra and espeak-ng",
            file=sys.stderr,
        )
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options, in the order in which they are used."""
    out = argparse.ArgumentParser(
        prog="python -m monitor.demo.training", description=__doc__.splitlines()[0]
    )
    commands = out.add_subparsers(dest="command", required=True)
    _texts(commands)
    _synth(commands)
    _train(commands)
    _export(commands)
    _evaluate(commands)
    _card(commands)
    return out


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=text, description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )


def _texts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "texts", "Print lines as the training voices say them.")
    command.add_argument("--count", type=int, default=20, help="how many lines")
    command.add_argument("--seed", type=int, default=1, help="the same seed prints the same lines")
    command.set_defaults(run=print_texts)


def _synth(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "synth", "Speak random lines into shards; run one per core.")
    command.add_argument("shards", type=Path, help="folder for the shards, about 115 MB an hour")
    command.add_argument("--seed", type=int, default=1, help="of texts and voices; one per run")
    command.add_argument("--hours", type=float, default=20.0, help="of speech to make")
    command.add_argument("--minutes", type=float, default=60.0, help="of work at most")
    command.add_argument(
        "--random-voices", type=int, default=voices.RANDOM_VARIANTS, help="variants to make up"
    )
    command.add_argument(
        "--rules", type=float, default=RULES, help="share of lines with rule phrases, 0-1"
    )
    command.set_defaults(run=synthesise)


def _train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "train", "Train on shards; `last.pt` is written now and then.")
    command.add_argument("shards", type=Path, help="folder of `synth`; it may still be growing")
    command.add_argument("out", type=Path, help="folder for the checkpoint")
    command.add_argument("--minutes", type=float, default=60.0, help="training ends after these")
    command.add_argument("--start", type=Path, help="checkpoint to continue; else from nothing")
    command.add_argument("--rate", type=float, default=8e-4, help="highest learning rate")
    command.add_argument("--workers", type=int, default=2, help="processes, one a core")
    command.add_argument("--seed", type=int, default=1, help="of the order and the changes")
    command.set_defaults(run=run_training)


def _export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "export", "Write a checkpoint as a faster-whisper model folder.")
    command.add_argument("checkpoint", type=Path, help="`last.pt` of `train`")
    command.add_argument("out", type=Path, help="model folder; its files are replaced")
    command.set_defaults(run=run_export)


def _evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "evaluate", "Error rates on held-out voices and texts.")
    command.add_argument("model", type=Path, help="model folder")
    command.add_argument("audio", type=Path, help="folder for the held-out speech, kept for reuse")
    command.add_argument("--set", choices=("sentences", "phrases"), default="sentences")
    command.add_argument("--window", choices=("short", "short-beam", "padded"), default="short")
    command.add_argument("--telephone", action="store_true", help="through G.711 at 8 kHz first")
    command.add_argument("--limit", type=int, default=0, help="utterances; 0 takes all")
    command.add_argument("--show", type=int, default=0, help="print so many results")
    command.set_defaults(run=evaluate)


def _card(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(commands, "card", "Write the hashes of a model folder into its card.")
    command.add_argument("model", type=Path, help="model folder")
    command.add_argument("--measured", type=Path, help="JSON list of results to put into the card")
    command.set_defaults(run=write_card)


def print_texts(options: argparse.Namespace) -> None:
    """`texts`"""
    from monitor.demo.training.texts import Texts

    for line in Texts(random.Random(options.seed)).lines(options.count):
        print(line.text)


def synthesise(options: argparse.Namespace) -> None:
    """`synth`"""
    from monitor.demo.training.synth import write_shards

    folder = voices.prepare(
        options.shards / f"voices-{options.seed}", options.seed, options.random_voices
    )
    hours = write_shards(
        options.shards,
        folder,
        seed=options.seed,
        hours=options.hours,
        minutes=options.minutes,
        rules=options.rules,
    )
    print(f"{hours:.1f} h of speech in {options.shards}")


def run_training(options: argparse.Namespace) -> None:
    """`train`"""
    from monitor.demo.training.train import Plan, train

    plan = Plan(
        minutes=options.minutes,
        peak_rate=options.rate,
        workers=options.workers,
        seed=options.seed,
    )
    train(options.shards, options.out, plan, options.start)


def run_export(options: argparse.Namespace) -> None:
    """`export`"""
    from monitor.demo.training.export import export, load_average

    export(load_average(options.checkpoint), options.out)
    print(card.write(options.out))


def evaluate(options: argparse.Namespace) -> None:
    """`evaluate`"""
    from monitor.demo.training.evaluate import measure

    result, heard = measure(
        options.model,
        options.audio,
        options.set,
        options.window,
        narrow=options.telephone,
        limit=options.limit,
    )
    for outcome in heard[: options.show]:
        print(f"{outcome.said}\n{outcome.heard}\n")
    print(f"{options.set}, {options.window}{', telephone' * options.telephone}: {result}")


def write_card(options: argparse.Namespace) -> None:
    """`card`"""
    measured = json.loads(options.measured.read_text()) if options.measured else None
    print(card.write(options.model, measured))


if __name__ == "__main__":
    sys.exit(main())
