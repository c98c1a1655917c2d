"""Using the shipped digit classifier.

python -m core.digits.predict picture.png
"""

import argparse
import functools
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import nn

from core import weights
from core.digits.model import ClassifierConfig, DigitClassifier
from core.digits.normalize import SIDE, prepare

__all__ = ["classify", "load", "prepare", "probabilities"]

FOLDER = weights.FOLDER / "digits"
LARGEST_PICTURE = 50_000_000  # pixels

_loading = threading.Lock()


def load() -> DigitClassifier:
    """The shipped classifier, ready to use; loaded once, when it is first asked for.

    Raises:
        core.weights.WeightsError: its files are missing or damaged.
    """
    with _loading:
        return _load(FOLDER)


@functools.cache
def _load(folder: Path) -> DigitClassifier:
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "a digit classifier"):
        del config["sha256"]
        model = DigitClassifier(ClassifierConfig(**config))
        model.load_state_dict(tensors)  # half precision becomes single again
    return model.eval().requires_grad_(False)


def probabilities(images: np.ndarray) -> np.ndarray:
    """(batch, 28, 28) float 0..1, prepared -> (batch, 10): how probable the classifier finds each digit.

    Raises:
        ValueError: another shape, or values that are not finite or not in 0 to 1.
        core.weights.WeightsError: the classifier's files are missing or damaged.
    """
    return classify(load(), images)


@torch.inference_mode()
def classify(model: nn.Module, images: np.ndarray) -> np.ndarray:
    """`probabilities`, by any network that takes (batch, 28, 28) to (batch, 10) logits."""
    images = np.asarray(images, dtype=np.float32)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"images have shape {images.shape}, wanted (batch, {SIDE}, {SIDE})")
    if images.size and not (np.isfinite(images).all() and images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"images have values from {images.min():g} to {images.max():g}, wanted 0 to 1")
    return model(torch.from_numpy(images)).softmax(1).numpy()


def read_picture(path: Path) -> np.ndarray:
    """A picture file as a drawing, (height, width) 0..255, ink bright: dark ink on a light ground is turned round.

    Raises:
        OSError: not there, not a picture, or over `LARGEST_PICTURE` pixels.
    """
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise OSError(f"{path} has more than {LARGEST_PICTURE} pixels")
            on_white = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    except ValueError as error:  # what Pillow says to some damaged headers
        raise OSError(f"{path} is no picture: {error}") from error
    grey = np.asarray(on_white.convert("L"))
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return 255 - grey if np.median(edge) > 127 else grey


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m core.digits.predict", description="Say which digit a picture shows."
    )
    parser.add_argument("picture", type=Path)
    path = parser.parse_args(arguments).picture
    try:
        image = prepare(read_picture(path))
        answer = probabilities(image[None])[0]
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    if not image.any():
        print(f"{path}: nothing is drawn on it", file=sys.stderr)
        return 1
    for digit in np.argsort(-answer):
        print(f"{digit}  {answer[digit]:7.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
