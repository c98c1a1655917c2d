"""Scores played by an instrument of which one knows every sample."""

import numpy as np
import pytest

from core.audio.midi import Score, ScoreNote
from core.gansynth import perform

ONE = np.zeros((1, 4))


class Organ:
    """Each note is constant: 0.5 for the first latent, more for others; what was asked for is remembered."""

    def __init__(self):
        self.asked = []

    def __call__(self, latents, pitches):
        self.asked += list(zip(map(tuple, latents.tolist()), pitches.tolist(), strict=True))
        return np.full((len(pitches), 64000), 0.5, dtype=np.float32)


def played(notes, latents=ONE, seconds=5.0, organ=None, **how):
    *_, done = perform.perform(organ or Organ(), Score(tuple(notes)), latents, seconds, **how)
    return done


def test_a_note_begins_ends_and_is_silent_after_its_release():
    done = played([ScoreNote(0.5, 1.0, 60, 127)])
    wave = done.wave
    assert len(wave) == 1.3 * 16000
    assert not wave[:8000].any()
    assert wave[8000] == 0
    assert wave[8160:16000] == pytest.approx(0.9)
    assert wave[16000 + 2400] == pytest.approx(0.45, abs=0.01)
    assert np.abs(wave[-1]) < 1e-4
    assert np.abs(np.diff(wave)).max() < 0.01


def test_notes_that_overlap_are_added_each_as_loud_as_its_velocity():
    wave = played([ScoreNote(0, 1, 60, 127), ScoreNote(0.25, 0.75, 64, 64)]).wave
    assert wave[8000] / wave[2000] == pytest.approx(1 + 64 / 127, rel=1e-3)
    assert wave.max() == pytest.approx(0.9)


def test_equal_notes_are_made_once():
    organ = Organ()
    done = played([ScoreNote(k, k + 0.5, 60 + k % 2, 100) for k in range(50)], organ=organ)
    assert len(organ.asked) == done.report.n_different == 2
    assert done.report.n_played == 50


def test_notes_of_a_morphing_instrument_all_differ_and_reach_every_latent():
    latents = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    organ = Organ()
    played([ScoreNote(k, k + 0.5, 60, 100) for k in range(11)], latents, 5.0, organ)
    assert len(organ.asked) == 11
    for latent in latents:
        assert min(np.abs(np.array(asked) - latent).max() for asked, _ in organ.asked) < 1e-5


def test_notes_out_of_range_are_folded_by_octaves_or_left_out():
    notes = [ScoreNote(0, 1, pitch, 100) for pitch in (11, 23, 24, 84, 85, 108)]
    organ = Organ()
    report = played(notes, organ=organ).report
    assert sorted(pitch for _, pitch in organ.asked) == [24, 35, 73, 84]
    assert (report.n_folded, report.n_left_out) == (4, 0)
    report = played(notes, out_of_range="leave_out").report
    assert (report.n_played, report.n_folded, report.n_left_out) == (2, 0, 4)


def test_long_notes_end_with_what_a_note_has_and_are_reported():
    done = played([ScoreNote(0, 30, 60, 100), ScoreNote(0, 1, 62, 100)])
    assert len(done.wave) == 64000
    assert done.report.n_shortened == 1
    assert done.report.seconds == 4


def test_nothing_left_is_silence():
    done = played([ScoreNote(0, 1, 100, 100)], out_of_range="leave_out")
    assert len(done.wave) == 0
    assert done.report.n_left_out == 1


def test_progress_counts_notes_up_to_all():
    score = Score(tuple(ScoreNote(k / 10, k / 10 + 0.1, 24 + k % 61, 100) for k in range(122)))
    counts = [progress.n_made for progress in perform.perform(Organ(), score, ONE, 5.0)]
    assert counts == [32, 64, 96, 122, 122]


@pytest.mark.parametrize(("latents", "seconds"), [(np.zeros((0, 4)), 5), (np.zeros(4), 5), (ONE, 0), (ONE, np.nan)])
def test_without_instruments_or_time_it_does_not_begin(latents, seconds):
    with pytest.raises(ValueError, match="wanted"):
        played([ScoreNote(0, 1, 60, 100)], latents, seconds)
