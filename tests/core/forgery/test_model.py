"""Shapes, sizes on disk, and who is told what."""

import pytest
import torch

from core import weights
from core.forgery import train
from core.forgery.model import DigitDiscriminator, DigitForger, DigitJudge, ForgerConfig, JudgeConfig


def test_eight_of_each_fit_into_their_files():
    for network in (DigitForger(ForgerConfig()), DigitJudge(JudgeConfig())):
        assert train.N_MOMENTS * 2 * sum(one.numel() for one in network.state_dict().values()) < weights.LARGEST_FILE


@torch.inference_mode()
def test_a_forgery_depends_on_latent_and_digit_and_on_nothing_else():
    forger = DigitForger(ForgerConfig(latent_size=8, channels=(16, 12, 8))).eval()
    latents, digits = torch.randn(6, 8), torch.arange(6)
    images = forger(latents, digits)
    assert images.shape == (6, 28, 28)
    assert 0 <= images.min() <= images.max() <= 1
    assert images[2:3] == pytest.approx(forger(latents[2:3], digits[2:3]), abs=1e-5)
    assert not torch.allclose(images, forger(latents, digits + 1), atol=1e-4)
    assert not torch.allclose(images, forger(-latents, digits), atol=1e-4)


def test_the_discriminator_is_told_the_digit_and_a_judge_is_not():
    images = torch.rand(4, 28, 28)
    discriminator = DigitDiscriminator(JudgeConfig(channels=(4, 8, 8)))
    told = [discriminator(images, torch.full((4,), digit)) for digit in (3, 8)]
    assert told[0].shape == (4,)
    assert not torch.allclose(*told)
    assert DigitJudge(JudgeConfig(channels=(4, 8, 8)))(images).shape == (4,)
