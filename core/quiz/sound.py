"""Questions about sound: phase and instantaneous frequency, the four pictures, partials, and notes by GANSynth."""

import functools
import math

import numpy as np

from core import latents
from core.audio import files, notes, phase, pictures
from core.audio.stft import HOP_LENGTH, SAMPLE_RATE
from core.audio.variants import Variants
from core.gansynth import synthesize
from core.quiz.question import Option, Question, Value, asked, some

NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]
A4_HZ, A4 = 440.0, 69
HOP_MS = 25
EIGHTHS = tuple(range(-3, 5))  # of a turn
WHOLE_TURNS = (2, 3)
N_FFTS = (512, 1_024, 2_048, 4_096)
PICTURES = ("level", "phase", "unwrapped", "frequency")
PARTIALS = range(2, 6)
STEPS = (-12, -7, -5, 4, 5, 7)  # semitones, of notes that are no octave higher
LOWEST_BASE, HIGHEST_BASE = 48, 72
N_INSTRUMENTS = 4
STEADY = ("organ", "clarinet", "trumpet", "flute")
SOUND_S = 2


def phase_slip(random: np.random.Generator) -> Question:
    """By which part of a turn the phase of a wave moves on from frame to frame, whole turns left out."""
    eighths = int(random.choice(EIGHTHS))
    frequency_hz = (int(random.choice(WHOLE_TURNS)) + eighths / 8) * 1000 / HOP_MS
    slip = phase.sine_instantaneous_frequency(frequency_hz, 1000 / HOP_MS) / 2  # turns
    slip = abs(slip) if abs(slip) == 0.5 else slip  # half a turn is the same either way
    turns = frequency_hz * HOP_MS / 1000
    return asked(
        random,
        Option(values={"turns": _signed(slip)}),
        [
            Option(values={"turns": _signed(one / 8)})
            for one in some(random, [one for one in EIGHTHS if one != eighths])
        ],
        given={"hz": frequency_hz, "hop": HOP_MS},
        explained={"all": turns, "whole": round(turns - slip), "turns": _signed(slip)},
        see=("phase", {"view": "wave", "hz": frequency_hz, "stride": HOP_MS}),
    )


def hidden_picture(random: np.random.Generator) -> Question:
    """Which of four pictures of a note is the one that is asked for."""
    (note,) = some(random, tuple(notes.SHIPPED), 1)
    (right,) = some(random, PICTURES, 1)
    return asked(
        random,
        Option(picture=functools.partial(picture, note, right)),
        [Option(picture=functools.partial(picture, note, one)) for one in PICTURES if one != right],
        given={"name": f"name_{right}"},
        explained={"sign": f"sign_{right}"},
        sound=functools.partial(shipped, note),
        see=("phase", {"view": "sound", "source": note}),
    )


def note_of_partial(random: np.random.Generator) -> Question:
    """Which note has a partial of so many hertz."""
    pitch, partial = int(random.integers(36, 73)), int(random.choice(PARTIALS))
    hz = partial * notes.pitch_to_hz(pitch)
    taken_for_first = round(A4 + 12 * math.log2(hz / A4_HZ))
    wrong = {taken_for_first, pitch + 12, pitch - 12, pitch + 7, pitch - 5} - {pitch}
    return asked(
        random,
        Option(values={"note": note_name(pitch)}),
        [Option(values={"note": note_name(one)}) for one in some(random, sorted(wrong))],
        given={"hz": round(hz, 1), "partial": partial},
        explained={"first": round(hz / partial, 1), "note": note_name(pitch)},
        see=("phase", {"view": "sound", "source": "trumpet"}),
    )


def bin_width(random: np.random.Generator) -> Question:
    """How far apart the bins of an STFT are."""
    n_fft, rate = int(random.choice(N_FFTS)), int(random.choice((8_000, SAMPLE_RATE, 44_100)))
    right = rate / n_fft
    wrong = [2 * right, right / 2, 4 * right, n_fft / rate * 1000]  # the last: how long a frame is, in ms
    return asked(
        random,
        Option(values={"hz": round(right, 2)}),
        [Option(values={"hz": round(one, 2)}) for one in some(random, [one for one in wrong if not close(one, right)])],
        given={"n": n_fft, "rate": rate},
        explained={"hz": round(right, 2), "ms": round(1000 * n_fft / rate)},
        see=("phase", {"view": "sound", "source": "clarinet"}),
    )


