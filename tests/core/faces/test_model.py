"""Shapes, sizes on disk, and that each network needs what it is given."""

import pytest
import torch

from core import weights
from core.faces import train
from core.faces.model import Discriminator, Encoder, Generator


@pytest.mark.parametrize("profile", train.PROFILES)
def test_both_networks_fit_their_files(profile):
    config = train.PROFILES[profile]
    for network in (Generator(config.generator), Discriminator(config.discriminator)):
        assert 2 * sum(one.numel() for one in network.state_dict().values()) < weights.LARGEST_FILE


@pytest.mark.parametrize(("profile", "side"), [("cpu", 64), ("gpu", 128)])
def test_pictures_have_the_side_of_their_profile(profile, side):
    config = train.PROFILES[profile]
    pictures = Generator(config.generator)(torch.randn(2, config.generator.latent_size))
    assert pictures.shape == (2, 3, side, side)
    assert pictures.abs().max() <= 1
    discriminator = Discriminator(config.discriminator)
    logits, seen = discriminator(pictures)
    assert logits.shape == (2, 16)
    assert seen[0].shape[-1] == side // 2
    assert seen[-1].shape[-1] == 4
    assert discriminator.rebuilt(seen[-1]).shape == (2, 3, side // 2, side // 2)


@torch.inference_mode()
def test_a_face_is_the_same_alone_and_among_others(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.randn(5, 6)
    assert generator(latents)[2:3] == pytest.approx(generator(latents[2:3]), abs=1e-5)


def test_every_latent_number_reaches_the_picture(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.zeros(1, 6, requires_grad=True)
    generator(latents).square().sum().backward()
    assert (latents.grad.abs() > 0).all()


def test_latents_become_places_with_the_mean_and_covariance_of_portraits(small_generator):
    generator = Generator(small_generator)
    mixing, shift = torch.randn(6, 6), torch.randn(6)
    generator.spread_over(torch.randn(5000, 6) @ mixing.T + shift)
    places = generator.places(torch.randn(20_000, 6))
    assert places.mean(dim=0) == pytest.approx(shift, abs=0.15)
    assert torch.cov(places.T).flatten() == pytest.approx((mixing @ mixing.T).flatten(), abs=0.6)
    assert torch.equal(generator.places(torch.zeros(1, 6))[0], generator.middle)


def test_portraits_that_are_all_alike_can_be_spread_over(small_generator):
    generator = Generator(small_generator)
    generator.spread_over(torch.ones(10, 6))
    assert generator.places(torch.randn(4, 6)) == pytest.approx(1, abs=0.1)


def test_the_encoder_gives_a_gaussian_for_each_portrait():
    mean, log_std = Encoder((8, 8), 6)(torch.rand(3, 3, 16, 16))
    assert mean.shape == log_std.shape == (3, 6)
    assert mean.dtype == torch.float32
    assert -6 <= log_std.min() <= log_std.max() <= 2
