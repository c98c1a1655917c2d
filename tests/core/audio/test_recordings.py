"""The shipped recordings hold the pitches they should, and the melodies need no others."""

import os

import numpy as np
import pytest

from core.audio import notes, recordings
from core.gansynth import measures, perform


@pytest.mark.parametrize("instrument", recordings.INSTRUMENTS)
def test_an_instrument_has_every_pitch(instrument):
    recorded = recordings.recording(instrument)
    assert recorded.shape == (7, recordings.N_SAMPLES)
    for wave, pitch in zip(recorded, recordings.PITCHES, strict=True):
        heard = measures.heard_pitch(np.pad(wave, (0, notes.N_SAMPLES - len(wave))))
        assert (heard - pitch + 0.5) % 12 - 0.5 == pytest.approx(0, abs=0.5)  # a tracker may take an octave for another
        assert np.abs(wave).max() > 0.3
        assert abs(wave[-1]) < 1e-3


def test_what_is_played_is_the_recording_and_then_silence():
    waves = recordings.play("flute", np.array([72, 60]))
    assert waves.shape == (2, notes.N_SAMPLES)
    assert np.array_equal(waves[0, : recordings.N_SAMPLES], recordings.recording("flute")[-1])
    assert not waves[:, recordings.N_SAMPLES :].any()


def test_a_pitch_that_was_not_recorded_is_refused():
    with pytest.raises(ValueError, match="not in tuple"):
        recordings.play("flute", np.array([61]))


def test_a_missing_recording_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    with pytest.raises(OSError, match="flute"):
        recordings.recording.__wrapped__("flute")


def test_six_melodies_fit_the_recordings():
    phrases = recordings.phrases()
    assert len(phrases) == 6
    for score in phrases.values():
        assert {note.pitch for note in score.notes} <= set(recordings.PITCHES)
        assert all(perform.held_samples(note.end_s - note.start_s) <= recordings.N_SAMPLES for note in score.notes)
        assert 4 < score.seconds < 8


def test_the_script_renders_what_is_shipped(tmp_path):
    try:
        recordings.render(tmp_path)
    except notes.CannotRenderError as error:
        if os.environ.get("REQUIRE_RENDER"):
            raise
        pytest.skip(str(error))
    for instrument in recordings.INSTRUMENTS:
        shipped = recordings.FOLDER / f"{instrument}.flac"
        assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
