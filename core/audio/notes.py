"""Notes of real instruments in NSynth's format: rendered from a soundfont, and read from anywhere.

    python -m core.audio.notes --out runs/notes                    # 69 instruments, 5 velocities: 13,355 notes, 1.7 GB
    python -m core.audio.notes --out runs/notes --velocities 100   # a fifth of it

The protocol is NSynth's (Engel et al. 2017, arXiv 1704.01279): 16 kHz mono, 3 s held and 1 s of release, MIDI pitches
24 to 84, velocities 25 to 127, a folder `audio` of 16-bit WAV files and `examples.json` beside it; so the NSynth
download is read by the same code. What differs: each note is brought to a peak of 0.9 (16 bits are too few for soft
notes), and its last 10 ms fade out. Rendering takes a few milliseconds a note, needs `pip install --no-deps
tinysoundfont` and a soundfont, goes on where it was killed, and gives the same bytes each time.
"""

import argparse
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io.wavfile
from tqdm import tqdm

from core.audio.stft import SAMPLE_RATE

N_SAMPLES = 4 * SAMPLE_RATE
N_HELD = 3 * SAMPLE_RATE
LOWEST_PITCH, HIGHEST_PITCH = 24, 84
VELOCITIES = (25, 50, 75, 100, 127)
PEAK = 0.9
SILENT = 1e-3  # peak of a note that the soundfont does not have
N_FADE = SAMPLE_RATE // 100
N_FLUSH = 4096  # what a stopped voice still gives, 200 samples, must not reach the next note
TRAIN_SHARE = 0.8

SOUNDFONTS = (
    "/usr/share/sounds/sf3/FluidR3Mono_GM.sf3",
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
)
HOW_TO_GET_A_SOUNDFONT = (
    "no soundfont: `apt-get install fluidr3mono-gm-soundfont` brings one (24 MB, MIT licence), "
    "or name a file with --soundfont or LECTURE_SOUNDFONT"
)
HOW_TO_GET_THE_SYNTHESIZER = "no synthesizer: `pip install --no-deps tinysoundfont==0.3.7`"


class CannotRenderError(RuntimeError):
    """The soundfont or the synthesizer is missing; the message holds the line that installs it."""


@dataclass(frozen=True)
class Instrument:
    """A General MIDI program (0 to 127), its NSynth family, and the MIDI pitches that the real instrument has."""

    program: int
    family: str
    low: int
    high: int

    @property
    def name(self) -> str:
        return f"{self.family}_acoustic_{self.program:03d}"

    def pitches(self) -> range:
        return range(max(self.low, LOWEST_PITCH), min(self.high, HIGHEST_PITCH) + 1)


# Acoustic programs of General MIDI level 1, without drums, effects and synthesizers; ranges as orchestration books say.
INSTRUMENTS = tuple(
    Instrument(*row)
    for row in [
        *((program, "keyboard", 24, 84) for program in (0, 1, 2, 3)),  # pianos
        *((program, "keyboard", 28, 84) for program in (4, 5)),  # electric pianos
        (6, "keyboard", 29, 84),  # harpsichord
        (7, "keyboard", 29, 84),  # clavinet
        (8, "mallet", 60, 84),  # celesta
        (9, "mallet", 72, 84),  # glockenspiel
        (10, "mallet", 60, 84),  # music box
        (11, "mallet", 53, 84),  # vibraphone
        (12, "mallet", 45, 84),  # marimba
        (13, "mallet", 65, 84),  # xylophone
        (14, "mallet", 60, 77),  # tubular bells
        (15, "string", 55, 84),  # dulcimer
        *((program, "organ", 36, 84) for program in (16, 17, 18)),  # drawbar, percussive, rock organ
        (19, "organ", 24, 84),  # church organ
        (20, "organ", 36, 84),  # reed organ
        (21, "organ", 53, 84),  # accordion
        (22, "reed", 60, 84),  # harmonica
        (23, "organ", 53, 84),  # bandoneon
        (24, "guitar", 40, 83),  # nylon strings
        (25, "guitar", 40, 84),  # steel strings
        *((program, "guitar", 40, 84) for program in (26, 27, 28)),  # jazz, clean, muted
        (32, "bass", 28, 60),  # upright
        *((program, "bass", 28, 60) for program in (33, 34, 35, 36)),  # electric, fretless, slap
        (40, "string", 55, 84),  # violin
        (41, "string", 48, 84),  # viola
        (42, "string", 36, 76),  # cello
        (43, "string", 28, 60),  # double bass
        (44, "string", 28, 84),  # tremolo
        (45, "string", 28, 84),  # pizzicato
        (46, "string", 24, 84),  # harp
        (48, "string", 28, 84),  # ensemble
        (49, "string", 28, 84),  # slow ensemble
        (52, "vocal", 43, 79),  # choir
        (53, "vocal", 43, 79),  # voices
        (56, "brass", 54, 84),  # trumpet
        (57, "brass", 34, 72),  # trombone
        (58, "brass", 24, 58),  # tuba
        (59, "brass", 54, 84),  # muted trumpet
        (60, "brass", 34, 77),  # horn
        (61, "brass", 34, 84),  # section
        (64, "reed", 56, 84),  # soprano saxophone
        (65, "reed", 49, 80),  # alto
        (66, "reed", 44, 75),  # tenor
        (67, "reed", 36, 68),  # baritone
        (68, "reed", 58, 84),  # oboe
        (69, "reed", 52, 81),  # English horn
        (70, "reed", 34, 75),  # bassoon
        (71, "reed", 50, 84),  # clarinet
        (72, "flute", 74, 84),  # piccolo
        (73, "flute", 60, 84),  # flute
        (74, "flute", 60, 84),  # recorder
        (75, "flute", 60, 84),  # pan pipes
        (79, "flute", 60, 84),  # ocarina
        (104, "guitar", 48, 77),  # sitar
        (105, "guitar", 48, 84),  # banjo
        (106, "guitar", 50, 84),  # shamisen
        (107, "string", 55, 84),  # koto
        (108, "mallet", 60, 84),  # kalimba
    ]
)

