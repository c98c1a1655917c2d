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


def _presented(picture: np.ndarray) -> bytes:
    side = picture.shape[0]
    soft = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(SOFTENED * side / 64))
    file = io.BytesIO()
    soft.resize((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BICUBIC).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
