"""Frozen eyes, mixed at random, and the heads that judge by them."""

import pytest
import torch

from core.faces.efficientnet import CHANNELS
from core.faces.projected.discriminator import Heads, Projection


@pytest.fixture
def features():
    """Of two pictures of 64 pixels."""
    return [torch.randn(2, n, 16 >> k, 16 >> k) for k, n in enumerate(CHANNELS)]


def test_maps_keep_their_sizes(features):
    maps = Projection(6)(features)
    assert [tuple(one.shape) for one in maps] == [(2, 6, 16, 16), (2, 12, 8, 8), (2, 24, 4, 4), (2, 48, 2, 2)]


@pytest.mark.parametrize("k", range(4))
def test_a_map_shows_what_is_as_coarse_or_coarser_and_nothing_finer(features, k):
    projection = Projection(6)
    before = projection(features)
    features[k] = features[k] + 1
    moved = [not torch.equal(one, other) for one, other in zip(before, projection(features), strict=True)]
    assert moved == [True] * (k + 1) + [False] * (3 - k)


def test_a_projection_never_learns():
    assert not any(one.requires_grad for one in Projection(6).parameters())


@pytest.mark.parametrize("side", [16, 24])  # of the finest map: pictures of 64 and of 96 pixels
def test_each_head_says_as_much_as_any_other(side):
    heads = Heads(6)
    maps = [torch.randn(3, 6 << k, side >> k, side >> k) for k in range(4)]
    said = [head(one) for head, one in zip(heads, maps, strict=True)]
    assert {tuple(one.shape) for one in said} == {(3, 1, side // 8, side // 8)}
    assert heads(maps).shape == (3, 4 * (side // 8) ** 2)


def test_gradients_reach_the_features_and_every_head(features):
    heads, projection = Heads(6), Projection(6)
    for one in features:
        one.requires_grad_(True)
    heads(projection(features)).sum().backward()
    assert all((one.grad.abs() > 0).any() for one in features)
    assert all(one.grad is not None for one in heads.parameters())


def test_no_layer_of_a_head_stretches_by_more_than_one():
    """Spectral normalisation (Miyato et al. 2018) holds the largest singular value of each weight at 1."""
    heads = Heads(6)
    for _ in range(30):  # power iterations
        heads([torch.randn(1, 6 << k, 16 >> k, 16 >> k) for k in range(4)])
    for layer in heads.modules():
        if isinstance(layer, torch.nn.Conv2d):
            assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.05)
