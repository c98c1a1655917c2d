"""Loudness by its definition: a full sine of 997 Hz has -3.01 LUFS (ITU-R BS.1770-4)."""

import numpy as np
import pytest

from core.audio.loudness import HIGHEST_PEAK, bring_to, common_loudness, headroom_db, loudness_lufs


def test_the_standards_own_example(tone):
    assert loudness_lufs(tone(997, 3, 1.0)) == pytest.approx(-3.01, abs=0.3)


@pytest.mark.parametrize("decibels", [-20, -6, -1])
def test_a_gain_moves_it_by_as_much(tone, decibels):
    wave = tone(440, 2)
    assert loudness_lufs(wave * 10 ** (decibels / 20)) - loudness_lufs(wave) == pytest.approx(decibels, abs=0.01)


@pytest.mark.parametrize("wanted", [-40, -25, -12])
def test_a_sound_is_brought_to_what_is_wanted(tone, wanted):
    found = bring_to(tone(440, 2), wanted)
    assert loudness_lufs(found) == pytest.approx(wanted, abs=0.05)
    assert found.dtype == np.float32


def test_but_never_so_far_that_it_clips(tone):
    found = bring_to(tone(440, 2), 0)
    assert np.abs(found).max() == pytest.approx(HIGHEST_PEAK, abs=1e-4)


def test_silence_stays_silent():
    assert loudness_lufs(np.zeros(16_000)) == -np.inf
    assert not bring_to(np.zeros(16_000, np.float32), -16).any()


def test_a_short_sound_is_measured_too(tone):
    wave = tone(440, 0.05)
    assert np.isfinite(loudness_lufs(wave))
    assert np.isfinite(bring_to(wave, -30)).all()


def test_the_common_loudness_is_what_the_peakiest_bears(tone):
    clicks = np.zeros(32_000, np.float32)
    clicks[::800] = 1
    wanted = common_loudness([tone(440, 2), clicks])
    assert loudness_lufs(bring_to(clicks, wanted)) == pytest.approx(wanted, abs=0.05)
    assert loudness_lufs(bring_to(tone(440, 2), wanted)) == pytest.approx(wanted, abs=0.05)
    assert headroom_db(bring_to(clicks, wanted)) == pytest.approx(0, abs=0.01)
    assert common_loudness([np.zeros(100)]) == -16
