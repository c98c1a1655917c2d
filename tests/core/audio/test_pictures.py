"""The four pictures show what is known of simple sounds, and the pitch is found to a few cents."""

import numpy as np
import pytest

from core.audio import notes, phase, pictures
from core.audio.stft import BIN_HZ, n_frames_of
from core.audio.variants import Variants


def row_of(frequency_hz):
    return round(pictures.ROWS_PER_OCTAVE * np.log2(frequency_hz / pictures.LOWEST_HZ))


def harmonic(tone, frequency_hz, partials=range(1, 9), seconds=1.0):
    return sum(tone(frequency_hz * one, seconds, 0.3 / one, start=one) for one in partials)


def cents(found, wanted):
    return abs(1200 * np.log2(found / wanted))


def test_a_sine_in_four_pictures(tone):
    drawn = pictures.draw(tone(440, 2))
    row, inside = row_of(440), slice(5, -5)
    assert drawn.level_db.shape == (pictures.N_ROWS, n_frames_of(32_000))
    assert drawn.level_db[row, inside].min() > -1
    assert np.argmax(drawn.level_db[:, 30]) in range(row - 3, row + 4)
    step = phase.sine_instantaneous_frequency(440)
    np.testing.assert_allclose(drawn.frequency[row, inside], step, atol=0.01)
    np.testing.assert_allclose(np.diff(drawn.unwrapped[row, inside]), np.pi * step, atol=0.02)
    turns = (drawn.unwrapped - drawn.phase) / (2 * np.pi)
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-3)


def test_levels_end_at_their_bounds(tone):
    assert (pictures.draw(np.zeros(16_000, np.float32)).level_db == pictures.QUIETEST_DB).all()
    level = pictures.draw(tone(440)).level_db
    assert level.max() == pytest.approx(0, abs=1e-5)
    assert level.min() >= pictures.QUIETEST_DB - 1e-4


def test_a_row_shows_the_loudest_bin_of_its_stretch(random):
    energy = random.uniform(size=1025)
    bins = pictures.rows_to_bins(energy)
    assert (np.diff(bins) >= 0).all()
    lowest = pictures.LOWEST_HZ * 2 ** ((np.arange(pictures.N_ROWS) - 0.5) / pictures.ROWS_PER_OCTAVE) / BIN_HZ
    for row in range(pictures.N_ROWS - 1):
        stretch = [one for one in range(1025) if lowest[row] <= one < lowest[row + 1]]
        if stretch:
            assert bins[row] == max(stretch, key=lambda one: energy[one])
        else:
            assert abs(bins[row] - (lowest[row] + lowest[row + 1]) / 2) <= 1


@pytest.mark.parametrize("frequency_hz", [65.4, 110, 261.6, 440, 997, 1500])
@pytest.mark.parametrize("is_known", [True, False])
def test_the_pitch_of_a_harmonic_tone(tone, frequency_hz, is_known):
    found = pictures.fundamental_hz(harmonic(tone, frequency_hz), frequency_hz * 1.01 if is_known else None)
    assert cents(found, frequency_hz) < 5


def test_the_pitch_of_a_tone_without_its_fundamental(tone):
    found = pictures.fundamental_hz(harmonic(tone, 220, range(2, 8)), 220)
    assert cents(found, 220) < 5


def test_what_has_no_pitch(random, tone):
    assert pictures.fundamental_hz(random.normal(0, 0.1, 32_000).astype(np.float32)) is None
    assert pictures.fundamental_hz(np.zeros(32_000, np.float32)) is None
    assert pictures.fundamental_hz(tone(440, 0.1)) is None
    assert pictures.clock(tone(440, 0.1)) is None


@pytest.mark.parametrize("name", notes.SHIPPED)
def test_the_clock_lays_the_cycles_of_every_shipped_note_on_one_another(shipped, name):
    wave = shipped[name]
    pitch = notes.pitch_to_hz(notes.SHIPPED[name][1])
    clock = pictures.clock(wave, pitch)
    assert cents(clock[0], pitch) < 25
    variants = Variants(wave)
    true, random = (phase.cycles(variants.make(one), *clock, 24, 0.15) for one in ("true", "random"))
    assert phase.coherence(true) > phase.coherence(random)
