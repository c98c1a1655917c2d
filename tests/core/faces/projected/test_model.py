"""Shapes, sizes on disk, and that each network needs what it is given."""

import pytest
import torch

from core import weights
from core.faces.projected import judging, train
from core.faces.projected.model import Discriminator, Generator


@pytest.mark.parametrize("profile", train.PROFILES)
def test_the_generator_fits_its_file_and_paints_what_portraits_have(profile):
    config = train.PROFILES[profile].generator
    generator = Generator(config).eval()
    assert 2 * sum(one.numel() for one in generator.state_dict().values()) < weights.LARGEST_FILE
    pictures = generator(torch.randn(2, config.latent_size))
    assert pictures.shape == (2, 3, 128, 128)
    assert pictures.abs().max() <= 1


def test_the_discriminator_judges_sixteen_parts_of_what_is_painted():
    discriminator = Discriminator(judging.PROFILES["cpu"].discriminator)
    assert discriminator.config.side == train.PROFILES["cpu"].generator.side
    assert discriminator(torch.randn(2, 3, 128, 128)).shape == (2, 4, 4)
    assert 2 * sum(one.numel() for one in discriminator.state_dict().values()) < weights.LARGEST_FILE


@torch.inference_mode()
def test_a_face_is_the_same_alone_and_among_others(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.randn(5, 6)
    assert generator(latents)[2:3] == pytest.approx(generator(latents[2:3]), abs=1e-5)


@torch.inference_mode()
def test_only_the_direction_of_a_latent_counts(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.randn(3, 6)
    assert generator(latents) == pytest.approx(generator(5 * latents), abs=1e-5)
    assert generator(latents) != pytest.approx(generator(-latents), abs=1e-2)


@torch.inference_mode()
def test_truncation_leads_to_the_middle_face(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.randn(3, 6)
    middle = generator(latents, 0.0)
    assert middle == pytest.approx(middle[:1].expand(3, -1, -1, -1), abs=1e-6)
    away = [(generator(latents, truncation) - middle).abs().mean() for truncation in (0.3, 0.6, 1.0)]
    assert 0 < away[0] < away[1] < away[2]


def test_every_latent_number_reaches_the_picture(small_generator):
    generator = Generator(small_generator).eval()
    latents = torch.randn(1, 6, requires_grad=True)
    generator(latents).square().sum().backward()
    assert (latents.grad.abs() > 0).all()


def test_what_was_painted_small_weighs_what_is_painted_large():
    config = train.GeneratorConfig(latent_size=6, channels=(8, 8, 8, 8, 8))  # the fifth is weighed by the first
    generator = Generator(config)
    assert list(generator.weighers) == ["4"]
    generator(torch.randn(4, 6)).square().sum().backward()
    assert all((one.grad.abs() > 0).any() for one in generator.weighers.parameters())
