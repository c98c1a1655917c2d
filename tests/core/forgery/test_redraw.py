"""A redrawn digit is the same digit, by a pen of one width."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from core.digits import predict
from core.forgery import redraw


def drawn(*points, width=3):
    """A line on MNIST's 28 pixels, with soft edges."""
    large = Image.new("L", (280, 280))
    ImageDraw.Draw(large).line([(10 * x, 10 * y) for x, y in points], fill=255, width=10 * width, joint="curve")
    return np.asarray(large.resize((28, 28), Image.Resampling.BOX))


@pytest.mark.parametrize("pen", redraw.PENS)
@pytest.mark.parametrize("width", [2, 5])
def test_a_line_gets_the_width_of_the_pen_whatever_it_had(pen, width):
    line = redraw.redrawn(drawn((14, 6), (14, 22), width=width), pen)
    across = (line[redraw.SIDE // 2] / 255).sum() * redraw.PAD / redraw.SIDE
    assert across == pytest.approx(pen, abs=3.5)


def test_the_pen_stays_on_its_way():
    """All that is drawn lies within the pen's reach of the old ink, and all the old way is covered."""
    corner = drawn((6, 6), (20, 6), (9, 22))
    new = redraw.redrawn(corner, 12)
    old = redraw.enlarge(corner.astype(np.float32), redraw.SIDE) > 127
    away = ndimage.distance_transform_edt(~old)
    assert away[new > 127].max() <= 12 / 2 * redraw.SIDE / redraw.PAD
    deep = ndimage.distance_transform_edt(old)
    assert (new[deep > 0.8 * deep.max()] > 0).mean() > 0.95


@pytest.mark.parametrize("image", [np.zeros((28, 28), np.uint8), np.full((28, 28), 90, np.uint8)])
def test_where_there_is_no_ink_nothing_is_drawn(image):
    assert not redraw.redrawn(image, 12).any()


def test_a_speck_is_drawn_too():
    speck = np.zeros((28, 28), np.uint8)
    speck[10, 10] = 255
    assert redraw.redrawn(speck, 24).max() == 255


def test_redrawn_digits_are_still_read_as_what_they_are(mnist):
    digits = mnist.train[:300]
    new = redraw.redrawn_and_prepared(digits.images)
    answers = predict.probabilities(new.astype(np.float32) / 255).argmax(1)
    assert (answers == digits.labels).mean() > 0.98


def test_preparing_is_the_pads_own(digits):
    prepared = redraw.prepared(digits.images[:5])
    assert prepared.dtype == np.uint8
    assert np.abs(prepared[3] - 255 * predict.prepare(digits.images[3])).max() <= 0.5
