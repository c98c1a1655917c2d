"""The programme leads where its file says, and a trial is fair."""

import numpy as np
import pytest

from core.audio import pieces, recordings
from core.audio.loudness import loudness_lufs
from core.gansynth import listening, measures, synthesize


def test_the_programme_has_every_piece_with_moments_within_it():
    programme = listening.programme()
    assert set(programme) == set(pieces.PIECES)
    for name, number in programme.items():
        seconds = pieces.load(name).seconds
        assert number.captions[0] == (1, 0.0)
        assert all(0 <= at_s < seconds for _, at_s in number.captions)
        assert len(number.instruments) >= 2
        assert set(number.instruments) <= set(recordings.INSTRUMENTS)


def test_moments_are_beginnings_of_bars():
    captions = dict(listening.programme()["prelude-g"].captions)
    assert captions[22] == pytest.approx(21 * 3.0)  # 80 quarters a minute, four a bar


@pytest.mark.parametrize("instrument", recordings.INSTRUMENTS)
def test_an_instruments_place_sounds_more_like_it_than_like_most_others(instrument):
    """By cepstra of the first second of the middle C, against all recorded instruments."""

    def timbre(waves):
        return measures.timbre(waves[0, :16_000])

    made = timbre(synthesize.notes(listening.place(instrument)[None], np.array([60])))
    recorded = {name: timbre(recordings.play(name, np.array([60]))) for name in recordings.INSTRUMENTS}
    distances = {name: np.linalg.norm(made - one) for name, one in recorded.items()}
    assert sorted(distances, key=distances.get).index(instrument) < 4, distances


def test_an_unknown_instrument_has_no_place():
    with pytest.raises(KeyError):
        listening.place("theremin")


def test_what_was_not_learnt_has_no_place(monkeypatch):
    monkeypatch.setitem(recordings.INSTRUMENTS, "applause", 126)
    with pytest.raises(LookupError, match="applause"):
        listening.place("applause")


def test_a_piece_is_played_by_many_instruments():
    *_, last = listening.play(listening.programme()["arirang"])
    assert last.report.n_played == 59
    assert last.report.n_different > 50  # of 59: the timbre moves on
    assert np.abs(last.wave).max() == pytest.approx(0.9, abs=1e-3)


def test_a_trial_is_one_melody_twice_equally_loud():
    trial = listening.trial(np.random.default_rng(3))
    assert trial.recorded.shape == trial.generated.shape
    assert loudness_lufs(trial.recorded) == pytest.approx(loudness_lufs(trial.generated), abs=0.3)
    assert max(np.abs(trial.recorded).max(), np.abs(trial.generated).max()) < 0.98
    assert np.abs(trial.recorded - trial.generated).max() > 0.05


def test_trials_go_over_melodies_and_instruments_and_what_lies_between(monkeypatch):
    monkeypatch.setattr(listening, "melody", lambda phrase, timbre, player: np.ones(16_000, dtype=np.float32))
    trials = [listening.trial(np.random.default_rng(seed)) for seed in range(200)]
    assert {trial.phrase for trial in trials} == set(recordings.phrases())
    assert {trial.instrument for trial in trials} == set(recordings.INSTRUMENTS)
    assert 50 < sum(trial.other is not None for trial in trials) < 110
    assert all(trial.other != trial.instrument for trial in trials)
