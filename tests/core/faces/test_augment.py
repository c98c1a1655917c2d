"""The changes keep the shape, pass gradients, and are what they say."""

import pytest
import torch

from core.faces import augment


@pytest.fixture
def pictures():
    torch.manual_seed(0)
    return torch.rand(64, 3, 16, 16) * 2 - 1


def test_a_mirror_changes_about_half_and_nothing_else(pictures):
    mirrored = augment.mirrored(pictures)
    turned = [torch.equal(one, other.flip(2)) for one, other in zip(mirrored, pictures, strict=True)]
    kept = [torch.equal(one, other) for one, other in zip(mirrored, pictures, strict=True)]
    assert all(a != b for a, b in zip(turned, kept, strict=True))
    assert 16 < sum(turned) < 48


def test_colours_keep_what_is_where(pictures):
    """Brightness, saturation and contrast are affine for each picture and channel mean: edges stay edges."""
    recoloured = augment.recoloured(pictures)
    grey, new = pictures.mean(dim=1).flatten(1), recoloured.mean(dim=1).flatten(1)
    for one, other in zip(grey, new, strict=True):
        assert torch.corrcoef(torch.stack([one, other]))[0, 1] == pytest.approx(1, abs=1e-4)
    shifts = new.mean(dim=1) - grey.mean(dim=1)
    assert shifts.abs().max() <= 0.5 + 1e-5
    assert shifts.std() > 0.2


def test_a_shift_moves_whole_pixels_and_fills_with_nothing():
    pictures = torch.ones(200, 3, 16, 16)
    shifted = augment.shifted(pictures)
    assert set(shifted.unique().tolist()) == {0.0, 1.0}
    rows = shifted[:, 0].amax(dim=2).sum(dim=1)
    assert rows.min() == 14  # an eighth of 16 pixels
    assert rows.max() == 16


def test_gradients_pass(pictures):
    pictures.requires_grad_(True)
    augment.augment(pictures).sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert augment.augment(pictures).shape == pictures.shape
