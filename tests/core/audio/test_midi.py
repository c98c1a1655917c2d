"""MIDI files made here, byte for byte or by mido, and what hostile ones get for an answer."""

import contextlib
import io
import os
import struct

import mido
import numpy as np
import pytest

from core.audio import midi
from core.audio.midi import MidiError, ScoreNote


def file_of(*tracks, type=1, division=480):
    made = mido.MidiFile(type=type, ticks_per_beat=division, tracks=[mido.MidiTrack(track) for track in tracks])
    data = io.BytesIO()
    made.save(file=data)
    return data.getvalue()


def note(pitch, ticks, velocity=100, after=0, channel=0):
    return [
        mido.Message("note_on", note=pitch, velocity=velocity, time=after, channel=channel),
        mido.Message("note_off", note=pitch, time=ticks, channel=channel),
    ]


def test_notes_have_their_seconds_pitches_and_velocities():
    score = midi.read(file_of(note(60, 480) + note(64, 240, velocity=30, after=480), type=0))
    assert score.notes == (ScoreNote(0, 0.5, 60, 100), ScoreNote(1.0, 1.25, 64, 30))
    assert score.seconds == 1.25


def test_a_change_of_tempo_in_one_track_moves_the_notes_of_another():
    tempi = [mido.MetaMessage("set_tempo", tempo=250_000), mido.MetaMessage("set_tempo", tempo=1_000_000, time=480)]
    score = midi.read(file_of(tempi, note(60, 960)))
    assert score.notes == (ScoreNote(0, 1.25, 60, 100),)


def test_smpte_time_is_understood():
    data = bytearray(file_of(note(60, 50), type=0))
    data[12:14] = struct.pack(">bB", -25, 40)  # 25 frames of 40 ticks: a tick is a millisecond
    assert midi.read(bytes(data)).notes == (ScoreNote(0, 0.05, 60, 100),)


def test_notes_may_overlap_on_one_pitch_and_in_several_channels():
    on, off = note(60, 480)
    score = midi.read(file_of([on, on.copy(time=240), off.copy(time=240), off.copy(time=240)], note(60, 96, channel=3)))
    assert score.notes == (ScoreNote(0, 0.1, 60, 100), ScoreNote(0, 0.5, 60, 100), ScoreNote(0.25, 0.75, 60, 100))


def test_a_note_on_without_velocity_ends_a_note_and_a_lost_end_is_the_end_of_the_piece():
    on = mido.Message("note_on", note=60, velocity=90)
    score = midi.read(file_of([on, on.copy(velocity=0, time=240), on.copy(note=62), *note(72, 480)]))
    assert score.notes == (ScoreNote(0, 0.25, 60, 90), ScoreNote(0.25, 0.75, 62, 90), ScoreNote(0.25, 0.75, 72, 100))


def test_the_sustain_pedal_holds_what_is_let_go():
    pedal = mido.Message("control_change", control=64, value=127)
    score = midi.read(file_of([pedal, *note(60, 240), *note(64, 240), pedal.copy(value=0, time=480)]))
    assert [item.end_s for item in score.notes] == [1.0, 1.0]


def test_drums_and_program_changes_are_counted_and_left_out():
    program = mido.Message("program_change", program=40)
    score = midi.read(file_of([program, *note(60, 480)], note(36, 10, channel=9) + note(38, 10, channel=9)))
    assert (len(score.notes), score.n_drums, score.n_programs) == (1, 2, 1)


def test_what_is_written_is_read_again(tmp_path):
    notes = (ScoreNote(0, 0.5, 60, 100), ScoreNote(0.25, 1.5, 36, 1), ScoreNote(0.5, 0.75, 60, 127))
    midi.write(notes, tmp_path / "piece.mid")
    assert midi.read(tmp_path / "piece.mid").notes == notes


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable"),
        (b"RIFF....WAVE", "unreadable"),
        (b"MThd", "unreadable"),
        (file_of(note(60, 480))[:-9], "unreadable"),
        (file_of([mido.MetaMessage("set_tempo")]), "no_notes"),
        (file_of(note(60, 480, channel=9)), "no_notes"),
        (file_of(note(60, 480), type=2), "type_2"),
        (b"MThd" + bytes(500_000), "too_large"),
        (file_of(note(60, 480), division=480).replace(b"\x01\xe0", b"\x00\x00", 1), "unreadable"),
        (file_of(note(60, 480 * 1300)), "too_long"),
        (file_of([mido.Message("note_on", note=60)] * 20_001), "too_many_notes"),
        (file_of(note(60, 480))[:22] + b"\xff" * 150_000, "unreadable"),
        (b"MThd" + struct.pack(">IHHH", 6, 1, 65535, 480), "no_notes"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_cannot_be_played_says_why(data, reason):
    with pytest.raises(MidiError) as error:
        midi.read(data)
    assert error.value.reason == reason


def test_damaged_files_never_raise_anything_else():
    whole = bytearray(file_of(note(60, 480) * 3, [mido.MetaMessage("key_signature", key="C"), *note(50, 5)]))
    random = np.random.default_rng(0)
    for _ in range(1500):
        data = whole.copy()
        for place in random.integers(len(data), size=random.integers(1, 6)):
            data[place] = random.integers(256)
        with contextlib.suppress(MidiError):
            midi.read(bytes(data[: random.integers(1, len(data) + 1)]))


@pytest.mark.skipif("LECTURE_DATA" not in os.environ, reason="no data folder")
def test_the_prelude_of_the_first_cello_suite():
    score = midi.read(os.environ["LECTURE_DATA"] + "/midi/bach_bwv1007_1_prelude.mid")
    assert len(score.notes) == 656
    assert score.seconds == pytest.approx(126, abs=0.1)
    assert [item.pitch for item in score.notes[:4]] == [43, 50, 59, 57]
