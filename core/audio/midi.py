"""Standard MIDI files as lists of notes in seconds, read by mido.

What a file may hold: type 0 or 1, any number of tracks, tempo changes, SMPTE time, the sustain pedal. What it asks for
beyond notes is counted, so that one can say what was not done.
"""

import contextlib
import heapq
import io
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import mido
from mido.midifiles.meta import KeySignatureError

LARGEST_FILE = 200_000  # bytes: 20,000 notes have room in it
MOST_NOTES = 20_000
LONGEST_S = 600.0
DRUMS = 9  # the channel that General MIDI keeps for them
SUSTAIN = 64
MICROSECONDS_A_QUARTER = 500_000  # until a file says otherwise
HOSTILE = re.compile(rb"[\x80-\xff]{20000}")  # a number without end, on which a reader would work for minutes


class MidiError(ValueError):
    """A file that cannot be played. `reason` is one of: too_large, unreadable, type_2, no_notes, too_many_notes,
    too_long."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True, order=True)
class ScoreNote:
    """A note: where it begins and ends in seconds, MIDI pitch and velocity."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Score:
    """A piece: its notes, by their beginnings, and how many drum strokes and program changes were left out."""

    notes: tuple[ScoreNote, ...]
    n_drums: int = 0
    n_programs: int = 0

    @property
    def seconds(self) -> float:
        """Until the last note ends."""
        return max((note.end_s for note in self.notes), default=0.0)


def read(midi: Path | str | bytes) -> Score:
    """The score of a file, from its path or its bytes. Raises MidiError, and OSError where the path is none."""
    if not isinstance(midi, bytes):
        with Path(midi).open("rb") as file:
            midi = file.read(LARGEST_FILE + 1)
    if len(midi) > LARGEST_FILE:
        raise MidiError("too_large", f"more than {LARGEST_FILE:,} bytes")
    if HOSTILE.search(midi):
        raise MidiError("unreadable", "a number of thousands of digits")
    try:
        file = mido.MidiFile(file=io.BytesIO(midi), clip=True)
    except (OSError, EOFError, ValueError, LookupError, TypeError, ArithmeticError, KeySignatureError) as error:
        raise MidiError("unreadable", repr(error)) from error
    if file.type == 2:
        raise MidiError("type_2")
    return _score(_in_seconds(file))


def write(notes: Iterable[ScoreNote], out: Path | BinaryIO) -> None:
    """Writes notes as a MIDI file of type 0, a thousandth of a second exact."""
    ticks_a_second = 1000
    events = []
    for note in notes:
        events.append((round(note.end_s * ticks_a_second), 0, note.pitch, 0))
        events.append((round(note.start_s * ticks_a_second), 1, note.pitch, note.velocity))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=MICROSECONDS_A_QUARTER)])
    now = 0
    for tick, _, pitch, velocity in sorted(events):
        track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=tick - now))
        now = tick
    file = mido.MidiFile(type=0, ticks_per_beat=ticks_a_second // 2, tracks=[track])
    file.save(out) if isinstance(out, Path) else file.save(file=out)


def _in_seconds(file: mido.MidiFile) -> Iterator[tuple[float, mido.Message]]:
    """All tracks' messages in the order of time."""
    if file.ticks_per_beat == 0:
        raise MidiError("unreadable", "no ticks in a quarter note")
    tempo = MICROSECONDS_A_QUARTER
    seconds, tick = 0.0, 0
    for now, _, message in heapq.merge(*(_in_ticks(number, track) for number, track in enumerate(file.tracks))):
        seconds += (now - tick) * _seconds_a_tick(file.ticks_per_beat, tempo)
        tick = now
        if seconds > LONGEST_S and message.type != "end_of_track":
            raise MidiError("too_long", f"more than {LONGEST_S:.0f} s")
        if message.type == "set_tempo":
            tempo = message.tempo
        yield seconds, message


def _in_ticks(number: int, track: mido.MidiTrack) -> Iterator[tuple[int, tuple[int, int], mido.Message]]:
    tick = 0
    for place, message in enumerate(track):
        tick += message.time
        if tick > 1 << 40:
            raise MidiError("too_long")
        yield tick, (number, place), message


def _seconds_a_tick(division: int, tempo: int) -> float:
    if division > 0:
        return tempo * 1e-6 / division
    frames_a_second, ticks_a_frame = -(division >> 8), max(division & 0xFF, 1)  # SMPTE: two bytes, the first negative
    return 1 / (frames_a_second * ticks_a_frame)


def _score(messages: Iterable[tuple[float, mido.Message]]) -> Score:
    notes: list[ScoreNote] = []
    counts: Counter = Counter()
    sounding: dict[tuple[int, int], deque] = defaultdict(deque)  # by channel and pitch: (start, velocity)
    held: dict[int, list[tuple[float, int, int]]] = {}  # by channel with its pedal down: (start, pitch, velocity)
    seconds = 0.0

    def end(start: float, pitch: int, velocity: int) -> None:
        notes.append(ScoreNote(start, seconds, pitch, velocity))

    for seconds, message in messages:
        channel = getattr(message, "channel", None)
        if message.type == "program_change":
            counts["programs"] += 1
        elif message.type == "note_on" and message.velocity and channel == DRUMS:
            counts["drums"] += 1
        elif channel == DRUMS:
            continue
        elif message.type == "note_on" and message.velocity:
            counts["notes"] += 1
            if counts["notes"] > MOST_NOTES:
                raise MidiError("too_many_notes", f"more than {MOST_NOTES:,}")
            sounding[channel, message.note].append((seconds, message.velocity))
        elif message.type in ("note_on", "note_off"):
            with contextlib.suppress(IndexError):  # an end without a beginning
                start, velocity = sounding[channel, message.note].popleft()
                if channel in held:
                    held[channel].append((start, message.note, velocity))
                else:
                    end(start, message.note, velocity)
        elif message.type == "control_change" and message.control == SUSTAIN:
            if message.value >= 64:
                held.setdefault(channel, [])
            else:
                for start, pitch, velocity in held.pop(channel, []):
                    end(start, pitch, velocity)
    for (_, pitch), starts in sounding.items():
        for start, velocity in starts:
            end(start, pitch, velocity)
    for left in held.values():
        for start, pitch, velocity in left:
            end(start, pitch, velocity)
    if not notes:
        raise MidiError("no_notes")
    return Score(tuple(sorted(notes)), counts["drums"], counts["programs"])
