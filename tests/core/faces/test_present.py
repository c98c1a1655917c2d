"""What leaves by the door has one size and one softness, and says nothing but the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from core.faces.present import SHOWN_SIDE, presented, softened


def opened(file):
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        return image


@pytest.mark.parametrize("side", [64, 128])
def test_every_picture_leaves_as_the_same_kind_of_file(side):
    pictures = np.random.default_rng(0).integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    images = [opened(file) for file in presented(pictures)]
    assert {(image.format, image.size, image.mode) for image in images} == {("JPEG", (SHOWN_SIDE, SHOWN_SIDE), "RGB")}
    assert all(set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} for image in images)


def test_the_finest_details_are_gone_and_the_face_stays():
    checks = np.indices((64, 64)).sum(0) % 2 * 255
    halves = np.where(np.arange(64) < 32, 40, 200) * np.ones((64, 1))
    pictures = np.stack([checks, halves])[..., None].repeat(3, 3).astype(np.uint8)
    fine, coarse = (np.asarray(opened(file).convert("L")).astype(float) for file in presented(pictures))
    assert fine[16:-16, 16:-16].std() < 25  # of 127 before
    assert coarse[:, :100].mean() == pytest.approx(40, abs=2)
    assert coarse[:, -100:].mean() == pytest.approx(200, abs=2)


def test_nothing_asks_where_a_picture_comes_from():
    picture = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8)
    assert presented(picture) == presented(picture.copy())


def test_a_softened_picture_keeps_its_size_and_its_mean_and_softens_by_the_same_share_at_any_side():
    impulse = np.zeros((2, 128, 128, 3), np.uint8)
    impulse[:, 64, 64] = 255
    soft = softened(impulse)
    assert soft.shape == impulse.shape
    assert soft.dtype == np.uint8
    assert 10 < soft[0, 64, 64, 0] < 100
    smaller = np.zeros((1, 64, 64, 3), np.uint8)
    smaller[:, 32, 32] = 255
    assert softened(smaller)[0, 32, 32, 0] > soft[0, 64, 64, 0]  # half as many pixels, half the blur
