"""How well somebody tells real faces from generated ones: signal detection, and whether confidence is earned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

NORMAL = NormalDist()
Z_95 = NORMAL.inv_cdf(0.975)


@dataclass(frozen=True)
class Score:
    """How somebody did. A hit is a real face called real, a false alarm a generated one called real."""

    n_real: int
    n_generated: int
    hits: int
    false_alarms: int

    @property
    def n_right(self) -> int:
        """Right answers."""
        return self.hits + self.n_generated - self.false_alarms

    @property
    def correct(self) -> float:
        """The share of right answers."""
        return self.n_right / (self.n_real + self.n_generated)

    @property
    def d_prime(self) -> float:
        """z(hit rate) - z(false alarm rate), 0 for guessing; half an answer is added to each of the four kinds, so that
        a perfect score stays finite (Hautus 1995, Behavior Research Methods 27)."""
        hit_rate, false_alarm_rate = self._rates
        return NORMAL.inv_cdf(hit_rate) - NORMAL.inv_cdf(false_alarm_rate)

    @property
    def d_prime_interval(self) -> tuple[float, float]:
        """From where to where d' lies with 95 % confidence, by its variance (Gourevitch and Galanter 1967,
        Psychometrika 32)."""
        terms = zip(self._rates, (self.n_real, self.n_generated), strict=True)
        variance = sum(rate * (1 - rate) / ((n + 1) * NORMAL.pdf(NORMAL.inv_cdf(rate)) ** 2) for rate, n in terms)
        half = Z_95 * variance**0.5
        return self.d_prime - half, self.d_prime + half

    @property
    def _rates(self) -> tuple[float, float]:
        return (self.hits + 0.5) / (self.n_real + 1), (self.false_alarms + 0.5) / (self.n_generated + 1)


def score(truth: Sequence[bool], answers: Sequence[bool]) -> Score:
    """Compares answers with the truth, both true for real. Raises ValueError where they are not as many."""
    if len(truth) != len(answers) or not all(isinstance(one, bool) for one in answers):
        raise ValueError(f"{len(answers)} answers to {len(truth)} pictures, wanted true or false for each")
    real, said = np.array(truth, bool), np.array(answers, bool)
    return Score(int(real.sum()), int((~real).sum()), int((real & said).sum()), int((~real & said).sum()))


def share_interval(n_right: int, n: int) -> tuple[float, float]:
    """From where to where a share lies with 95 % confidence (Wilson 1927, JASA 22). Raises ValueError for n = 0."""
    if n < 1:
        raise ValueError("no answers")
    share, z2 = n_right / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration(confidences: Sequence[int], right: Sequence[bool]) -> list[tuple[int, int, int]]:
    """For each confidence that was said: (confidence, answers, right answers), from the lowest."""
    n = Counter(confidences)
    n_right = Counter(one for one, is_right in zip(confidences, right, strict=True) if is_right)
    return [(one, n[one], n_right[one]) for one in sorted(n)]
