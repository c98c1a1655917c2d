"""Digits as the pad would show them if somebody had drawn them there: the way of the pen is found, and a round pen of
one width is led along it.

The way is the ridge of the distance to the edge of the ink (Blum 1967's medial axis): where that distance, smoothed,
rises in no direction by as much as it does beside a ridge, one pixel each pixel.
"""

from collections.abc import Iterable

import numpy as np
from scipy import ndimage

from core.digits.data import enlarge
from core.digits.normalize import prepare

PAD = 280  # pixels on a side of the pad
PENS = (12, 24)  # the pad's pens: diameters in those pixels
SIDE = 140  # of what is drawn here: half of the pad, which loses nothing at 28
STEEP = 0.6  # less is a ridge


def redrawn(image: np.ndarray, pen: float) -> np.ndarray:
    """(28, 28), 0 to 255, ink bright -> the same digit drawn on the pad, (SIDE, SIDE) 0 to 255.

    `pen` is its diameter in pixels of the pad's 280. Where there is no ink, nothing is drawn.
    """
    ink = enlarge(np.asarray(image, np.float32), SIDE) > 127
    if not ink.any():
        return np.zeros((SIDE, SIDE), np.float32)
    depth = ndimage.distance_transform_edt(ink)
    slope = np.hypot(*np.gradient(ndimage.gaussian_filter(depth, 1.0)))
    ridge = ink & (slope < STEEP) & (depth > 1)
    away = ndimage.distance_transform_edt(~(ridge if ridge.any() else ink))
    return 255 * np.clip(pen * SIDE / PAD / 2 + 0.5 - away, 0, 1)


def prepared(images: np.ndarray) -> np.ndarray:
    """(count, 28, 28) uint8 -> (count, 28, 28) uint8, as `core.digits.normalize.prepare` centres any drawing: the one
    way by which digits of every origin come before a judge."""
    return to_bytes([prepare(image) for image in images])


def redrawn_and_prepared(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """(count, 28, 28) uint8 -> the same shape: redrawn, each with one of the pad's pens, and prepared."""
    pens = np.random.default_rng(seed).choice(PENS, len(images))
    return to_bytes([prepare(redrawn(image, pen)) for image, pen in zip(images, pens, strict=True)])


def to_bytes(images: Iterable[np.ndarray]) -> np.ndarray:
    """Pictures within 0..1 -> (count, 28, 28) uint8."""
    return (np.stack(list(images)) * 255).round().astype(np.uint8)


def to_floats(images: np.ndarray) -> np.ndarray:
    """uint8 -> within 0..1, as judges and classifiers see them."""
    return images.astype(np.float32) / 255
