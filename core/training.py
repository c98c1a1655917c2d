"""What every training run shares: device, averaged weights, checkpoints that survive a kill, the time budget, and the
loop that keeps all of it while a run goes on."""

import argparse
import csv
import math
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from torch import nn
from tqdm import tqdm

Passed = TypeVar("Passed")
CHECKPOINT_EVERY_S = 60.0
SHEET_EVERY_S = 300.0


class DivergedError(RuntimeError):
    """The training has left the road; the message says by which number."""


@dataclass(frozen=True)
class Progress:
    """Where a run is: means over the last step's batch."""

    step: int
    n_steps: int
    losses: dict[str, float]


class Run(Protocol):
    """A training that `follow` can carry through."""

    step: int
    n_steps: int

    def advance(self) -> dict[str, float]:
        """One step. Returns the losses. Raises DivergedError, and then nothing of the step has been taken over."""

    def state(self) -> dict:
        """What a checkpoint holds."""

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another run."""

    def keep(self, folder: Path) -> None:
        """Writes what people look at or listen to, and the weights."""


def moments(n_steps: int, count: int, first: int = 1) -> list[int]:
    """Steps from `first` to `n_steps`, at most `count` of them, each later than the one before by about the same
    factor: most of what one can see happens early."""
    last = max(count - 1, 1)
    return sorted({round(first * (n_steps / first) ** (k / last)) for k in range(count)})


def best_device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class AveragedModel:
    """The exponential moving average of a model's weights, which is what is kept of a training.

    Weights follow w ← d w + (1 − d) w_now with d = min(decay, (1 + t) / (10 + t)), so that the random start
    is soon forgotten; buffers (the statistics of batch normalisation) are copied.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, model: nn.Module, step: int) -> None:
        """Takes in the model's weights after optimisation step `step`, counted from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        mean, now = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(mean, now, 1 - decay)
        for kept, new in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(new)


@torch.no_grad()
def settle_statistics(model: nn.Module, batches: Iterable[tuple[torch.Tensor, ...]]) -> nn.Module:
    """A copy of a model, for use, whose batch normalisation has the mean statistics of what it makes of `batches` of
    inputs. Averaged weights have none of their own: those that `AveragedModel` copied are of weights that were not
    averaged, and of the last few batches alone."""
    settled = deepcopy(model).train()
    for layer in settled.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
            layer.momentum = None  # the mean over all batches
    for inputs in batches:
        settled(*inputs)
    return settled.eval()


def require_finite(step: int, numbers: dict[str, float]) -> None:
    """Raises DivergedError where a number of a step is not finite."""
    if wrong := [name for name, value in numbers.items() if not math.isfinite(value)]:
        raise DivergedError(f"step {step}: {', '.join(wrong)} not finite")


def save_checkpoint(path: Path, state: dict) -> None:
    """Writes the whole file or nothing, so that a kill at any moment leaves the last good one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    torch.save(state, draft)
    draft.replace(path)


def load_checkpoint(path: Path) -> dict | None:
    """The state that was saved, on the CPU, or None where nothing was. Never runs code out of the file."""
    return torch.load(path, map_location="cpu", weights_only=True) if path.is_file() else None


def seed_everything(seed: int, step: int) -> torch.Generator:
    """Randomness that depends on the seed and the step alone, so that a resumed run repeats an uninterrupted one.

    Seeds torch's own generator (dropout) and returns one on the CPU for the step's data.
    """
    mixed = (seed * 1_000_003 + step * 7_919 + 1) % 2**63
    torch.manual_seed(mixed)
    return torch.Generator().manual_seed(mixed)


def within_minutes(progress: Iterable[Passed], minutes: float | None) -> Iterator[Passed]:
    """Passes progress on until the time is spent; the last one is passed on too."""
    end = None if minutes is None else time.monotonic() + 60 * minutes
    for one in progress:
        yield one
        if end is not None and time.monotonic() >= end:
            return


def train(run: Run) -> Iterator[Progress]:
    """Trains to the end of the run's steps, from where it is. Raises DivergedError."""
    while run.step < run.n_steps:
        losses = run.advance()
        yield Progress(run.step, run.n_steps, losses)


