"""Pieces of music written down as text (`assets/music`), and as MIDI files.

    python -m core.audio.pieces --out runs/music

A text has `tempo` (quarter notes a minute), `bar` (its length in sixteenths), and for each voice the line `voice` and
then notes and bar lines: `C4:8` is the middle C for eight sixteenths; a length holds until another one is given; `-` is
a rest, `C4+E4+G4` a chord, `F#3` and `Bb3` are what they look like; `#` begins a comment.
"""

import argparse
import re
from pathlib import Path

from core.audio import midi
from core.audio.midi import ScoreNote

FOLDER = Path(__file__).parent.parent.parent / "assets" / "music"
VELOCITY = 90
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHIFTS = {"#": 1, "b": -1, "": 0}
NOTE = re.compile(r"([A-G])([#b]?)(-?\d)")
PIECES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


class PieceError(ValueError):
    """A text that is no piece; the message says where."""


def load(name: str) -> midi.Score:
    """A shipped piece by its name, one of PIECES."""
    return midi.Score(read((FOLDER / f"{name}.txt").read_text(encoding="utf-8")))


def bar_seconds(name: str) -> float:
    """How long a bar of a shipped piece is."""
    sixteenth_s, bar = _count(_lines((FOLDER / f"{name}.txt").read_text(encoding="utf-8")))
    return sixteenth_s * bar


def read(text: str) -> tuple[ScoreNote, ...]:
    """The notes of a text, by their beginnings. Raises PieceError."""
    lines = _lines(text)
    sixteenth_s, bar = _count(lines)
    voices = " ".join(line for line in lines if not line.startswith(("tempo ", "bar "))).split("voice")[1:]
    notes = [note for voice in voices for note in _voice(voice, sixteenth_s, bar)]
    if not notes:
        raise PieceError("no notes")
    return tuple(sorted(notes))


def _lines(text: str) -> list[str]:
    return [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]


def _count(lines: list[str]) -> tuple[float, int]:
    """The seconds of a sixteenth, and how many of them a bar has."""
    header = dict(line.split() for line in lines if line.startswith(("tempo ", "bar ")))
    try:
        return 15 / float(header["tempo"]), int(header["bar"])
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise PieceError(f"no tempo and bar to count by: {error!r}") from error


def _voice(text: str, sixteenth_s: float, bar: int) -> list[ScoreNote]:
    notes = []
    now, length = 0, bar
    for number, tokens in enumerate(text.split("|"), 1):
        for token in tokens.split():
            what, _, given = token.partition(":")
            length = int(given) if given.isdigit() else length
            if (given and not given.isdigit()) or not length:
                raise PieceError(f"bar {number}: {token!r} has no length")
            for name in what.split("+") if what != "-" else ():
                notes.append(ScoreNote(now * sixteenth_s, (now + length) * sixteenth_s, pitch_of(name), VELOCITY))
            now += length
        if now != number * bar:
            raise PieceError(f"bar {number} ends after {now - (number - 1) * bar} sixteenths, not {bar}")
    return notes


def pitch_of(name: str) -> int:
    """The MIDI pitch of a name such as C4 (60), F#3 or Bb3. Raises PieceError."""
    found = NOTE.fullmatch(name)
    if not found:
        raise PieceError(f"{name!r} is no note")
    step, shift, octave = found.groups()
    return 12 * (int(octave) + 1) + STEPS[step] + SHIFTS[shift]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.audio.pieces", description="Write the pieces as MIDI files.")
    parser.add_argument("--out", type=Path, default=Path("runs/music"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in PIECES:
        midi.write(load(name).notes, options.out / f"{name}.mid")
        print(options.out / f"{name}.mid")


if __name__ == "__main__":
    main()
