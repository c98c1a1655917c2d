"""Explanations of networks so plain that the answer is known, and pictures that a real one is sure of."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from core.digits.explain import PATCH, STRIDE, ascend, occlusion_map


class OnePixel(nn.Module):
    """The logit of 0 is four times one pixel; the others are 0."""

    def __init__(self, pixel):
        super().__init__()
        self.pixel = pixel

    def forward(self, images):
        return 4 * nn.functional.pad(images[:, *self.pixel, None], (0, 9))


class Linear(nn.Module):
    """The logit of 3 is a weighted sum of the pixels; the others are 0."""

    def __init__(self):
        super().__init__()
        self.weight = 0.01 * torch.randn(28, 28, generator=torch.Generator().manual_seed(0))

    def forward(self, images):
        return nn.functional.pad((images * self.weight).sum((1, 2))[:, None], (3, 6))


def shared_patches(one, two):
    """How many patches along an axis cover both pixels."""
    return sum(start <= min(one, two) and max(one, two) < start + PATCH for start in range(1 - PATCH, 28, STRIDE))


def log_probability(logit, label):
    return (logit if label == 0 else 0) - math.log(math.exp(logit) + 9)


@pytest.mark.parametrize("label", [0, 7])
@pytest.mark.parametrize("pixel", [(11, 16), (2, 2), (26, 27)])
def test_occlusion_map_of_one_pixel_is_its_closed_form(label, pixel):
    picture = np.random.default_rng(0).uniform(0.2, 1, (28, 28))
    loss = log_probability(4 * picture[pixel], label) - log_probability(0, label)
    share = [[shared_patches(at, seen) / shared_patches(at, at) for at in range(28)] for seen in pixel]
    found = occlusion_map(OnePixel(pixel), picture, label)
    np.testing.assert_allclose(found, loss * np.outer(*share), atol=1e-6)
    assert (found[pixel] > 0) == (label == 0)
    assert abs(np.argwhere(found) - pixel).max() < PATCH


def test_empty_picture_speaks_for_nothing():
    assert not occlusion_map(OnePixel((11, 16)), np.zeros((28, 28)), 0).any()


@pytest.mark.parametrize("pixel", [(14, 14), (7, 12), (20, 15), (0, 3), (27, 27)])
def test_occlusion_map_is_the_mean_over_the_patches_that_cover_a_pixel(learned, mnist, pixel):
    def seven(image):
        return learned.network(torch.from_numpy(image)[None]).log_softmax(1)[0, 7].item()

    image = mnist.test.images[0] / np.float32(255)
    losses = []
    for corner in itertools.product(range(1 - PATCH, 28, STRIDE), repeat=2):
        if all(start <= at < start + PATCH for start, at in zip(corner, pixel, strict=True)):
            covered = image.copy()
            covered[*(slice(max(start, 0), start + PATCH) for start in corner)] = 0
            losses.append(seven(image) - seven(covered))
    assert occlusion_map(learned.network, image, 7)[pixel] == pytest.approx(np.mean(losses), abs=1e-4)


def test_ascent_on_a_linear_network_follows_the_signs_of_its_weights():
    model = Linear()
    (first, _), *frames = ascend(model, 3, n_steps=5, step_size=0.1)
    picture = torch.from_numpy(first)
    for step, (found, probabilities) in enumerate(frames):
        picture = (picture + 0.1 * (1 - 0.8 * step / 5) * model.weight.sign()).clamp(0, 1)
        np.testing.assert_allclose(found, picture.numpy(), atol=1e-6)
        np.testing.assert_allclose(probabilities, model(picture[None]).softmax(1)[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("label", range(10))
def test_ascent_makes_the_network_sure(learned, label):
    frames = list(ascend(learned.network, label, n_steps=40))
    assert len(frames) == 41
    assert frames[0][1][label] < 0.7
    assert frames[-1][1][label] > 0.99
    pictures = np.stack([picture for picture, _ in frames])
    assert (pictures.shape, pictures.dtype) == ((41, 28, 28), np.float32)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    np.testing.assert_allclose([probabilities.sum() for _, probabilities in frames], 1, atol=1e-5)


def test_same_seed_same_frames(learned):
    def pictures(seed):
        return np.stack([picture for picture, _ in ascend(learned.network, 3, n_steps=5, seed=seed)])

    np.testing.assert_array_equal(pictures(1), pictures(1))
    assert abs(pictures(1)[0] - pictures(2)[0]).mean() > 0.05


def test_explaining_leaves_the_network_as_it_was(learned):
    before = [parameter.clone() for parameter in learned.network.parameters()]
    gradients = [parameter.grad.clone() for parameter in learned.network.parameters()]
    list(ascend(learned.network, 3, n_steps=3))
    occlusion_map(learned.network, np.ones((28, 28)), 3)
    assert all(map(torch.equal, learned.network.parameters(), before))
    assert all(map(torch.equal, (parameter.grad for parameter in learned.network.parameters()), gradients))
