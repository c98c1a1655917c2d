"""Preparing a drawing as the digits of MNIST were: boxed by its ink, scaled, centred by its mass.

LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, 1998, section III-A:
the digit fills a box of 20 × 20 pixels, keeps its aspect, is grey where scaling made it so, and its centre of mass
stands in the middle of 28 × 28.
"""

import numpy as np
from PIL import Image

SIDE = 28
BOX = 20
INK = 0.3  # of the brightest value: what is at least this bright counts as ink when the box is drawn


def prepare(drawing: np.ndarray) -> np.ndarray:
    """A drawing as the classifier wants it.

    Args:
        drawing: (height, width), 0 to 255, ink bright on dark, any size.

    Returns:
        (28, 28) float32, 0 to 1, the strongest ink 1. All zeros where nothing is drawn.

    Raises:
        ValueError: not two axes, an axis of length 0, or values that are not finite or not in 0 to 255.
    """
    grey = np.asarray(drawing, dtype=np.float32)
    if grey.ndim != 2 or 0 in grey.shape:
        raise ValueError(f"a drawing has shape {grey.shape}, wanted (height, width)")
    if not np.isfinite(grey).all() or grey.min() < 0 or grey.max() > 255:
        raise ValueError(f"a drawing has values from {grey.min():g} to {grey.max():g}, wanted 0 to 255")
    if grey.max() == 0:
        return np.zeros((SIDE, SIDE), np.float32)
    return _centred(_boxed(grey / grey.max()))


def _boxed(grey: np.ndarray) -> np.ndarray:
    """(height, width) -> what lies inside the box around the ink, its longer side scaled to `BOX` pixels."""
    rows, columns = (np.flatnonzero((grey >= INK).any(axis)) for axis in (1, 0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = BOX / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR, box=box))
    return np.clip(small / small.max(), 0, 1)


def _centred(small: np.ndarray) -> np.ndarray:
    """(at most 20, at most 20) -> (28, 28), moved by whole pixels until pixel (14, 14) is the centre of mass."""
    image = np.zeros((SIDE, SIDE), np.float32)
    corner = []
    for axis, length in enumerate(small.shape):
        mass = small.sum(1 - axis)
        centre = (mass * np.arange(length)).sum() / mass.sum()
        corner.append(int(np.clip(round(SIDE / 2 - centre), 0, SIDE - length)))
    image[corner[0] : corner[0] + small.shape[0], corner[1] : corner[1] + small.shape[1]] = small
    return image