SHIPPED_FOLDER = Path(__file__).parent.parent.parent / "assets" / "audio"
SHIPPED = {
    "piano": (0, 60),
    "vibraphone": (11, 69),
    "organ": (19, 48),
    "guitar": (24, 52),
    "bass": (32, 36),
    "violin": (40, 69),
    "cello": (42, 48),
    "harp": (46, 64),
    "choir": (52, 60),
    "trumpet": (56, 67),
    "clarinet": (71, 62),
    "flute": (73, 76),
}
"""The notes in assets/audio: General MIDI program and MIDI pitch, at velocity 100."""


def shipped_path(name: str, folder: Path = SHIPPED_FOLDER) -> Path:
    """Where one of SHIPPED lies."""
    return folder / f"{name}-{SHIPPED[name][1]}.flac"


@dataclass(frozen=True)
class Note:
    """One note of a data set in NSynth's format; `name` is instrument-pitch-velocity."""

    name: str
    instrument: str
    family: str
    pitch: int
    velocity: int
    path: Path


class Renderer:
    """Plays single notes of a soundfont. Raises CannotRenderError where there is none, or no synthesizer."""

    def __init__(self, soundfont: Path | None = None) -> None:
        try:
            import tinysoundfont
        except ImportError as error:
            raise CannotRenderError(HOW_TO_GET_THE_SYNTHESIZER) from error
        path = soundfont or find_soundfont()
        self.soundfont = path.name
        self._synth = tinysoundfont.Synth(samplerate=SAMPLE_RATE, gain=0)
        try:
            self._font = self._synth.sfload(str(path))
        except RuntimeError as error:
            raise CannotRenderError(f"{path} is no soundfont that can be read; {HOW_TO_GET_A_SOUNDFONT}") from error

    def render(self, program: int, pitch: int, velocity: int) -> np.ndarray | None:
        """(64000,) float32 at 16 kHz with a peak of 0.9, or None where the soundfont is silent."""
        self._synth.program_select(0, self._font, 0, program)
        self._synth.noteon(0, pitch, velocity)
        held = self._generate(N_HELD)
        self._synth.noteoff(0, pitch)
        wave = np.concatenate([held, self._generate(N_SAMPLES - N_HELD)])
        self._synth.sounds_off()
        self._generate(N_FLUSH)
        peak = np.abs(wave).max()
        if peak < SILENT:
            return None
        wave[-N_FADE:] *= np.linspace(1, 0, N_FADE, dtype=np.float32)
        return wave * np.float32(PEAK / peak)

    def _generate(self, n_samples: int) -> np.ndarray:
        stereo = np.frombuffer(bytes(self._synth.generate(n_samples)), np.float32).reshape(-1, 2)
        return stereo.mean(axis=1)


def find_soundfont() -> Path:
    """The file that LECTURE_SOUNDFONT names, or the first of the usual ones. Raises CannotRenderError."""
    named = os.environ.get("LECTURE_SOUNDFONT")
    for path in map(Path, [named] if named else SOUNDFONTS):
        if path.is_file():
            return path
    raise CannotRenderError(f"{named} is not there; {HOW_TO_GET_A_SOUNDFONT}" if named else HOW_TO_GET_A_SOUNDFONT)


