"""Ways on the sphere."""

import numpy as np
import pytest

from core import latents


def test_slerp_turns_evenly_and_changes_its_length_evenly():
    start, end = np.array([1.0, 0, 0]), np.array([0, 3.0, 0])
    way = latents.slerp(start, end, np.linspace(0, 1, 5))
    assert way[0] == pytest.approx(start)
    assert way[-1] == pytest.approx(end)
    assert np.linalg.norm(way, axis=1) == pytest.approx([1, 1.5, 2, 2.5, 3])
    assert np.degrees(np.arctan2(way[:, 1], way[:, 0])) == pytest.approx([0, 22.5, 45, 67.5, 90])


def test_slerp_of_parallel_and_of_zero_latents_stays_finite():
    one = np.array([1.0, 2, 3])
    assert latents.slerp(one, 2 * one, np.array([0.5]))[0] == pytest.approx(1.5 * one)
    assert np.isfinite(latents.slerp(one, -one, np.array([0.3]))).all()
    assert np.isfinite(latents.slerp(one, 0 * one, np.array([0.5]))).all()


def test_halfway_between_two_draws_is_as_long_as_a_draw():
    random = np.random.default_rng(0)
    halves = [latents.slerp(*random.standard_normal((2, 24)), np.array([0.5]))[0] for _ in range(200)]
    assert np.mean(np.linalg.norm(halves, axis=1)) == pytest.approx(np.sqrt(24), rel=0.05)


def test_a_path_reaches_each_instrument_in_its_time_and_goes_round():
    instruments = np.random.default_rng(0).standard_normal((3, 4))
    way = latents.path(instruments, [0, 5, 10, 15, 20, 2.5], 5.0)
    assert way[:5] == pytest.approx(instruments[[0, 1, 2, 0, 1]])
    assert way[5] == pytest.approx(latents.slerp(instruments[0], instruments[1], np.array([0.5]))[0])


def test_one_instrument_stays():
    assert latents.path(np.ones((1, 4)), [0, 1, 99], 5.0) == pytest.approx(np.ones((3, 4)))
