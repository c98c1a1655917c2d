"""The changes do what their names say, and the shipped classifier is as good as its card claims."""

import numpy as np
import pytest
from scipy import ndimage

from core.digits import data, evaluate, predict


@pytest.fixture
def drawing(mnist):
    return data.enlarge(mnist.test.images[0])


@pytest.fixture(scope="module")
def mnist_accuracy(mnist):
    return evaluate.accuracy(mnist.test.images.astype(np.float32) / 255, mnist.test.labels)


def ink_box(drawing, threshold):
    """(top, bottom, left, right), the bottom and the right just outside."""
    rows, columns = ndimage.find_objects((drawing > threshold).astype(int))[0]
    return rows.start, rows.stop, columns.start, columns.stop


def line(width):
    drawing = np.zeros((280, 280), np.float32)
    drawing[100 : 100 + width, 40:240] = 255
    return drawing


@pytest.mark.parametrize(("down", "edge"), [(-1, 0), (1, 1)])
@pytest.mark.parametrize(("right", "side"), [(-1, 2), (1, 3)])
def test_move_puts_the_ink_into_the_corner(drawing, down, edge, right, side):
    moved = evaluate.move(drawing, down, right)
    box = ink_box(moved, 0)
    assert (box[edge], box[side]) == (280 * edge, 280 * (side - 2))
    np.testing.assert_array_equal(np.sort(moved.ravel()), np.sort(drawing.ravel()))


def test_move_leaves_an_empty_pad_empty():
    assert not evaluate.move(np.zeros((280, 280)), 1, 1).any()


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.3])
def test_scale_changes_the_box_by_its_factor(drawing, factor):
    before, after = (np.array(ink_box(image, 127)) for image in (drawing, evaluate.scale(drawing, factor)))
    np.testing.assert_allclose(after, np.clip(140 + (before - 140) * factor, 0, 280), atol=2)


def test_rotate_is_anticlockwise_and_undone_by_its_opposite(drawing):
    np.testing.assert_array_equal(evaluate.rotate(drawing, 90), np.rot90(drawing))
    back = evaluate.rotate(evaluate.rotate(drawing, 15), -15)
    assert abs(back - drawing).mean() < 0.02 * drawing.mean()
    assert abs(evaluate.rotate(drawing, 15) - drawing).mean() > 0.2 * drawing.mean()


def test_thin_and_thicken_take_and_give_three_pixels_on_each_side(drawing):
    assert not evaluate.thin(line(5)).any()
    assert ink_box(evaluate.thin(line(9)), 0) == (103, 106, 43, 237)
    assert ink_box(evaluate.thicken(line(5)), 0) == (97, 108, 37, 243)
    assert evaluate.thin(drawing).sum() < drawing.sum() < evaluate.thicken(drawing).sum()


def test_through_the_pad_and_back(mnist):
    images = evaluate.through_the_pad(mnist.test.images[:20], "enlarged")
    assert images.shape == (20, 28, 28)
    assert images.min() == 0
    assert images.max() == 1
    assert abs(images - mnist.test.images[:20] / 255).mean() < 0.05


def test_accuracy_counts_what_the_classifier_answers(mnist):
    images = mnist.test.images[:520].astype(np.float32) / 255
    answers = predict.probabilities(images).argmax(1)
    assert evaluate.accuracy(images, answers) == 1
    assert evaluate.accuracy(images, (answers + (np.arange(520) < 52)) % 10) == pytest.approx(0.9)


def test_without_mnist_nothing_is_measured(no_mnist, capsys):
    assert evaluate.main([]) == 1
    assert "core.downloads mnist" in capsys.readouterr().err


def test_shipped_classifier_knows_mnist(mnist_accuracy):
    assert mnist_accuracy >= 0.996


@pytest.mark.parametrize("change", evaluate.CHANGES)
def test_shipped_classifier_stands_each_change(mnist, change):
    images = evaluate.through_the_pad(mnist.test.images[:500], change)
    assert evaluate.accuracy(images, mnist.test.labels[:500]) >= 0.97


@pytest.fixture(scope="module")
def sklearn_accuracy():
    digits = data.sklearn_digits()
    return evaluate.accuracy(digits.images.astype(np.float32) / 255, digits.labels)


def test_shipped_classifier_reads_an_unseen_hand(sklearn_accuracy):
    assert sklearn_accuracy >= 0.9


def test_card_quotes_what_is_measured(mnist_accuracy, sklearn_accuracy):
    card = "".join((predict.FOLDER / "CARD.md").read_text(encoding="utf-8").split())
    assert f"{mnist_accuracy:.2%}" in card
    assert f"{sklearn_accuracy:.2%}" in card


def test_shipped_file_is_below_a_megabyte():
    assert (predict.FOLDER / "model.safetensors").stat().st_size < 1_000_000