def octave_higher(random: np.random.Generator) -> Question:
    """Which of four notes by GANSynth is an octave above the one given, all by the same latent."""
    size = synthesize.load().latent_size
    seed = int(random.integers(2**31))
    base = int(random.integers(LOWEST_BASE, HIGHEST_BASE + 1))
    return asked(
        random,
        Option(sound=functools.partial(generated, seed, base + 12)),
        [Option(sound=functools.partial(generated, seed, base + step)) for step in some(random, STEPS)],
        given={"size": size},
        explained={"low": note_name(base), "high": note_name(base + 12)},
        sound=functools.partial(generated, seed, base),
        see=("gansynth", {}),
    )


def random_phase(random: np.random.Generator) -> Question:
    """Which of four sounds has the magnitudes of its instrument and a random phase."""
    (wrong_one, *others) = some(random, STEADY, 4)
    return asked(
        random,
        Option(sound=functools.partial(varied, wrong_one, "random")),
        [Option(sound=functools.partial(varied, one, "from_if")) for one in others],
        explained={"instrument": f"instrument_{wrong_one}"},
        see=("phase", {"view": "sound", "source": wrong_one, "variant": "random"}),
    )


def wandering(random: np.random.Generator) -> Question:
    """Whose place a latent that wanders from instrument to instrument is nearest to, at a moment."""
    every_s = int(random.integers(3, 9))
    while True:
        at_s = int(random.integers(1, N_INSTRUMENTS * every_s))
        shares = latents.path(np.eye(N_INSTRUMENTS), [at_s], every_s)[0]  # all places at right angles
        nearest, second = np.sort(shares)[:-3:-1]
        if nearest - second > 0.2:
            break
    right = int(shares.argmax()) + 1
    return asked(
        random,
        Option(values={"nth": right}),
        [Option(values={"nth": nth}) for nth in range(1, N_INSTRUMENTS + 1) if nth != right],
        given={"every": every_s, "at": at_s, "n": N_INSTRUMENTS},
        explained={"nth": right, "legs": round(at_s / every_s, 2)},
        see=("gansynth", {}),
    )


def shipped(note: str) -> np.ndarray:
    """The first seconds of a note in assets/audio, faded out."""
    return _short(files.read(notes.shipped_path(note)).samples)


def varied(note: str, variant: str) -> np.ndarray:
    """The same by a variant of core.audio.variants."""
    return _short(Variants(files.read(notes.shipped_path(note)).samples).make(variant))


def generated(seed: int, pitch: int) -> np.ndarray:
    """A note by the shipped GANSynth."""
    model = synthesize.load()
    latent = np.random.default_rng(seed).standard_normal((1, model.latent_size))
    return _short(model.notes(latent, np.array([pitch]))[0])


@functools.lru_cache(maxsize=2 * len(PICTURES))
def picture(note: str, name: str) -> np.ndarray:
    """One of core.audio.pictures in grey levels from its lowest to its highest value, high frequencies above, (256,
    frames) uint8: in colours of its own one would know it by them."""
    drawn = getattr(pictures.draw(shipped(note)), {"level": "level_db"}.get(name, name))
    low, high = float(drawn.min()), float(drawn.max())
    return np.flipud(255 * (drawn - low) / (high - low)).round().astype(np.uint8)


def note_name(pitch: int) -> str:
    """MIDI pitch to scientific pitch notation: 60 is C4."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def close(one: float, other: float) -> bool:
    """Whether two answers would look alike."""
    return abs(one - other) <= 0.02 * abs(other)


def _short(wave: np.ndarray) -> np.ndarray:
    cut = wave[: SOUND_S * SAMPLE_RATE].astype(np.float32)
    cut[-HOP_LENGTH:] *= np.linspace(1, 0, HOP_LENGTH, dtype=np.float32)
    return cut


def _signed(turns: float) -> Value:
    """A part of a turn as it is said: +0.25."""
    return f"{turns:+g}".replace("-", "−") if turns else "0"
