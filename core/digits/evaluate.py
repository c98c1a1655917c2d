"""Measures the shipped digit classifier, once, on digits it has never seen. The card quotes what this prints.

    python -m core.digits.evaluate

The MNIST test digits as they are; then enlarged to 280 × 280, changed as people's drawings differ, and prepared
by the pad's own function; then scikit-learn's 1,797 digits, enlarged, as an unseen hand. Six minutes on two cores.
"""

import argparse
import itertools
import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from tqdm import tqdm

from core.digits import data, predict

PAD = 280  # pixels on a side of the pad
SCRIBBLES = ((8, 24), (8, 12), (14, 24), (14, 12), (20, 24))  # corners, width of the pen in pixels
PEN = 7  # diameter in pixels of the disc that thins or thickens


def _disc(diameter: int) -> np.ndarray:
    """(diameter, diameter) bool."""
    disc = Image.new("1", (diameter, diameter))
    ImageDraw.Draw(disc).ellipse((0, 0, diameter - 1, diameter - 1), fill=1)
    return np.asarray(disc)


def move(drawing: np.ndarray, down: float, right: float) -> np.ndarray:
    """The ink moved to an edge: −1 is the top or left one, 1 the bottom or right one."""
    rows, columns = (np.flatnonzero(drawing.max(axis) > 0) for axis in (1, 0))
    if not len(rows):
        return drawing
    ink = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    moved = np.zeros_like(drawing)
    top, left = (
        round((PAD - length) * (where + 1) / 2) for length, where in zip(ink.shape, (down, right), strict=True)
    )
    moved[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return moved


def scale(drawing: np.ndarray, factor: float) -> np.ndarray:
    """Made larger or smaller about the middle of the pad."""
    offset = PAD / 2 * (1 - 1 / factor)
    image = Image.fromarray(drawing.astype(np.float32))
    matrix = (1 / factor, 0, offset, 0, 1 / factor, offset)
    return np.asarray(image.transform((PAD, PAD), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))


def rotate(drawing: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about the middle of the pad, anticlockwise."""
    return np.asarray(Image.fromarray(drawing.astype(np.float32)).rotate(degrees, Image.Resampling.BILINEAR))


def thin(drawing: np.ndarray) -> np.ndarray:
    """Eroded by the disc."""
    return ndimage.grey_erosion(drawing, footprint=_disc(PEN))


def thicken(drawing: np.ndarray) -> np.ndarray:
    """Dilated by the disc."""
    return ndimage.grey_dilation(drawing, footprint=_disc(PEN))


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "enlarged": lambda drawing: drawing,
    "top left corner": lambda drawing: move(drawing, -1, -1),
    "top right corner": lambda drawing: move(drawing, -1, 1),
    "bottom left corner": lambda drawing: move(drawing, 1, -1),
    "bottom right corner": lambda drawing: move(drawing, 1, 1),
    "scaled by 0.4": lambda drawing: scale(drawing, 0.4),
    "scaled by 0.7": lambda drawing: scale(drawing, 0.7),
    "scaled by 1.3": lambda drawing: scale(drawing, 1.3),
    "rotated by -15 degrees": lambda drawing: rotate(drawing, -15),
    "rotated by 15 degrees": lambda drawing: rotate(drawing, 15),
    "eroded by a 7-pixel disc": thin,
    "dilated by a 7-pixel disc": thicken,
}


def accuracy(images: np.ndarray, labels: np.ndarray) -> float:
    """The share that the shipped classifier gets right. Images are (count, 28, 28) float 0..1."""
    answers = [
        predict.classify(predict.load(), images[start : start + 500]).argmax(1) for start in range(0, len(images), 500)
    ]
    return float((np.concatenate(answers) == labels).mean())


def through_the_pad(images: np.ndarray, change: str) -> np.ndarray:
    """Each digit, (count, 28, 28) 0..255, enlarged, changed and prepared: (count, 28, 28) float 0..1."""
    return np.stack([predict.prepare(np.clip(CHANGES[change](data.enlarge(image, PAD)), 0, 255)) for image in images])


def polyline(random: np.random.Generator, n_corners: int, width: int) -> np.ndarray:
    """A scribble as somebody might draw it on the pad: straight from corner to corner. (280, 280) 0..255."""
    pad = Image.new("L", (PAD, PAD))
    corners = [tuple(corner) for corner in random.uniform(0.1 * PAD, 0.9 * PAD, (n_corners, 2))]
    ImageDraw.Draw(pad).line(corners, fill=255, width=width, joint="curve")
    return np.asarray(pad)


def surest_of_scribbles(n_corners: int, width: int, count: int = 200) -> np.ndarray:
    """(count,): the highest of the ten probabilities for scribbles of so many corners."""
    random = np.random.default_rng(0)
    images = [predict.prepare(polyline(random, n_corners, width)) for _ in range(count)]
    return predict.probabilities(np.stack(images)).max(1)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.digits.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=predict.FOLDER, help="a folder that training wrote")
    predict.FOLDER = parser.parse_args(arguments).weights
    digits = data.load()
    if digits.source != "mnist":
        print("no MNIST in the data folder: python -m core.downloads mnist", file=sys.stderr)
        return 1
    test, others = digits.test, data.sklearn_digits()
    print(f"MNIST test as it is       {accuracy(test.images.astype(np.float32) / 255, test.labels):.2%}")
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for name in tqdm(CHANGES, leave=False):
            parts = pool.map(through_the_pad, np.array_split(test.images, 40), itertools.repeat(name))
            tqdm.write(f"{name:25} {accuracy(np.concatenate(list(parts)), test.labels):.2%}", file=sys.stdout)
    print(f"scikit-learn's 1,797      {accuracy(others.images.astype(np.float32) / 255, others.labels):.2%}")
    for n_corners, width in SCRIBBLES:
        middle, high = np.quantile(surest_of_scribbles(n_corners, width), (0.5, 0.9))
        print(f"scribbles, {n_corners} corners, pen {width}: surest {middle:.2f} in the middle, {high:.2f} for 9 in 10")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
