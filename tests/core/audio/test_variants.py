"""The same sound with other phases: equally loud, never clipped."""

import numpy as np
import pytest
import torch

from core.audio import notes
from core.audio.loudness import loudness_lufs
from core.audio.stft import stft
from core.audio.variants import NOISY, VARIANTS, Variants

ALL = [(variant, 0.0) for variant in VARIANTS] + [(variant, noise) for variant in NOISY for noise in (0.2, 1.0)]


@pytest.mark.parametrize("name", notes.SHIPPED)
def test_all_are_equally_loud_and_none_is_clipped(shipped, name):
    variants = Variants(shipped[name])
    made = [variants.make(variant, noise) for variant, noise in ALL]
    loudness = [loudness_lufs(wave) for wave in made]
    assert max(loudness) - min(loudness) <= 0.5
    for wave in made:
        assert wave.shape == (64_000,)
        assert wave.dtype == np.float32
        assert np.abs(wave).max() < 1


def test_the_instantaneous_frequency_loses_nothing_and_the_others_do(shipped):
    variants = Variants(shipped["piano"])
    true = variants.make("true")
    assert np.abs(variants.make("from_if") - true).max() < 1e-4
    for variant in ("random", "zero", "griffin_lim"):
        assert np.abs(variants.make(variant) - true).max() > 0.02


@pytest.mark.parametrize("variant", NOISY)
def test_more_noise_is_further_away(shipped, variant):
    variants = Variants(shipped["clarinet"])
    true = stft(torch.from_numpy(variants.make(variant)))
    errors = [float((stft(torch.from_numpy(variants.make(variant, noise))) - true).norm()) for noise in (0.02, 0.1, 1)]
    assert errors[0] < 0.7 * errors[1] < 0.7 * errors[2]


def test_a_length_that_is_no_whole_hop_is_kept(tone):
    variants = Variants(tone(440, 0.3)[:4321])
    assert {len(variants.make(variant)) for variant in VARIANTS} == {4321}


def test_silence_stays_silent():
    variants = Variants(np.zeros(8000))
    assert not any(variants.make(variant).any() for variant in VARIANTS)


@pytest.mark.parametrize(("variant", "noise"), [("loud", 0), ("random", 0.5), ("true", -0.1), ("true", 1.1)])
def test_what_there_is_not_is_refused(tone, variant, noise):
    with pytest.raises(ValueError, match=variant):
        Variants(tone(440)).make(variant, noise)
