"""Every picture is on the sheet, once."""

import numpy as np

from core.sheets import sheet


def test_colour_pictures_on_a_square():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), dtype=np.uint8)
    whole = sheet(images)
    assert whole.shape == (8, 12, 3)
    assert whole[::4, ::4, 0].tolist() == [[0, 1, 2], [3, 4, 0]]


def test_grey_pictures_in_columns():
    images = np.arange(1, 7, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 3), dtype=np.uint8)
    whole = sheet(images, n_columns=2)
    assert whole.shape == (6, 6)
    assert whole[::2, ::3].tolist() == [[1, 2], [3, 4], [5, 6]]
