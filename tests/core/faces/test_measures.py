"""Distances between sets of pictures, held to what they must be in closed cases."""

import numpy as np
import pytest
import torch

from core.faces import measures


def noise(n, seed, side=32, scale=40.0):
    pictures = torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(seed)) * scale + 128
    return pictures.clamp(0, 255).to(torch.uint8)


def test_a_pyramid_adds_up_to_the_picture():
    pictures = noise(2, 0, side=64).float()
    levels = measures.laplacian_pyramid(pictures)
    assert [level.shape[-1] for level in levels] == [64, 32, 16]
    whole = levels[-1]
    for level in reversed(levels[:-1]):
        whole = level + measures._enlarged(whole)
    assert torch.allclose(whole, pictures, atol=1e-3)


def test_a_flat_picture_has_no_details():
    levels = measures.laplacian_pyramid(torch.full((1, 3, 64, 64), 90.0))
    assert levels[0][:, :, 4:-4, 4:-4].abs().max() < 1e-3
    assert levels[-1][:, :, 2:-2, 2:-2] == pytest.approx(90.0, abs=1e-3)


def test_the_same_pictures_are_not_apart_and_others_are():
    one, alike, coarse = noise(64, 0), noise(64, 1), noise(64, 2)
    coarse = coarse[:, :, ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3)
    same, near, far = (measures.sliced_wasserstein_distances(one, other) for other in (one, alike, coarse))
    assert set(near) == {32, 16}
    assert far[32] > 2.5 * near[32]
    assert same[32] < 1.5 * near[32]  # patches are drawn anew, so not 0


def test_sets_of_different_size_are_refused():
    with pytest.raises(ValueError, match="as many pictures"):
        measures.sliced_wasserstein_distances(noise(4, 0), noise(5, 0))


def test_the_nearest_is_found_and_mirrors_count():
    learnt = noise(20, 3)
    pictures = torch.stack([learnt[7], learnt[12].flip(2)])
    apart, which = measures.nearest(pictures, learnt)
    assert which.tolist() == [7, 12]
    assert apart == pytest.approx([0, 0], abs=0.1)


def test_distances_are_root_mean_squares_in_grey_levels():
    dark, light = torch.zeros(1, 3, 16, 16, dtype=torch.uint8), torch.full((1, 3, 16, 16), 50, dtype=torch.uint8)
    assert measures.nearest(dark, light)[0] == pytest.approx([50])
    assert np.allclose(measures.pairwise(torch.cat([dark, light, light])), [50, 50, 0])
