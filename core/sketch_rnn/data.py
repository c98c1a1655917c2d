"""Handwritten characters as strokes: Omniglot (Lake, Salakhutdinov and Tenenbaum 2015), 1,623 characters of 50
alphabets, Hangul among them, by twenty people each.

The data folder (core.downloads) holds `strokes/omniglot.npz` with 30,000 drawings to learn from, 1,000 to choose by and
1,000 to measure with: for each split `train` (points, 3) int16 stroke-3, and `train_offsets`; drawing i is the rows
offsets[i]:offsets[i + 1]. That is omniglot.npz of hardmaru's sketch-rnn-datasets with its arrays one after the other,
so that nothing is pickled. It is not committed.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core import downloads
from core.sketch_rnn.strokes import ENDED, evened, stroke3_to_stroke5

SPLITS = ("train", "valid", "test")
LONGEST = 100  # points of a drawing that is learnt from; 3 in 10,000 have more
AT_ONCE = 1_000  # drawings that are evened together
POOL = 50  # batches that are sorted by length together
STRETCH = 0.15  # limit of the random scaling of either axis (Ha and Eck's published code)
DROPPED = 0.1  # share of points within a stroke that are left out (the same)


class NoStrokesError(FileNotFoundError):
    """The data folder holds no drawings."""


def load(split: str, limit: int | None = None) -> list[np.ndarray]:
    """A split's drawings, evened, those of at most `LONGEST` points: stroke-3, (points, 3) float32 in units of paper,
    the first point at 0, 0. With `limit`, of the first so many only.

    Raises:
        NoStrokesError: the data folder does not hold them.
        ValueError: there is no such split.
    """
    rows, bounds = read(split, limit)
    drawings: list[np.ndarray] = []
    for first in range(0, len(bounds) - 1, AT_ONCE):
        drawings += even_together(rows, bounds[first : first + AT_ONCE + 1])
    return [drawing for drawing in drawings if len(drawing) <= LONGEST]


def read(split: str, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What the file holds: rows (points, 3) int16 and where drawings begin and end, (drawings + 1,). As `load`."""
    if split not in SPLITS:
        raise ValueError(f"split {split!r}, wanted one of {SPLITS}")
    path = downloads.data_folder() / "strokes" / "omniglot.npz"
    try:
        with np.load(path) as file:
            rows, bounds = file[split], file[f"{split}_offsets"]
    except FileNotFoundError as error:
        raise NoStrokesError(f"no handwriting in {path.parent}: {path.name} is not there") from error
    return rows, bounds if limit is None else bounds[: limit + 1]


def even_together(rows: np.ndarray, bounds: np.ndarray) -> list[np.ndarray]:
    """`evened` for drawings that stand in one array one after the other, as if they were one drawing. Raises
    ValueError where the pen is not lifted at the end of each."""
    if not rows[bounds[1:] - 1, 2].all():
        raise ValueError("a drawing that ends with the pen down")
    n_strokes = np.add.reduceat(rows[bounds[0] : bounds[-1], 2].astype(int), bounds[:-1] - bounds[0])
    even = evened(rows[bounds[0] : bounds[-1]]).astype(np.float32)
    ends = np.flatnonzero(even[:, 2])[np.cumsum(n_strokes) - 1] + 1
    drawings = np.split(even, ends[:-1])
    for drawing in drawings:
        drawing[0, :2] = 0
    return drawings


def offset_scale(drawings: Sequence[np.ndarray]) -> float:
    """The one number that offsets are divided by: their standard deviation, both axes together (Ha and Eck 2017,
    section 3.3), over all points but the first."""
    return float(np.concatenate([drawing[1:, :2] for drawing in drawings]).std(dtype=np.float64))


def scaled(drawing: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    """A drawing with its offsets times a factor, or one for each axis; the pen bits stay."""
    return np.column_stack([drawing[:, :2] * factor, drawing[:, 2]]).astype(np.float32)


def augmented(drawing: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """As somebody else might have drawn it: both axes scaled at random, and points within strokes left out.

    The pen is lifted where it was, and the ends of strokes stay.
    """
    places = np.cumsum(drawing[:, :2], axis=0)
    lifted = drawing[:, 2] == 1
    within = ~lifted & ~np.roll(lifted, 1)
    within[0] = False
    kept = ~within | (random.random(len(drawing)) >= DROPPED)
    offsets = np.diff(places[kept], axis=0, prepend=0.0)
    return scaled(np.column_stack([offsets, drawing[kept, 2]]), random.uniform(1 - STRETCH, 1 + STRETCH, 2))


def padded(drawings: Sequence[np.ndarray]) -> Tensor:
    """Stroke-3 drawings -> (batch, longest + 1, 5) stroke-5; after its end a drawing goes on with ends."""
    longest = max(len(drawing) for drawing in drawings)
    batch = np.zeros((len(drawings), longest + 1, 5), np.float32)
    batch[:, :, ENDED] = 1
    for row, drawing in zip(batch, drawings, strict=True):
        row[: len(drawing) + 1] = stroke3_to_stroke5(drawing)
    return torch.from_numpy(batch)


def batches(lengths: np.ndarray, size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Which drawings go together in an epoch: (size,) indices each, of drawings of about the same length.

    Shuffled, then sorted by length within pools of `POOL` batches, then the batches shuffled; what is left over is not
    used in this epoch. Fewer drawings than `size` make one batch.
    """
    order = random.permutation(len(lengths))
    pools = [order[first : first + size * POOL] for first in range(0, len(order), size * POOL)]
    order = np.concatenate([pool[np.argsort(lengths[pool], kind="stable")] for pool in pools])
    cut = [order[first : first + size] for first in range(0, len(order) - size + 1, size)] or [order]
    return [cut[k] for k in random.permutation(len(cut))]
