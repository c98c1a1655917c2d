"""A score played by instruments that change into one another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core import latents as ways
from core.audio.midi import Score
from core.audio.notes import N_HELD, N_SAMPLES, PEAK, SAMPLE_RATE
from core.gansynth.model import LOWEST_PITCH, N_PITCHES

ATTACK_S = 0.01
RELEASE_S = 0.3
BATCH = 16
HIGHEST_PITCH = LOWEST_PITCH + N_PITCHES - 1

OutOfRange = Literal["fold", "leave_out"]


@dataclass(frozen=True)
class Report:
    """What became of a score: `n_different` notes had to be made for `n_played`; `n_shortened` were to sound longer
    than the three seconds that a note is held."""

    n_played: int
    n_different: int
    n_folded: int
    n_left_out: int
    n_shortened: int
    n_drums: int
    n_programs: int
    seconds: float


@dataclass(frozen=True)
class Progress:
    """How many of the notes are made; at the end the sound, (samples,) at 16 kHz with a peak of 0.9, and the report."""

    n_made: int
    n_notes: int
    wave: np.ndarray | None = None
    report: Report | None = None


def perform(
    play: Callable[[np.ndarray, np.ndarray], np.ndarray],
    score: Score,
    latents: np.ndarray,
    seconds_per_instrument: float,
    out_of_range: OutOfRange = "fold",
) -> Iterator[Progress]:
    """Plays a score, a batch of notes at a time.

    Args:
        play: (batch, latent) and (batch,) MIDI pitches 24 to 84 to waves (batch, 64000).
        score: what is played.
        latents: (instruments, latent). After `seconds_per_instrument` the next one is reached, along the sphere, and
            after the last the first. A note keeps the timbre of its beginning.
        out_of_range: notes below 24 or above 84 are folded by octaves into the range, or left out.

    Raises:
        ValueError: no latents, or seconds that are not above 0.
    """
    latents = np.asarray(latents, dtype=np.float32)
    if latents.ndim != 2 or not len(latents):
        raise ValueError(f"latents of shape {latents.shape}, wanted (instruments, latent)")
    if not seconds_per_instrument > 0:
        raise ValueError(f"{seconds_per_instrument} seconds for an instrument, wanted more than 0")
    notes = [note for note in score.notes if out_of_range == "fold" or LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH]
    pitches = np.array([folded(note.pitch) for note in notes], dtype=np.int64)
    timbres = ways.path(latents, [note.start_s for note in notes], seconds_per_instrument).astype(np.float32)
    wanted = np.column_stack([pitches, timbres])  # (notes, 1 + latent)
    different, which = np.unique(wanted, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")  # notes by what they need
    users = np.split(order, np.cumsum(np.bincount(which.ravel(), minlength=len(different)))[:-1])

    starts = np.array([round(note.start_s * SAMPLE_RATE) for note in notes], dtype=np.int64)
    lengths = np.array([held_samples(note.end_s - note.start_s) for note in notes], dtype=np.int64)
    mixed = np.zeros(int((starts + lengths).max()) if notes else 0, dtype=np.float32)
    n_made = 0
    for first in range(0, len(different), BATCH):
        batch = different[first : first + BATCH]
        waves = play(np.ascontiguousarray(batch[:, 1:]), batch[:, 0].astype(np.int64))
        for wave, places in zip(waves, users[first : first + BATCH], strict=True):
            for place in places:
                n = lengths[place]
                shaped = wave[:n] * envelope(n)
                mixed[starts[place] : starts[place] + n] += shaped * (notes[place].velocity / 127)
            n_made += len(places)
        yield Progress(n_made, len(notes))
    peak = np.abs(mixed).max(initial=0)
    wave = mixed * np.float32(PEAK / peak) if peak else mixed
    report = Report(
        n_played=len(notes),
        n_different=len(different),
        n_folded=sum(note.pitch != folded(note.pitch) for note in notes),
        n_left_out=len(score.notes) - len(notes),
        n_shortened=sum((note.end_s - note.start_s) * SAMPLE_RATE > N_HELD for note in notes),
        n_drums=score.n_drums,
        n_programs=score.n_programs,
        seconds=len(wave) / SAMPLE_RATE,
    )
    yield Progress(len(notes), len(notes), wave, report)


def folded(pitch: int) -> int:
    """The pitch moved by octaves to where it can be played."""
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    return pitch


def held_samples(seconds: float) -> int:
    """How many samples a note of that length sounds, with its release; never more than a note has."""
    return int(min(round((max(seconds, ATTACK_S) + RELEASE_S) * SAMPLE_RATE), N_SAMPLES))


def envelope(n_samples: int) -> np.ndarray:
    """(n,): up within 10 ms, down along half a cosine within the last 0.3 s."""
    shape = np.ones(n_samples, dtype=np.float32)
    n_attack, n_release = round(ATTACK_S * SAMPLE_RATE), round(RELEASE_S * SAMPLE_RATE)
    shape[:n_attack] = np.linspace(0, 1, n_attack, endpoint=False)
    shape[-n_release:] *= 0.5 * (1 + np.cos(np.pi * np.arange(1, n_release + 1) / n_release))
    return shape
