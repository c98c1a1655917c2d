"""Measures against what can be worked out by hand."""

import numpy as np
import pytest

from core.audio.notes import pitch_to_hz
from core.audio.stft import SAMPLE_RATE
from core.gansynth import measures

SECONDS = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE


def reed(pitch, n_partials=5):
    return sum(0.2 * np.sin(2 * np.pi * k * pitch_to_hz(pitch) * SECONDS) for k in range(1, n_partials + 1))


@pytest.mark.parametrize("pitch", [36, 60, 84])
def test_the_pitch_of_a_tone_is_heard(pitch):
    assert measures.heard_pitch(reed(pitch)) == pytest.approx(pitch, abs=0.15)


def test_no_pitch_is_heard_in_silence():
    assert np.isnan(measures.heard_pitch(np.zeros(64000)))


def test_harmonics_are_counted_and_what_lies_between_is_not():
    tone, between = reed(60), 0.2 * np.sin(2 * np.pi * 1.5 * pitch_to_hz(60) * SECONDS)
    assert measures.harmonic_share(tone, 60) == pytest.approx(1, abs=1e-4)
    assert measures.harmonic_share(between, 60) < 1e-3
    assert measures.harmonic_share(tone + between, 60) == pytest.approx(5 / 6, abs=1e-3)
    assert measures.harmonic_share(tone, 61) < 0.05
    assert measures.harmonic_share(np.zeros(64000), 60) == 0


def test_spread_is_the_mean_distance_and_the_smallest():
    assert measures.spread(np.array([[0.0, 0], [3, 4], [0, 0]])) == pytest.approx((10 / 3, 0))


def test_one_timbre_at_two_loudnesses_is_nearer_than_two_timbres():
    dull, bright = measures.timbre(reed(60, 1)), measures.timbre(reed(60, 9) / 5)
    assert np.linalg.norm(dull - measures.timbre(reed(61, 1))) < 0.5 * np.linalg.norm(dull - bright)


def test_inception_score_of_sure_and_even_answers_is_the_number_of_classes():
    assert measures.inception_score(np.eye(7)) == pytest.approx(7)
    assert measures.inception_score(np.full((5, 7), 1 / 7)) == pytest.approx(1)
    assert measures.inception_score(np.eye(7)[[2, 2, 2]]) == pytest.approx(1)


def test_pitch_entropy():
    assert measures.pitch_entropy(np.eye(4)) == pytest.approx(0, abs=1e-9)
    assert measures.pitch_entropy(np.full((3, 8), 1 / 8)) == pytest.approx(np.log(8))


def test_frechet_distance_of_gaussians_that_differ_by_a_shift_and_a_scale():
    points = np.random.default_rng(0).standard_normal((400, 3))
    assert measures.frechet_distance(points, points) == pytest.approx(0, abs=1e-9)
    assert measures.frechet_distance(points, points + np.array([3, 4, 0])) == pytest.approx(25)
    variance = np.trace(np.cov(points, rowvar=False))  # Tr(Σ + 4 Σ - 2 · 2 Σ)
    centred = points - points.mean(axis=0)
    assert measures.frechet_distance(centred, 2 * centred) == pytest.approx(variance)


def test_bins_differ_where_a_mode_is_missing_and_hardly_where_none_is():
    random = np.random.default_rng(0)
    modes = 20 * random.standard_normal((10, 4))

    def drawn(n, n_modes):
        return modes[random.integers(n_modes, size=n)] + random.standard_normal((n, 4))

    reference = drawn(2000, 10)
    assert measures.n_different_bins(reference, drawn(2000, 10), n_bins=10) <= 3
    assert measures.n_different_bins(reference, drawn(2000, 5), n_bins=10) == 10
    assert measures.n_different_bins(reference, reference, n_bins=10) == 0


def test_more_high_partials_are_brighter():
    assert measures.brightness(reed(60, 9)) > measures.brightness(reed(60, 2)) + 0.5
    assert measures.brightness(reed(60, 1)) == pytest.approx(np.log2(pitch_to_hz(60)), abs=0.02)


def test_a_note_that_dies_away_is_shorter():
    assert measures.sustain(reed(60)) == pytest.approx(0, abs=1)
    assert measures.sustain(reed(60) * 10 ** (-SECONDS)) == pytest.approx(-20 * 2.75, abs=2)
    assert measures.sustain(np.zeros(64000)) == -60


def test_odd_partials_alone_are_hollow():
    odd = sum(np.sin(2 * np.pi * k * pitch_to_hz(60) * SECONDS) for k in (1, 3, 5))
    assert measures.hollowness(odd, 60) == 40
    assert measures.hollowness(reed(60), 60) == pytest.approx(10 * np.log10(3 / 2), abs=0.1)
