"""What the eight judges say of a drawing: at which moments of the forger's training it would have been caught."""

import functools
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from core import weights
from core.digits.normalize import SIDE
from core.forgery.forge import FOLDER
from core.forgery.model import DigitJudge, JudgeConfig

REJECTED = 0.05  # of the real digits that set a threshold lie below it

_loading = threading.Lock()


class Judges:
    """One for each moment of the forger, from the first to the last."""

    def __init__(self, judges: Sequence[DigitJudge], quantiles: np.ndarray) -> None:
        """`quantiles` (judges, n): the logits below which 0 … 1, evenly, of the real digits lie."""
        self.judges = [judge.eval().requires_grad_(False) for judge in judges]
        self.quantiles = np.asarray(quantiles)
        self.shares = np.linspace(0, 1, self.quantiles.shape[1])
        self.thresholds = np.array([np.interp(REJECTED, self.shares, one) for one in self.quantiles])

    @torch.inference_mode()
    def logits(self, images: np.ndarray) -> np.ndarray:
        """(batch, 28, 28) float 0..1, prepared -> (batch, judges), higher for what looks more real. Raises
        ValueError."""
        seen = _checked(images)
        return torch.stack([judge(seen) for judge in self.judges], dim=1).numpy()

    def caught(self, images: np.ndarray) -> np.ndarray:
        """(batch, 28, 28) as `logits` -> (batch, judges) bool: below the threshold, and so called a forgery."""
        return self.logits(images) < self.thresholds

    @torch.inference_mode()
    def caught_by(self, moment: int, images: np.ndarray) -> np.ndarray:
        """(batch, 28, 28) as `logits` -> (batch,) bool: what one judge alone says."""
        return self.judges[moment](_checked(images)).numpy() < self.thresholds[moment]

    def standing(self, images: np.ndarray) -> np.ndarray:
        """(batch, 28, 28) as `logits` -> (batch, judges) 0..1: the share of real digits that look less real."""
        return np.stack(
            [
                np.interp(one, quantiles, self.shares)
                for one, quantiles in zip(self.logits(images).T, self.quantiles, strict=True)
            ],
            axis=1,
        )

    def wishes(self, image: np.ndarray, moment: int) -> np.ndarray:
        """(28, 28) as one of `logits` -> (28, 28): the gradient of a judge's logit, what would make it look more real:
        above 0 where more ink would. Raises ValueError."""
        seen = _checked(np.asarray(image)[None]).requires_grad_(True)
        (gradient,) = torch.autograd.grad(self.judges[moment](seen).sum(), seen)
        return gradient[0].numpy()


def _checked(images: np.ndarray) -> torch.Tensor:
    images = np.asarray(images, np.float32)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"images have shape {images.shape}, wanted (batch, {SIDE}, {SIDE})")
    if images.size and not (np.isfinite(images).all() and images.min() >= 0 and images.max() <= 1):
        raise ValueError("images have values that are not within 0 to 1")
    return torch.from_numpy(images)


def load() -> Judges:
    """The shipped judges, loaded once, when they are first asked for.

    Raises:
        core.weights.WeightsError: their files are missing or damaged.
    """
    with _loading:
        return load_from(FOLDER / "judges")


@functools.cache
def load_from(folder: Path) -> Judges:
    """The judges in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "judges of digits"):
        judges = [DigitJudge(JudgeConfig(**config["network"])) for _ in config["quantiles"]]
        for k, judge in enumerate(judges):
            judge.load_state_dict(weights.part(tensors, str(k)))
        return Judges(judges, np.array(config["quantiles"]))
