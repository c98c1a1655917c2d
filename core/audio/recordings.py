"""Recorded instruments that go with the lecture: enough notes of each for a short melody.

    python -m core.audio.recordings --out assets/audio/recordings

renders them from a soundfont (core.audio.notes), one FLAC file an instrument: the notes of `PITCHES` one after the
other, each `N_SAMPLES` long. `phrases` gives the melodies (assets/music/phrases), which need no other pitches.
"""

import argparse
import functools
from pathlib import Path

import numpy as np
import soundfile

from core.audio import midi, notes, pieces
from core.audio.stft import SAMPLE_RATE

FOLDER = Path(__file__).parent.parent.parent / "assets" / "audio" / "recordings"
PITCHES = (60, 62, 64, 65, 67, 69, 72)
N_SAMPLES = int(1.4 * SAMPLE_RATE)
VELOCITY = 100

INSTRUMENTS = {
    "piano": 0,
    "vibraphone": 11,
    "organ": 19,
    "guitar": 24,
    "violin": 40,
    "cello": 42,
    "harp": 46,
    "choir": 52,
    "trumpet": 56,
    "clarinet": 71,
    "flute": 73,
}
"""General MIDI programs, all of which reach over `PITCHES`."""


@functools.cache
def recording(instrument: str) -> np.ndarray:
    """(notes, samples) float32 within -1..1: one of INSTRUMENTS at each of PITCHES.

    Raises:
        OSError: the file is not there, or is damaged.
    """
    try:
        samples, rate = soundfile.read(FOLDER / f"{instrument}.flac", dtype="float32")
    except soundfile.LibsndfileError as error:
        raise OSError(f"{FOLDER / instrument}.flac cannot be read") from error
    if rate != SAMPLE_RATE or samples.shape != (len(PITCHES) * N_SAMPLES,):
        raise OSError(f"{instrument}.flac holds {samples.shape} at {rate} Hz")
    return samples.reshape(len(PITCHES), N_SAMPLES)


def play(instrument: str, pitches: np.ndarray) -> np.ndarray:
    """(batch,) of PITCHES -> (batch, 64000): the recorded notes, then silence, as a generator would give them.

    Raises:
        ValueError: a pitch that was not recorded.
        OSError: as `recording`.
    """
    recorded = recording(instrument)
    waves = np.zeros((len(pitches), notes.N_SAMPLES), dtype=np.float32)
    for wave, pitch in zip(waves, pitches, strict=True):
        wave[:N_SAMPLES] = recorded[PITCHES.index(pitch)]
    return waves


@functools.cache
def phrases() -> dict[str, midi.Score]:
    """Short melodies by name, all within PITCHES."""
    texts = sorted((pieces.FOLDER / "phrases").glob("*.txt"))
    return {path.stem: midi.Score(pieces.read(path.read_text(encoding="utf-8"))) for path in texts}


def render(folder: Path, soundfont: Path | None = None) -> None:
    """Writes a file for each instrument. Raises core.audio.notes.CannotRenderError."""
    renderer = notes.Renderer(soundfont)
    folder.mkdir(parents=True, exist_ok=True)
    fade = np.linspace(1, 0, notes.N_FADE)
    for instrument, program in INSTRUMENTS.items():
        waves = np.stack([renderer.render(program, pitch, VELOCITY)[:N_SAMPLES] for pitch in PITCHES])
        waves[:, -notes.N_FADE :] *= fade
        soundfile.write(folder / f"{instrument}.flac", notes.to_int16(waves.ravel()), SAMPLE_RATE, subtype="PCM_16")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.audio.recordings", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--soundfont", type=Path, help="an .sf2 or .sf3 file")
    options = parser.parse_args()
    try:
        render(options.out, options.soundfont)
    except notes.CannotRenderError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
