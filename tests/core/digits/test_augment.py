"""Augmented digits are other pictures of the same digits, the same ones for the same seed."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from core.digits import augment as module
from core.digits.augment import augment


def generator(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digits(mnist):
    return torch.from_numpy(mnist.test.images[:1000]).float() / 255


@pytest.fixture
def only(monkeypatch):
    """A function that leaves one kind of change, and the pen."""

    def only(kept):
        for name in {"MAX_DEGREES", "MAX_SHEAR", "MAX_STRETCH", "MAX_SHIFT", "ELASTIC"} - {kept}:
            monkeypatch.setattr(module, name, 0.0)

    return only


def test_shape_and_range_are_kept(digits):
    augmented = augment(digits, generator(0))
    assert augmented.shape == digits.shape
    assert augmented.min() >= 0
    assert augmented.max() <= 1


def test_same_seed_same_pictures(digits):
    assert torch.equal(augment(digits, generator(3)), augment(digits, generator(3)))
    differences = (augment(digits, generator(3)) - augment(digits, generator(4))).abs().mean((1, 2))
    assert differences.min() > 0


def test_each_digit_of_a_batch_is_changed_in_its_own_way(digits):
    augmented = augment(digits[:1].expand(50, 28, 28), generator(0))
    assert torch.pdist(augmented.flatten(1)).min() > 0.1


def test_nothing_is_drawn_on_empty_paper():
    changed = augment(torch.zeros(500, 28, 28), generator(0))
    inside = changed[:, 1:-1, 1:-1].flatten(1)  # at the very edge the softening sees the outside
    assert torch.equal(inside.amin(1), inside.amax(1))
    assert (inside.amax(1) == 0).float().mean() > 0.6


def test_ink_is_thinned_and_thickened_within_bounds(digits):
    ratio = augment(digits, generator(0)).sum((1, 2)) / digits.sum((1, 2))
    assert 0.9 < ratio.median() < 1.2
    assert 0.25 < ratio.quantile(0.01) < 0.8
    assert 1.3 < ratio.quantile(0.99) < 4


def test_digit_stays_where_it_was(digits):
    centres = [
        np.array([ndimage.center_of_mass(image) for image in images.numpy()])
        for images in (digits, augment(digits, generator(0)))
    ]
    assert np.quantile(abs(centres[1] - centres[0]), 0.99) < 3


def test_augmented_digit_is_still_read_as_itself(learned, mnist, digits):
    """By a network that saw none of these changes. Mirrored, it would read four in ten of them."""
    answers = learned.network(augment(digits, generator(0))).argmax(1).numpy()
    assert (answers == mnist.test.labels[:1000]).mean() > 0.65


def test_without_limits_only_the_pen_is_left(only, digits):
    only("nothing")
    same = (augment(digits, generator(0)) - digits).abs().amax((1, 2)) < 1e-4
    assert same.float().mean() == pytest.approx(1 - module.REDRAWN, abs=0.06)


def test_lines_turn_as_far_as_the_limit_and_no_further(only):
    only("MAX_DEGREES")
    line = torch.zeros(300, 28, 28)
    line[:, 13:15, 4:24] = 1
    slopes = []
    for image in augment(line, generator(0)).numpy():
        rows, columns = np.nonzero(image > 0.5)
        slopes.append(math.degrees(math.atan(np.polyfit(columns, rows, 1)[0])))
    assert -23 < min(slopes) < -16
    assert 16 < max(slopes) < 23
