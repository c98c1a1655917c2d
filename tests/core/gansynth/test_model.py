"""The two networks."""

import pytest
import torch

from core import weights
from core.gansynth.model import Discriminator, DiscriminatorConfig, Generator, GeneratorConfig

PITCHES = torch.tensor([24, 60, 84])


@pytest.fixture
def generator(small_generator):
    torch.manual_seed(0)
    return Generator(small_generator)


@pytest.mark.parametrize("n_bins", [256, 512, 1024])
def test_any_number_of_bands(n_bins):
    generator = Generator(GeneratorConfig(n_bins=n_bins, widths=(8,) * 6, style_size=8))
    discriminator = Discriminator(DiscriminatorConfig(n_bins=n_bins, channels=(4, 4, 4, 4)))
    pictures = generator(torch.zeros(3, 24), PITCHES)
    assert pictures.shape == (3, 3, 128, n_bins)
    logits, named = discriminator(pictures, PITCHES)
    assert logits.shape == (3, 8 * n_bins // 32)
    assert named.shape == (3, 61)


def test_the_sound_grows_stage_by_stage(generator):
    stages = generator.stages_of(torch.randn(2, 4), PITCHES[:2])
    assert [tuple(stage.shape[1:]) for stage in stages] == [(3, 4 << k, 8 << k) for k in range(6)]


def test_each_stage_adds_to_the_one_before(generator):
    with torch.no_grad():
        for stage in generator.stages[1:]:
            stage.paint.weight.zero_()
            stage.paint.bias.zero_()
        generator.shift.weight.zero_()
        generator.shift.bias.zero_()
    first, *_, last = generator.stages_of(torch.randn(1, 4), PITCHES[:1])
    assert torch.equal(last, first.repeat_interleave(32, 2).repeat_interleave(32, 3))


def test_latent_and_pitch_both_matter(generator):
    one = generator(torch.zeros(1, 4), PITCHES[:1])
    assert not torch.allclose(one, generator(torch.ones(1, 4), PITCHES[:1]), atol=1e-3)
    assert not torch.allclose(one, generator(torch.zeros(1, 4), PITCHES[1:2]), atol=1e-3)


def test_notes_of_a_batch_do_not_see_each_other(generator):
    latents = torch.randn(3, 4)
    alone = torch.cat([generator(latents[i : i + 1], PITCHES[i : i + 1]) for i in range(3)])
    assert torch.allclose(generator(latents, PITCHES), alone, atol=1e-5)


def test_discriminator_knows_which_pitch_was_asked_for(small_discriminator):
    torch.manual_seed(0)
    discriminator = Discriminator(small_discriminator).eval()
    picture = torch.randn(1, 3, 128, 256)
    low, named_low = discriminator(picture, torch.tensor([24]))
    high, named_high = discriminator(picture, torch.tensor([84]))
    assert not torch.allclose(low, high)
    assert torch.equal(named_low, named_high)


def test_the_shipped_size_fits(tmp_path):
    weights.save_weights(tmp_path, Generator(GeneratorConfig()).state_dict(), {})
    weights.save_weights(tmp_path, Discriminator(DiscriminatorConfig()).state_dict(), {})
