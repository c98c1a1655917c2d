"""What the pen bit means, that conversions come back, and that evened drawings are the same drawings."""

import numpy as np
import pytest

from core.sketch_rnn import strokes

SQUARE_AND_DOT = np.array(
    [[10, 20, 0], [100, 0, 0], [0, 100, 0], [-100, 0, 0], [0, -100, 1], [50, 50, 1]], dtype=np.float64
)


def test_the_pen_is_lifted_after_the_point_that_says_so():
    square, dot = strokes.stroke3_to_lines(SQUARE_AND_DOT)
    assert square.tolist() == [[10, 20], [110, 20], [110, 120], [10, 120], [10, 20]]
    assert dot.tolist() == [[60, 70]]


def test_in_omniglot_a_jump_follows_a_lifted_pen(omniglot):
    """A port that reads the bit the other way round draws the jumps, which are five times as long as what is drawn."""
    drawings = omniglot("train", 500)
    rows = np.concatenate([drawing[1:] for drawing in drawings]).astype(float)
    lifted_before = np.concatenate([drawing[:-1, 2] for drawing in drawings]) == 1
    lengths = np.hypot(rows[:, 0], rows[:, 1])
    assert lengths[lifted_before].mean() > 3 * lengths[~lifted_before].mean()
    assert all(drawing[-1, 2] == 1 for drawing in drawings), "the pen is lifted after the last point"
    assert not any(drawing[0].any() for drawing in drawings), "the first point is where one counts from"


def test_stroke5_says_the_same_and_comes_back():
    there = strokes.stroke3_to_stroke5(SQUARE_AND_DOT)
    assert there.shape == (7, 5)
    assert (there[:, 2:].sum(1) == 1).all()
    assert there[:, strokes.LIFTED].tolist() == [0, 0, 0, 0, 1, 1, 0]
    assert there[-1].tolist() == [0, 0, 0, 0, 1]
    assert np.array_equal(strokes.stroke5_to_stroke3(there), SQUARE_AND_DOT)


def test_what_comes_after_the_end_is_no_drawing():
    there = strokes.stroke3_to_stroke5(SQUARE_AND_DOT)
    assert np.array_equal(strokes.stroke5_to_stroke3(np.concatenate([there, there])), SQUARE_AND_DOT)
    assert np.array_equal(strokes.stroke5_to_stroke3(there[:-1]), SQUARE_AND_DOT)


def test_lines_come_back():
    assert np.array_equal(strokes.lines_to_stroke3(strokes.stroke3_to_lines(SQUARE_AND_DOT)), SQUARE_AND_DOT)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((0, 3)), np.zeros(3), np.zeros((2, 5)), np.full((1, 3), np.nan), [[0, 0, 2]], [[0, 0, 0.5]]],
)
def test_what_is_no_drawing_is_refused(wrong):
    with pytest.raises(ValueError, match="drawing"):
        strokes.evened(np.asarray(wrong))


def dense(drawing, n):
    """Every line of it in n pieces."""
    pieces = []
    for line in strokes.stroke3_to_lines(drawing):
        share = np.arange(len(line) * n - n + 1) / n
        pieces.append(np.stack([np.interp(share, np.arange(len(line)), column) for column in line.T], axis=1))
    return strokes.lines_to_stroke3(pieces)


def test_an_evened_drawing_has_the_same_strokes_from_end_to_end():
    before, after = (strokes.stroke3_to_lines(one) for one in (SQUARE_AND_DOT, strokes.evened(SQUARE_AND_DOT)))
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert np.allclose(one[[0, -1]], other[[0, -1]])


def test_how_dense_the_pointer_was_does_not_matter():
    hook = np.array([[0, 0, 0], [13, 170, 0], [60, 31, 0], [77, -20, 1], [-90, -120, 0], [151, 9, 1]], float)
    sparse, often = strokes.evened(hook), strokes.evened(dense(hook, 50))
    assert sparse == pytest.approx(often, abs=1e-6)


def test_a_trembling_straight_line_is_straight():
    random = np.random.default_rng(0)
    places = np.column_stack([np.arange(0, 400, 2.0), random.uniform(-3, 3, 200)])
    assert len(strokes.evened(strokes.lines_to_stroke3([places]))) == 2


def test_a_circle_stays_one():
    angles = np.linspace(0, 2 * np.pi, 400)
    circle = strokes.lines_to_stroke3([150 * np.stack([np.cos(angles), np.sin(angles)], axis=1)])
    (line,) = strokes.stroke3_to_lines(strokes.evened(circle))
    assert 12 < len(line) < 25
    radii = np.hypot(*((line[1:] + line[:-1]) / 2).T)  # in the middle of each chord the error is largest
    assert np.abs(radii - 150).max() < strokes.TOLERANCE + 1.5  # what smoothing takes off


def test_dots_and_points_that_repeat_and_a_pen_that_is_down_are_kept():
    drawing = np.array([[5, 5, 1], [0, 0, 1], [30, 0, 0], [0, 0, 0], [0, 40, 0]])
    even = strokes.evened(drawing)
    assert even == pytest.approx(np.array([[5, 5, 1], [0, 0, 1], [30, 0, 0], [0, 40, 0]]))


def test_a_picture_has_ink_where_the_pen_was_down():
    """Two bars; between them the pen was lifted."""
    bars = strokes.lines_to_stroke3([np.array([[0, 0], [0, 100]]), np.array([[100, 0], [100, 100]])])
    picture = strokes.as_picture(bars, side=100)
    assert picture.shape == (100, 100)
    assert picture[50, 8:13].min() == picture[50, 88:93].min() == 0
    assert picture[:, 20:80].min() == 255
    assert strokes.as_picture(bars, side=100, scale=0.4)[:, :25].min() == 255  # 40 pixels wide
    assert (strokes.as_picture(np.zeros((1, 3))) < 255).any()  # a dot is seen
