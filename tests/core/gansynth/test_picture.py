"""What the networks see, and back."""

import math

import numpy as np
import pytest
import torch

from core.audio import spectrogram
from core.gansynth.picture import HEARD, QUIET, picture_to_spectrogram, spectrogram_to_picture


@pytest.fixture
def spectrograms():
    random = torch.Generator().manual_seed(0)
    return torch.rand(2, 2, 128, 16, generator=random) * 2 - 1


def test_pictures_stay_within_their_range(spectrograms):
    pictures = spectrogram_to_picture(spectrograms)
    assert pictures.shape == (2, 3, 128, 16)
    assert pictures.min() >= -1
    assert pictures.max() <= 1


@pytest.mark.parametrize("angle", ["frequency", "phase"])
def test_what_is_heard_comes_back(spectrograms, angle):
    spectrograms[:, 0] = spectrograms[:, 0].abs() * (1 - HEARD) + HEARD
    back = picture_to_spectrogram(spectrogram_to_picture(spectrograms, angle), angle)
    assert torch.allclose(back, spectrograms, atol=1e-5)


def test_a_steady_partial_stands_still_as_frequency_and_turns_as_phase():
    spectrograms = torch.full((1, 2, 8, 1), 0.25)  # 1/4 of a half turn a frame
    frequency, phase = (spectrogram_to_picture(spectrograms, angle)[0, 1:, :, 0] for angle in ("frequency", "phase"))
    turned = torch.arange(1, 9) * math.pi / 4
    assert torch.allclose(frequency, torch.tensor([[math.cos(math.pi / 4)], [math.sin(math.pi / 4)]]).expand(2, 8))
    assert torch.allclose(phase, torch.stack([turned.cos(), turned.sin()]), atol=1e-6)


def test_what_is_quiet_becomes_silence_without_frequency(spectrograms):
    spectrograms[:, 0] = QUIET - 0.1
    picture = spectrogram_to_picture(spectrograms)
    assert (picture[:, 0] == -1).all()
    assert (picture[:, 1:] == 0).all()
    assert (picture_to_spectrogram(picture)[:, 0] == -1).all()


def test_the_ends_of_the_frequency_axis_are_neighbours():
    ends = torch.ones(1, 2, 4, 3)
    ends[:, 1] = 0.999
    others = ends.clone()
    others[:, 1] = -0.999
    assert (spectrogram_to_picture(ends) - spectrogram_to_picture(others)).abs().max() < 0.01


def test_a_generator_may_overstep():
    spectrograms = picture_to_spectrogram(torch.full((1, 3, 8, 16), 5.0))
    assert spectrograms.abs().max() <= 1


@pytest.mark.parametrize("angle", ["frequency", "phase"])
@pytest.mark.parametrize(("n_bands", "worst"), [(256, 0.3), (512, 0.1), (1024, 0.06)])
def test_a_note_survives(n_bands, worst, angle):
    seconds = np.arange(64000) / 16000
    wave = sum(np.sin(2 * np.pi * 220 * k * seconds) / k for k in range(1, 12)) * np.exp(-seconds)
    wave = torch.from_numpy(0.9 * wave / np.abs(wave).max()).float()[None]
    representation = {256: spectrogram.COMPLEX_MEL_256, 512: spectrogram.COMPLEX_MEL_512}.get(
        n_bands, spectrogram.COMPLEX_MEL_1024
    )
    picture = spectrogram_to_picture(spectrogram.waves_to_spectrograms(wave, representation), angle)
    back = spectrogram.spectrograms_to_waves(picture_to_spectrogram(picture, angle), representation)
    assert (back - wave).norm() / wave.norm() < worst
