"""A picture that somebody brings, brought to where the portraits have their eyes.

Nothing here writes anything: what is brought stays in memory.
"""

import functools
import io
import itertools
import threading
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

Point = tuple[float, float]
Eyes = tuple[Point, Point]  # the one on the left of the picture first

ALIGNED_EYES: Eyes = ((0.35, 0.42), (0.65, 0.42))  # of the side
LARGEST_SIDE = 1600  # pixels, of what is worked on
LARGEST_PIXELS = 50_000_000  # of a picture that is opened at all
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
WORKING_SIDE = 640  # pixels at most, while eyes are looked for
SMALLEST_FACE = (80, 80)  # of those
CLOSEST_EYES = 4.0  # pixels of the picture

_detecting = threading.Lock()  # a cascade works for one caller at a time


class NoPictureError(ValueError):
    """What came is no picture, or one that is too large to be opened."""


def opened(file: bytes) -> Image.Image:
    """A file as a picture in RGB, upright as its EXIF says, made smaller where it is larger than `LARGEST_SIDE`; of a
    moving picture the first frame. Raises NoPictureError, and that before a pixel is made of one that is too large."""
    try:
        picture = Image.open(io.BytesIO(file), formats=FORMATS)
        if picture.width * picture.height > LARGEST_PIXELS:
            raise NoPictureError(f"{picture.width} × {picture.height} pixels, at most {LARGEST_PIXELS}")
        picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        picture = ImageOps.exif_transpose(picture).convert("RGB")
    except NoPictureError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise NoPictureError(f"no picture: {error}") from error
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return picture


def aligned(picture: Image.Image, eyes: Eyes, side: int) -> np.ndarray:
    """The face of a picture, turned, moved and scaled so that the eyes, given in its pixels, come to `ALIGNED_EYES` of
    the side: (side, side, 3) uint8. Beyond the picture its edge is repeated. Raises ValueError where the eyes are one,
    or not in the picture."""
    left, right = (complex(*eye) for eye in eyes)
    if not all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in eyes):
        raise ValueError(f"eyes at {eyes} of a picture of {picture.size}")
    if abs(right - left) < CLOSEST_EYES:
        raise ValueError(f"eyes {abs(right - left):.1f} pixels apart, at least {CLOSEST_EYES}")
    aim_left, aim_right = (complex(*eye) for eye in ALIGNED_EYES)
    turn = (right - left) / (aim_right - aim_left)  # a whole side, in pixels of the picture
    coarse = max(1, int(abs(turn) / side))  # so many of its pixels are averaged first, each way
    picture, left, turn = picture.reduce(coarse), left / coarse, turn / coarse
    corner = left - turn * aim_left
    corners = [corner + turn * complex(x, y) for x in (0, 1) for y in (0, 1)]
    across, down = ([part(one) for one in corners] for part in (lambda one: one.real, lambda one: one.imag))
    box = [int(min(across)) - 2, int(min(down)) - 2, int(max(across)) + 3, int(max(down)) + 3]
    within = [max(box[0], 0), max(box[1], 0), min(box[2], picture.width), min(box[3], picture.height)]
    pads = [(within[k] - box[k], box[k + 2] - within[k + 2]) for k in (1, 0)]
    whole = Image.fromarray(np.pad(np.asarray(picture.crop(within)), [*pads, (0, 0)], "edge"))
    step, origin = turn / side, corner - complex(box[0], box[1])
    fitting = (step.real, -step.imag, origin.real, step.imag, step.real, origin.imag)
    return np.asarray(whole.transform((side, side), Image.Transform.AFFINE, fitting, Image.Resampling.BICUBIC))


def find_eyes(picture: Image.Image) -> Eyes | None:
    """The eyes of the largest face that has two, in the picture's pixels, by OpenCV's cascades of Haar features (Viola
    and Jones 2001); None where there is no such face."""
    scale = WORKING_SIDE / max(picture.size)
    size = [max(1, round(one * scale)) for one in picture.size]
    pixels = np.asarray(picture.convert("L").resize(size, Image.Resampling.BILINEAR))
    with _detecting:
        faces = _cascade("frontalface_alt2").detectMultiScale(pixels, 1.1, 4, minSize=SMALLEST_FACE)
        for face in sorted(faces, key=lambda face: -face[2]):
            for name in ("eye_tree_eyeglasses", "eye"):
                if pair := _eyes_of(_cascade(name), pixels, *face):
                    return tuple((eye.real / scale, eye.imag / scale) for eye in pair)
    return None


def _eyes_of(
    cascade: "cv2.CascadeClassifier",  # noqa: F821
    pixels: np.ndarray,
    x: int,
    y: int,
    width: int,
    height: int,
) -> tuple[complex, complex] | None:
    """The two finds in the upper half of a face that lie most as eyes do: on both sides of its middle, level, two
    fifths of its width apart."""
    top = y + height // 6
    upper = pixels[top : y + height * 3 // 5, x : x + width]
    found = cascade.detectMultiScale(upper, 1.05, 3, minSize=(width // 8,) * 2, maxSize=(width // 3,) * 2)
    centres = [complex(x + a + c / 2, top + b + d / 2) for a, b, c, d in found]
    middle = complex(x + width / 2, y + 0.38 * height)

    def strangeness(pair: tuple[complex, complex]) -> float:
        apart, off = (pair[1] - pair[0]) / width, (sum(pair) / 2 - middle) / width
        return abs(apart - 0.4) + abs(off)

    pairs = itertools.permutations(centres, 2)
    sound = [pair for pair in pairs if pair[0].real < middle.real < pair[1].real and strangeness(pair) < 0.24]
    return min(sound, key=strangeness, default=None)


@functools.cache
def _cascade(name: str) -> "cv2.CascadeClassifier":  # noqa: F821
    import cv2

    return cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / f"haarcascade_{name}.xml"))
