"""The one door by which faces reach people, real ones and generated ones alike: the same size, the same softness, the
same compression, so that nothing but the face can give it away."""

import io

import numpy as np
from PIL import Image, ImageFilter

SHOWN_SIDE = 256  # pixels
SOFTENED = 0.7  # standard deviation of the blur, in pixels of a picture of 64
JPEG_QUALITY = 88


def presented(pictures: np.ndarray) -> list[bytes]:
    """(n, side, side, 3) uint8 -> JPEG files of `SHOWN_SIDE` pixels, with nothing in them but the picture."""
    return [_presented(picture) for picture in pictures]


def softened(pictures: np.ndarray) -> np.ndarray:
    """(n, side, side, 3) uint8 -> the same, without the finest details, in which pictures of different origin differ
    most: of sharpness, of JPEG, of a generator."""
    return np.stack([np.asarray(_softened(picture)) for picture in pictures])


def _softened(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(picture).filter(ImageFilter.GaussianBlur(SOFTENED * picture.shape[0] / 64))


def _presented(picture: np.ndarray) -> bytes:
    shown = _softened(picture).resize((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BICUBIC)
    shown.save(file := io.BytesIO(), "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
