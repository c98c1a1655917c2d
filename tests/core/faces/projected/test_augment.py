"""The changes keep the shape, pass gradients, and are what they say."""

import numpy as np
import pytest
import torch

from core.faces.projected import augment


@pytest.fixture
def pictures():
    torch.manual_seed(0)
    return torch.rand(64, 3, 16, 16) * 2 - 1


def test_a_shift_moves_whole_pixels_and_mirrors_at_the_edge():
    """Each pixel tells its place, so one of them tells the move, and NumPy the rest."""
    places = np.arange(1.0, 257.0).reshape(16, 16)
    shifted = augment.shifted(torch.tensor(places).expand(300, 3, 16, 16)).numpy()
    assert shifted.min() >= 1  # no black comes in
    moves = set()
    for picture in shifted:
        row, column = divmod(int(picture[0, 8, 8]) - 1, 16)
        down, right = row - 8, column - 8
        wanted = np.pad(places, 2, mode="reflect")[2 + down : 18 + down, 2 + right : 18 + right]
        assert (picture == wanted).all()
        moves.add((down, right))
    assert moves == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}  # an eighth of 16 pixels


def test_one_square_is_cut_out_and_nothing_else():
    before = torch.rand(300, 3, 16, 16, generator=torch.Generator().manual_seed(0)) + 0.5
    after = augment.cut_out(before)
    heights, corners = set(), set()
    for one, other in zip(before, after, strict=True):
        gone = other[0] == 0
        rows, columns = (torch.nonzero(gone.any(dim=axis)).flatten() for axis in (1, 0))
        assert torch.equal(gone, torch.isin(torch.arange(16), rows)[:, None] & torch.isin(torch.arange(16), columns))
        for which in (rows, columns):
            assert torch.equal(which, torch.arange(int(which[0]), int(which[-1]) + 1))
        assert torch.equal(other, one * ~gone)  # of all colours
        heights.add(len(rows))
        corners.add((int(rows[0]), int(columns[0])))
    assert max(heights) == 8  # half of the side
    assert min(heights) == 4  # about a point at the edge
    assert len(corners) > 50


def test_gradients_pass(pictures):
    pictures.requires_grad_(True)
    augment.augment(pictures).sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert augment.augment(pictures).shape == pictures.shape


def test_real_and_painted_pictures_are_changed_alike(pictures):
    """What is drawn at random does not look at the pictures: those of another kind undergo the same, and the changes
    of a mean are the means of the changes, as they are affine."""
    others = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1)) ** 3
    changed = []
    for one in (pictures, others, (pictures + others) / 2):
        torch.manual_seed(7)
        changed.append(augment.augment(one))
    assert torch.allclose(changed[2], (changed[0] + changed[1]) / 2, atol=1e-5)
    assert not torch.allclose(changed[0], pictures)
