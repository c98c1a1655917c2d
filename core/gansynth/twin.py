"""Why GANSynth paints the instantaneous frequency: it beside its twin, which learnt the phase itself.

The twin in `assets/weights/gansynth/phase_twin` is the same network, trained on the same notes for as many steps; what
channels 1 and 2 of its pictures hold is another angle (core.gansynth.picture). Its card says how it compares.
"""

from dataclasses import dataclass

import numpy as np

from core.audio import loudness, pictures, recordings
from core.audio.notes import pitch_to_hz
from core.audio.stft import SAMPLE_RATE
from core.gansynth import listening, measures, synthesize

FOLDER = synthesize.FOLDER / "phase_twin"
KINDS = ("recorded", "frequency", "phase")
MELODIES = ("arirang", "doraji", "ode-to-joy")
PITCH = 60


@dataclass(frozen=True)
class Take:
    """One of KINDS: a melody, (samples,) within -1..1; the note of PITCH, (n,), as long as one was recorded; how much
    of that note's energy lies on its partials, 0..1; and the clock (Hz, second) by which its cycles are cut."""

    melody: np.ndarray
    note: np.ndarray
    harmonic_share: float
    clock: tuple[float, float]


def load() -> synthesize.GanSynth:
    """The twin, loaded once. Raises core.weights.WeightsError: its files are missing or damaged."""
    return synthesize.load_from(FOLDER)


def takes(instrument: str, melody: str) -> dict[str, Take]:
    """One of `recordings.INSTRUMENTS` playing one of MELODIES: recorded, by the generator and by the twin, each from
    where it has learnt that instrument. All are equally loud. Cycles are cut by each note's own pitch, or by the wanted
    one where it has none.

    Raises:
        KeyError: there is no such instrument or melody.
        LookupError: a generator has not learnt the instrument.
        OSError: the recording is missing or damaged.
        core.weights.WeightsError: those of a generator are.
    """
    shipped, twin = synthesize.load(), load()
    place = listening.place(instrument)
    players = {
        "recorded": (place, lambda _, pitches: recordings.play(instrument, pitches)),
        "frequency": (place, shipped.notes),
        "phase": (listening.place(instrument, twin), twin.notes),
    }
    melodies = {kind: listening.melody(melody, place, play) for kind, (place, play) in players.items()}
    notes = {kind: _note(place, play) for kind, (place, play) in players.items()}
    wanted = loudness.common_loudness(list(melodies.values()))
    return {
        kind: Take(loudness.bring_to(melodies[kind], wanted), note, measures.harmonic_share(note, PITCH), _clock(note))
        for kind, note in notes.items()
    }


def _clock(note: np.ndarray) -> tuple[float, float]:
    hz = pitch_to_hz(PITCH)
    return pictures.clock(note, hz) or (hz, len(note) / 3 / SAMPLE_RATE)


def _note(place: np.ndarray, play: listening.Player) -> np.ndarray:
    return play(place[None], np.array([PITCH]))[0][: recordings.N_SAMPLES]
