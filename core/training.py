"""What every training run shares: device, averaged weights, checkpoints that survive a kill, the time budget."""

import copy
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

Progress = TypeVar("Progress")
CHECKPOINT_EVERY_S = 60.0


def best_device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class AveragedModel:
    """The exponential moving average of a model's weights, which is what is kept of a training.

    Weights follow w ← d w + (1 − d) w_now with d = min(decay, (1 + t) / (10 + t)), so that the random start
    is soon forgotten; buffers (the statistics of batch normalisation) are copied.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, model: nn.Module, step: int) -> None:
        """Takes in the model's weights after optimisation step `step`, counted from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        mean, now = list(self.model.parameters()), list(model.parameters())
        torch._foreach_lerp_(mean, now, 1 - decay)
        for kept, new in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(new)


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


def within_minutes(progress: Iterable[Progress], minutes: float | None) -> Iterator[Progress]:
    """Passes progress on until the time is spent; the last one is passed on too."""
    end = None if minutes is None else time.monotonic() + 60 * minutes
    for one in progress:
        yield one
        if end is not None and time.monotonic() >= end:
            return
