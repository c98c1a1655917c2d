"""Drawings come back as MNIST's own digits were made, wherever and however large they were drawn."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from core.digits.data import enlarge
from core.digits.evaluate import move, scale
from core.digits.normalize import prepare


def ink_box(image):
    """(height, width) of the box around all that is not 0."""
    rows, columns = ndimage.find_objects((image > 0).astype(int))[0]
    return rows.stop - rows.start, columns.stop - columns.start


@pytest.fixture(scope="module")
def originals(mnist):
    return mnist.test.images[:200]


@pytest.fixture(scope="module")
def drawings(originals):
    return [enlarge(image) for image in originals]


def test_mnist_enlarged_comes_back(originals, drawings):
    pairs = zip(originals, map(prepare, drawings), strict=True)
    likeness = [np.corrcoef(image.ravel(), prepared.ravel())[0, 1] for image, prepared in pairs]
    assert np.median(likeness) > 0.96
    assert np.quantile(likeness, 0.05) > 0.8  # MNIST's box held fainter ink than ours: some come back a pixel wider


def test_digits_are_boxed_and_centred_as_mnist_is(originals, drawings):
    for image in [*originals, *map(prepare, drawings)]:
        assert max(ink_box(image)) == 20
        np.testing.assert_allclose(ndimage.center_of_mass(image), (14, 14), atol=0.501)


def test_prepared_is_float_from_0_to_1(drawings):
    for image in map(prepare, drawings):
        assert (image.dtype, image.shape, image.min(), image.max()) == (np.float32, (28, 28), 0, 1)


def test_place_on_the_pad_does_not_matter(drawings):
    for drawing in drawings[:20]:
        prepared = prepare(drawing)
        for down, right in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            np.testing.assert_allclose(prepare(move(drawing, down, right)), prepared, atol=0.05)


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.2])
def test_size_on_the_pad_hardly_matters(drawings, factor):
    differences = [abs(prepare(scale(drawing, factor)) - prepare(drawing)).mean() for drawing in drawings]
    others = [abs(prepare(one) - prepare(two)).mean() for one, two in itertools.pairwise(drawings)]
    assert np.mean(differences) < 0.02 < 0.12 < np.mean(others)


def test_strength_of_the_pen_does_not_matter(drawings):
    np.testing.assert_allclose(prepare(drawings[0] / 8), prepare(drawings[0]), atol=1e-5)


def test_rectangle_keeps_its_aspect():
    drawing = np.zeros((280, 280))
    drawing[30:70, 50:250] = 255  # 40 by 200
    expected = np.zeros((28, 28), bool)
    expected[12:16, 4:24] = True
    np.testing.assert_array_equal(prepare(drawing) > 0, expected)
    np.testing.assert_array_equal(prepare(drawing.T), prepare(drawing).T)
    assert prepare(drawing)[expected].min() > 0.7


def test_box_leaves_faint_ink_out():
    drawing = np.zeros((280, 280))
    drawing[100:140, 100:140] = 255
    faint = drawing.copy()
    faint[10, 10] = 0.2 * 255
    np.testing.assert_array_equal(prepare(faint), prepare(drawing))


def test_empty_drawing_stays_empty():
    empty = prepare(np.zeros((280, 280), np.uint8))
    assert empty.shape == (28, 28)
    assert not empty.any()


def test_single_pixel_fills_the_box():
    assert prepare(np.full((1, 1), 9)).sum() == 400
    drawing = np.zeros((280, 280))
    drawing[3, 200] = 255
    image = prepare(drawing)
    assert image.max() == 1
    assert max(ink_box(image)) == 20


@pytest.mark.parametrize("thin", [np.full((1, 280), 255), np.pad(np.full((1, 280), 255), ((99, 180), (0, 0)))])
def test_thin_line_is_one_pixel_thin(thin):
    expected = np.zeros((28, 28))
    expected[14, 4:24] = 1
    np.testing.assert_array_equal(prepare(thin), expected)
    np.testing.assert_array_equal(prepare(thin.T), expected.T)


def test_pad_need_not_be_square(drawings):
    wide = np.pad(drawings[0], ((5, 0), (40, 300)))
    np.testing.assert_allclose(prepare(wide), prepare(drawings[0]), atol=1e-6)


@pytest.mark.parametrize(
    ("drawing", "complaint"),
    [
        (np.zeros((2, 280, 280)), r"\(2, 280, 280\)"),
        (np.zeros(280), r"\(280,\)"),
        (np.zeros((0, 280)), r"\(0, 280\)"),
        ([], r"\(0,\)"),
        (np.full((28, 28), np.nan), "nan"),
        (np.full((28, 28), np.inf), "inf"),
        (np.full((28, 28), -1), "from -1"),
        (np.full((28, 28), 256), "to 256"),
    ],
)
def test_bad_drawing_is_named(drawing, complaint):
    with pytest.raises(ValueError, match=complaint):
        prepare(drawing)