def checkpoint_of(options: argparse.Namespace) -> Path:
    """Where `follow` keeps it."""
    return options.out / "checkpoint.pt"


def resume(run: Run, options: argparse.Namespace) -> bool:
    """Goes on from the checkpoint where the options want that and there is one; says whether. Else nothing is left of
    the pictures of an earlier run. Raises ValueError where the checkpoint belongs to another run."""
    state = load_checkpoint(checkpoint_of(options)) if options.resume else None
    if state is None:
        for old in ("film", "sheet", "moments"):  # of another run
            shutil.rmtree(options.out / old, ignore_errors=True)
    else:
        run.restore(state)
    return state is not None


def follow(run: Run, options: argparse.Namespace, columns: Sequence[str]) -> int:
    """Trains within the options' limits and keeps everything that is to be kept: `checkpoint.pt` each minute, every few
    minutes what the run shows, and `losses.csv` with these columns. Returns the exit status of a command."""
    checkpoint = checkpoint_of(options)
    saved = shown = time.monotonic()
    table = LossTable(options.out / "losses.csv", columns, run.step)
    try:
        with tqdm(total=run.n_steps, initial=run.step, unit=" steps", mininterval=5) as bar:
            for progress in within_minutes(train(run), options.minutes):
                bar.update(progress.step - bar.n)
                table.add(progress)
                now = time.monotonic()
                if progress.step % 100 == 0:
                    bar.set_postfix({name: f"{value:.3g}" for name, value in progress.losses.items()})
                if now - saved > CHECKPOINT_EVERY_S:
                    save_checkpoint(checkpoint, run.state())
                    saved = time.monotonic()
                if now - shown > SHEET_EVERY_S:
                    run.keep(options.out)
                    shown = time.monotonic()
                if options.steps and progress.step >= options.steps:
                    break
    except DivergedError as error:
        print(f"{error}; the last good state is in {checkpoint}", file=sys.stderr)
        return 1
    finally:
        table.close()
    save_checkpoint(checkpoint, run.state())
    run.keep(options.out)
    return 0


class LossTable:
    """`losses.csv`: one row every so many steps; a resumed run goes on where its checkpoint was."""

    EVERY = 20

    def __init__(self, path: Path, columns: Sequence[str], step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = []
        if step and path.is_file():
            with path.open(newline="") as table:
                kept = [row for row in csv.DictReader(table) if int(row["step"]) <= step]
        self._file = path.open("w", newline="")
        self._writer = csv.DictWriter(self._file, ("step", *columns))
        self._writer.writeheader()
        self._writer.writerows(kept)

    def add(self, progress: Progress) -> None:
        """Writes a row if it is time for one."""
        if progress.step % self.EVERY == 0:
            numbers = {name: f"{value:.5g}" for name, value in progress.losses.items()}
            self._writer.writerow({"step": progress.step} | numbers)
            self._file.flush()

    def close(self) -> None:
        """Nothing can be added any more."""
        self._file.close()


def as_stored(config: dict) -> dict:
    """A config as JSON and checkpoints bring it back: lists where there were tuples."""
    return {
        key: as_stored(value) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else value
        for key, value in config.items()
    }


def require_config(state: dict, config: object) -> None:
    """Raises ValueError where a checkpoint's state belongs to another config, a dataclass."""
    if as_stored(state["config"]) != as_stored(asdict(config)):
        raise ValueError("the checkpoint was made by another configuration")


def planned(profile: Passed, options: argparse.Namespace) -> Passed:
    """A profile's config with the seed, and the steps, that the options of a long run ask for."""
    changes = {"seed": options.seed} | ({"n_steps": options.of_steps} if options.of_steps else {})
    return replace(profile, **changes)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every training command has, but for its profiles and its data."""
    parser.add_argument("--steps", type=int, help="stop after this many steps")
    parser.add_argument("--minutes", type=float, help="stop after this many minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", help="cpu or cuda; a GPU is used where there is one")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in the output folder")


def add_options_of_long_runs(parser: argparse.ArgumentParser) -> None:
    """Those of trainings that are planned by the hour."""
    parser.add_argument("--of-steps", type=int, help="how many steps the learning rates are planned for")
    parser.add_argument("--start-from", type=Path, help="a folder of shipped weights to begin with")
