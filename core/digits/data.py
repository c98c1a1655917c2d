"""Handwritten digits: MNIST where the data folder has it, scikit-learn's 1,797 where it has not."""

import functools
import gzip
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core import downloads
from core.digits.normalize import SIDE, prepare

N_CLASSES = 10
N_HELD_OUT = 5_000  # training digits that choose between models; the test digits only measure the chosen one
N_SKLEARN_TEST = 397

_loading = threading.Lock()


@dataclass(frozen=True)
class Digits:
    """Digits with their labels."""

    images: np.ndarray  # (count, 28, 28) uint8, ink bright on dark
    labels: np.ndarray  # (count,) int64, 0 to 9

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, which) -> "Digits":
        return Digits(self.images[which], self.labels[which])


@dataclass(frozen=True)
class DigitData:
    """Digits to learn from, and others to be tested on."""

    train: Digits
    test: Digits
    source: str  # "mnist" or "sklearn"


def load() -> DigitData:
    """MNIST's 60,000 and 10,000 digits, or scikit-learn's 1,400 and 397, loaded once. Nothing is fetched."""
    with _loading:  # many visitors may come first at once
        return _load()


@functools.cache
def _load() -> DigitData:
    folder = downloads.find("mnist")
    if folder is None:
        digits = sklearn_digits()
        return DigitData(digits[:-N_SKLEARN_TEST], digits[-N_SKLEARN_TEST:], "sklearn")
    return DigitData(_read(folder, "train"), _read(folder, "t10k"), "mnist")


def held_out(train: Digits, seed: int = 0) -> tuple[Digits, Digits]:
    """Training digits, shuffled by the seed, in two: those to learn from, and `N_HELD_OUT` to choose by."""
    order = np.random.default_rng(seed).permutation(len(train))
    return train[order[N_HELD_OUT:]], train[order[:N_HELD_OUT]]


def sklearn_digits() -> Digits:
    """The 1,797 digits that come with scikit-learn (Alpaydin and Kaynak, 1998): 8 × 8, enlarged and prepared."""
    from sklearn.datasets import load_digits  # slow to import, and only here

    found = load_digits()
    images = [prepare(enlarge(image * (255 / 16))) for image in found.images]
    return Digits((np.stack(images) * 255).round().astype(np.uint8), found.target.astype(np.int64))


def enlarge(image: np.ndarray, side: int = 280) -> np.ndarray:
    """(height, width), 0 to 255 -> (side, side), smoothly, as if somebody had drawn it there."""
    large = Image.fromarray(np.asarray(image, np.float32)).resize((side, side), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(large), 0, 255)


def _read(folder: Path, part: str) -> Digits:
    """The IDX files as MNIST's authors describe them: a header of 16 or 8 bytes, then bytes."""
    with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(bytearray(file.read()), np.uint8, offset=16).reshape(-1, SIDE, SIDE)
    with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)
    return Digits(images, labels)
