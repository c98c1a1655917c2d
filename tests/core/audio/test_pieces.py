"""The notation, and the shipped pieces note for note beside other people's."""

import os

import pytest

from core.audio import midi, pieces
from core.audio.midi import ScoreNote
from core.audio.pieces import PieceError

BESIDE = {
    "prelude-g": "bach_bwv1007_1_prelude.mid",
    "prelude-c": "bach_bwv846_wtc1_prelude_C.mid",
    "arirang": "korean_arirang_trad_handcoded.mid",
}


def test_a_text_is_read_note_by_note():
    text = "# a comment\ntempo 60\nbar 4\nvoice\nC4:2 - | F#3+Bb3:4\nvoice\n-:4 | G4:1 G4 G4 G4"
    assert pieces.read(text) == (
        ScoreNote(0, 0.5, 60, 90),
        ScoreNote(1, 1.25, 67, 90),
        ScoreNote(1, 2, 54, 90),
        ScoreNote(1, 2, 58, 90),
        ScoreNote(1.25, 1.5, 67, 90),
        ScoreNote(1.5, 1.75, 67, 90),
        ScoreNote(1.75, 2, 67, 90),
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "tempo"),
        ("tempo 0\nbar 4\nvoice\nC4", "tempo"),
        ("tempo 60\nbar 4\n", "no notes"),
        ("tempo 60\nbar 4\nvoice\nC4:4 | C4:3", "bar 2 ends after 3"),
        ("tempo 60\nbar 4\nvoice\nH4", "'H4' is no note"),
        ("tempo 60\nbar 4\nvoice\nC4:x", "no length"),
        ("tempo 60\nbar 4\nvoice\nC4:0", "no length"),
    ],
)
def test_what_is_no_piece_says_where(text, what):
    with pytest.raises(PieceError, match=what):
        pieces.read(text)


@pytest.mark.parametrize(("name", "pitch"), [("C4", 60), ("A4", 69), ("Cb4", 59), ("B#3", 60), ("C-1", 0)])
def test_names_of_pitches(name, pitch):
    assert pieces.pitch_of(name) == pitch


def test_five_pieces_are_there_and_within_the_range_of_the_instruments():
    assert set(pieces.PIECES) == {"prelude-g", "prelude-c", "ode-to-joy", "arirang", "doraji"}
    for name in pieces.PIECES:
        score = pieces.load(name)
        assert all(24 <= note.pitch <= 84 for note in score.notes)
        assert 20 < score.seconds < 150


@pytest.mark.skipif("LECTURE_DATA" not in os.environ, reason="no data folder")
@pytest.mark.parametrize("name", BESIDE)
def test_the_pieces_are_note_for_note_what_others_have_written_down(name):
    theirs = midi.read(f"{os.environ['LECTURE_DATA']}/midi/{BESIDE[name]}").notes
    ours = pieces.load(name).notes
    assert len(ours) == len(theirs)
    for one, other in zip(sorted(ours, key=order), sorted(theirs, key=order), strict=True):
        assert one.pitch == other.pitch
        assert one.start_s == pytest.approx(other.start_s, abs=0.01)
        assert one.end_s == pytest.approx(other.end_s, abs=0.01)


def order(note):
    return round(note.start_s, 2), note.pitch


@pytest.mark.skipif("LECTURE_DATA" not in os.environ, reason="no data folder")
def test_the_melody_of_the_ode_is_beethovens():
    """Another setting: only the highest notes, in the first eight bars but for a grace."""
    theirs = midi.read(f"{os.environ['LECTURE_DATA']}/midi/beethoven_ode_to_joy.mid").notes
    ours = highest(pieces.load("ode-to-joy").notes, 60 / 108)
    theirs = highest(theirs, 0.6)
    beats = sorted(beat for beat in ours.keys() & theirs.keys() if beat < 32)
    assert len(beats) > 25
    assert [ours[beat] for beat in beats] == [theirs[beat] for beat in beats]


def highest(notes, quarter_s):
    """The highest note that begins on each beat."""
    found = {}
    for note in notes:
        beat = note.start_s / quarter_s
        if abs(beat - round(beat)) < 0.05:
            found[round(beat)] = max(found.get(round(beat), 0), note.pitch)
    return found


def test_a_piece_survives_as_a_midi_file(tmp_path):
    notes = pieces.load("doraji").notes
    midi.write(notes, tmp_path / "doraji.mid")
    again = midi.read(tmp_path / "doraji.mid").notes
    assert [note.pitch for note in again] == [note.pitch for note in notes]
    assert max(abs(a.start_s - b.start_s) for a, b in zip(again, notes, strict=True)) < 1e-3