def render_notes(
    folder: Path,
    velocities: Sequence[int] = VELOCITIES,
    instruments: Sequence[Instrument] = INSTRUMENTS,
    soundfont: Path | None = None,
) -> int:
    """Renders a data set into a folder, keeps the notes that are there already, and returns how many it has.

    A note is there as a whole or not at all; `examples.json` is written last. Raises CannotRenderError.
    """
    renderer = Renderer(soundfont)
    audio = folder / "audio"
    audio.mkdir(parents=True, exist_ok=True)
    wanted = [(one, pitch, velocity) for one in instruments for pitch in one.pitches() for velocity in velocities]
    examples = {}
    for instrument, pitch, velocity in tqdm(wanted, unit=" notes", mininterval=1):
        name = f"{instrument.name}-{pitch:03d}-{velocity:03d}"
        path = audio / f"{name}.wav"
        if not path.is_file():
            wave = renderer.render(instrument.program, pitch, velocity)
            if wave is None:
                continue
            unfinished = path.with_suffix(".part")
            scipy.io.wavfile.write(unfinished, SAMPLE_RATE, to_int16(wave))
            unfinished.replace(path)
        examples[name] = _example(name, instrument, pitch, velocity)
    for left_over in audio.glob("*.part"):
        left_over.unlink()
    unfinished = folder / "examples.json.part"
    unfinished.write_text(json.dumps(examples, indent=1), encoding="utf-8")
    unfinished.replace(folder / "examples.json")
    return len(examples)


def read_notes(folder: Path) -> list[Note]:
    """The notes of a folder in NSynth's format (`examples.json` and `audio/`), in the order of their names.

    Raises FileNotFoundError where one of them is missing, ValueError where `examples.json` is no such list.
    """
    listing = folder / "examples.json"
    if not listing.is_file():
        raise FileNotFoundError(f"{listing} is missing: `python -m core.audio.notes --out {folder}` renders a data set")
    try:
        examples = json.loads(listing.read_text(encoding="utf-8"))
        notes = [
            Note(
                name=name,
                instrument=str(one["instrument_str"]),
                family=str(one["instrument_family_str"]),
                pitch=int(one["pitch"]),
                velocity=int(one["velocity"]),
                path=folder / "audio" / f"{name}.wav",
            )
            for name, one in sorted(examples.items())
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{listing} is not in NSynth's format: {error!r}") from error
    if missing := [note.name for note in notes if not note.path.is_file()]:
        raise FileNotFoundError(f"{len(missing)} of {len(notes)} notes are missing in {folder / 'audio'}: {missing[0]}")
    return notes


def read_wave(note: Note) -> np.ndarray:
    """A note's samples, (64000,) float32 within -1..1. Raises ValueError for another rate, form or length."""
    rate, wave = scipy.io.wavfile.read(note.path)
    if (rate, wave.dtype, wave.shape) != (SAMPLE_RATE, np.int16, (N_SAMPLES,)):
        form = f"{wave.shape} {wave.dtype} at {rate} Hz"
        raise ValueError(f"{note.path}: {form}, wanted ({N_SAMPLES},) int16 at {SAMPLE_RATE} Hz")
    return wave.astype(np.float32) / 32768


def split(notes: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """Training and test notes, four to one, shuffled over notes as in GANSynth (NSynth splits instruments).

    A note's side hangs on its name alone: it stays where it is when notes are added.
    """
    train, test = [], []
    for note in notes:
        drawn = int.from_bytes(hashlib.sha256(note.name.encode()).digest()[:8]) / 2**64
        (train if drawn < TRAIN_SHARE else test).append(note)
    return train, test


def pitch_to_hz(pitch: float) -> float:
    """The frequency of a MIDI pitch in equal temperament, 69 being 440 Hz."""
    return 440.0 * 2 ** ((pitch - 69) / 12)


def to_int16(wave: np.ndarray) -> np.ndarray:
    """Samples within -1..1 as 16-bit numbers; what is beyond is clipped."""
    return np.clip(np.round(wave * 32767), -32768, 32767).astype(np.int16)


def render_shipped(folder: Path, soundfont: Path | None = None) -> Iterator[Path]:
    """Renders `SHIPPED` into FLAC files named instrument-pitch, one after the other."""
    import soundfile

    renderer = Renderer(soundfont)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (program, pitch) in SHIPPED.items():
        path = shipped_path(name, folder)
        soundfile.write(path, to_int16(renderer.render(program, pitch, 100)), SAMPLE_RATE, subtype="PCM_16")
        yield path


def _example(name: str, instrument: Instrument, pitch: int, velocity: int) -> dict:
    return {
        "note_str": name,
        "instrument_str": instrument.name,
        "instrument": instrument.program,
        "instrument_family_str": instrument.family,
        "instrument_source_str": "acoustic",
        "instrument_source": 0,
        "pitch": pitch,
        "velocity": velocity,
        "sample_rate": SAMPLE_RATE,
        "qualities_str": [],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=re.sub(r"\s+", " ", __doc__.split("\n\n")[0]))
    parser.add_argument("--out", type=Path, default=Path("runs/notes"), help="folder of the data set")
    parser.add_argument("--velocities", type=int, nargs="+", default=VELOCITIES)
    parser.add_argument("--soundfont", type=Path, help="an .sf2 or .sf3 file")
    parser.add_argument("--shipped", type=Path, help="render the dozen notes of assets/audio into this folder instead")
    options = parser.parse_args()
    try:
        if options.shipped:
            for path in render_shipped(options.shipped, options.soundfont):
                print(path)
        else:
            print(
                f"{render_notes(options.out, options.velocities, soundfont=options.soundfont)} notes in {options.out}"
            )
    except CannotRenderError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
