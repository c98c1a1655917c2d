"""Counting, d' and its interval, shares and calibration, against closed forms and simulated guessers."""

from statistics import NormalDist

import numpy as np
import pytest

from core.faces import scoring


def test_scores_are_counted():
    found = scoring.score([True, True, True, False, False], [True, True, False, True, False])
    assert (found.n_real, found.n_generated, found.hits, found.false_alarms) == (3, 2, 2, 1)
    assert found.n_right == 3
    assert found.correct == pytest.approx(0.6)
    z = NormalDist().inv_cdf
    assert found.d_prime == pytest.approx(z(2.5 / 4) - z(1.5 / 3))


def test_d_prime_is_zero_for_one_answer_to_all_and_finite_for_perfect_ones():
    key = [True] * 10 + [False] * 10
    assert scoring.score(key, [True] * 20).d_prime == pytest.approx(0)
    assert 2 < scoring.score(key, key).d_prime < 4
    assert scoring.score(key, [not real for real in key]).d_prime == -scoring.score(key, key).d_prime


@pytest.mark.parametrize("answers", [[True], [True, "yes"], [1, 0]])
def test_other_answers_are_refused(answers):
    with pytest.raises(ValueError, match="wanted true or false"):
        scoring.score([True, False], answers)


@pytest.mark.parametrize("d_prime", [0.0, 1.0])
def test_the_interval_of_d_prime_holds_the_truth_nineteen_times_in_twenty(d_prime):
    """Of observers whose impressions are normal, `d_prime` apart, and who say "real" above the middle."""
    random = np.random.default_rng(0)
    hit_rate = NormalDist().cdf(d_prime / 2)
    held = 0
    for _ in range(2000):
        hits, false_alarms = random.binomial(40, [hit_rate, 1 - hit_rate])
        low, high = scoring.Score(40, 40, int(hits), int(false_alarms)).d_prime_interval
        held += low <= d_prime <= high
    assert 0.93 < held / 2000 < 0.98


def test_more_answers_narrow_the_interval():
    widths = [np.ptp(scoring.Score(n, n, n // 2, n // 4).d_prime_interval) for n in (8, 40, 200)]
    assert widths[0] > widths[1] > widths[2]


def test_shares_have_wilsons_interval():
    low, high = scoring.share_interval(8, 10)
    z = NormalDist().inv_cdf(0.975)
    for edge in (low, high):  # both solve |p - share| = z * sqrt(p (1 - p) / n)
        assert abs(edge - 0.8) == pytest.approx(z * (edge * (1 - edge) / 10) ** 0.5)
    assert scoring.share_interval(0, 5)[0] == pytest.approx(0)
    assert scoring.share_interval(5, 5)[1] == pytest.approx(1)
    with pytest.raises(ValueError, match="no answers"):
        scoring.share_interval(0, 0)


def test_calibration_counts_by_confidence():
    assert scoring.calibration([90, 50, 90, 90], [True, False, False, True]) == [(50, 1, 0), (90, 3, 2)]
