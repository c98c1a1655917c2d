"""Scribbles: full of ink, of a digit's size, and unlike one another."""

import torch

from core.digits.normalize import BOX, SIDE
from core.digits.scribbles import scribbles


def test_scribbles_are_pictures_of_a_digits_size():
    made = scribbles(60, torch.Generator().manual_seed(0))
    assert made.shape == (60, SIDE, SIDE)
    assert made.min() == 0
    assert made.max() == 1
    for ink in made > 0.5:
        rows, columns = ink.any(1).nonzero().ravel(), ink.any(0).nonzero().ravel()
        longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
        assert BOX - 2 <= longer <= BOX + 6, "the pen reaches a little over the way"


def test_they_have_more_turns_than_a_digit():
    """On average the middle row and column are crossed more often than by the strokes of digits."""
    thin = scribbles(90, torch.Generator().manual_seed(1)) > 0.5
    crossings = (thin[:, :, 1:] & ~thin[:, :, :-1]).sum(2).amax(1).float()
    assert crossings.median() >= 3


def test_the_same_generator_draws_the_same_and_another_does_not():
    first, again, other = (scribbles(6, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])
