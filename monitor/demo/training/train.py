"""Training within a given number of minutes: the learning rate rises, then falls to the end.

Loss: cross-entropy of the decoder plus a CTC loss of the encoder over tone syllables, which makes
the encoder listen long before the decoder could teach it to. A slow average of the weights is
what gets exported.
"""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, multiprocessing
from torch.nn import functional

from monitor.demo.training import vocabulary
from monitor.demo.training.dataset import IGNORED, Batch, Batches, Mix
from monitor.demo.training.network import Recogniser, Shape

REPORT_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to train: time, learning rates, loss weights, and the machine's threads."""

    minutes: float
    peak_rate: float = 1e-3
    final_rate: float = 1e-5
    warm_up_steps: int = 150
    ctc_weight: float = 0.6
    smoothing: float = 0.05
    workers: int = 2
    save_every_minutes: float = 10.0
    average_every: int = 10
    average_keep: float = 0.97
    seed: int = 0
    mix: Mix = field(default_factory=Mix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Mean losses of a batch: decoder (nats per token) and CTC (nats per syllable)."""

    decoder: Tensor
    ctc: Tensor


def shape() -> Shape:
    """The bundled model's shape, with the vocabulary of this package."""
    words = vocabulary.load()
    return Shape(tokens=len(words.tokens), syllables=words.ctc_size)


def build(checkpoint: Path | None) -> Recogniser:
    """A network with the bundled model's shape: new, or with the weights of a checkpoint."""
    network = Recogniser(shape())
    if checkpoint is not None:
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        network.load_state_dict(saved["network"])
    return network


def losses(network: Recogniser, batch: Batch, smoothing: float) -> Losses:
    """Forward pass in bfloat16 and the two losses of a batch."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        memory = network.encode(batch.mels)
        inputs = batch.tokens[:, :-1].clamp(min=0)
        hidden = network.decode(inputs, memory)
        scores = network.scores(hidden)
        syllables = network.ctc(memory)
    decoder = functional.cross_entropy(
        scores.float().flatten(0, 1),
        batch.tokens[:, 1:].flatten(),
        ignore_index=IGNORED,
        label_smoothing=smoothing,
    )
    ctc = functional.ctc_loss(
        functional.log_softmax(syllables.float(), dim=-1).transpose(0, 1),
        batch.syllables,
        batch.steps,
        batch.syllable_counts,
        reduction="sum",
        zero_infinity=True,
    )
    return Losses(decoder=decoder, ctc=ctc / max(1, len(batch.syllables)))


def rate(plan: Plan, step: int, spent: float) -> float:
    """Learning rate at a step, when `spent` (0-1) of the time has gone."""
    warm = min(1.0, (step + 1) / plan.warm_up_steps)
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, spent)))
    return warm * (plan.final_rate + (plan.peak_rate - plan.final_rate) * fall)


class Average:
    """A slow-moving average of a network's weights."""

    def __init__(self, network: Recogniser, keep: float) -> None:
        self._keep = keep
        self.weights = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def update(self, network: Recogniser) -> None:
        for name, value in network.state_dict().items():
            self.weights[name].lerp_(value, 1 - self._keep)


def save(path: Path, network: Recogniser, average: Average) -> None:
    """Write the checkpoint beside its place, then rename: a reader never sees half of one."""
    half = path.with_suffix(".half")
    torch.save({"network": network.state_dict(), "average": average.weights}, half)
    half.rename(path)


def train(shards: Path, out: Path, plan: Plan, start: Path | None = None) -> None:
    """Train on the shards for `plan.minutes`, writing `out/last.pt` now and then.

    Each worker is a process with one thread that makes its own batches and changes the weights,
    which all share, without waiting for the others. On a machine where other programs run, that
    is about twice as fast as one process with several threads that wait for each other.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    network = build(start).train()
    network.share_memory()
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=_work, args=(number, network, shards, out, plan))
        for number in range(plan.workers)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a training process failed; its message is above")


def _work(number: int, network: Recogniser, shards: Path, out: Path, plan: Plan) -> None:
    """One worker; the first one also averages, reports and saves."""
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed + number)
    optimiser = torch.optim.AdamW(
        network.parameters(), betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    first = number == 0
    average = Average(network, plan.average_keep) if first else None
    began = saved = time.monotonic()
    report = Report(began)
    batches = Batches(shards, seed=plan.seed * 10 + number, mix=plan.mix)
    for step, batch in enumerate(batches):
        now = time.monotonic()
        if now - began > plan.minutes * 60:
            break
        speed = rate(plan, step, (now - began) / (plan.minutes * 60))
        for group in optimiser.param_groups:
            group["lr"] = speed
        loss = losses(network, batch, plan.smoothing)
        (loss.decoder + plan.ctc_weight * loss.ctc).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        report.add(number, step, loss, batch, speed)
        if average is None:
            continue
        if step % plan.average_every == 0:
            average.update(network)
        if now - saved > plan.save_every_minutes * 60:
            save(out / "last.pt", network, average)
            saved = now
    if average is not None:
        save(out / "last.pt", network, average)


class Report:
    """Prints the mean losses and the hours of audio heard, every `REPORT_STEPS` steps."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._seconds = 0.0
        self._sums = [0.0, 0.0]

    def add(self, worker: int, step: int, loss: Losses, batch: Batch, speed: float) -> None:
        self._seconds += batch.seconds
        self._sums[0] += loss.decoder.item()
        self._sums[1] += loss.ctc.item()
        if (step + 1) % REPORT_STEPS:
            return
        elapsed = time.monotonic() - self._began
        decoder, ctc = (s / REPORT_STEPS for s in self._sums)
        print(
            f"worker {worker} step {step + 1} {elapsed / 60:.1f} min "
            f"decoder {decoder:.3f} ctc {ctc:.3f} "
            f"heard {self._seconds / 3600:.2f} h ({self._seconds / elapsed:.0f}x) rate {speed:.1e}",
            flush=True,
        )
        self._sums = [0.0, 0.0]
