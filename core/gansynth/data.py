"""The notes that GANSynth learns from, as pictures in memory.

Any folder in NSynth's format will do (core.audio.notes renders one). A note that an instrument plays alike at several
velocities, once brought to the same peak, is kept once: a third of the rendered ones say nothing new. Instruments here
are pairs of instrument and velocity: a soft piano is another sound than a loud one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from core.audio import notes, spectrogram
from core.gansynth.picture import REPRESENTATIONS, Angle, spectrogram_to_picture

ALIKE = 2e-3  # largest difference of two waves with a peak of 0.9 that nobody hears
BATCH = 64


@dataclass(frozen=True)
class NotePictures:
    """Pictures (n, 3, 128, bins) in half precision, pitches (n,) MIDI, `instrument` (n,) an index, and names."""

    pictures: Tensor
    pitches: Tensor
    instrument: Tensor
    instruments: tuple[str, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pitches)


def different(found: Sequence[notes.Note]) -> list[notes.Note]:
    """Without those notes of one instrument and pitch that sound like one before them."""
    waves: dict[tuple[str, int], list[np.ndarray]] = defaultdict(list)
    kept = []
    for note in tqdm(found, desc="compared", unit=" notes", mininterval=1):
        wave = notes.read_wave(note)
        wave *= notes.PEAK / max(np.abs(wave).max(), 1e-6)
        same = waves[note.instrument, note.pitch]
        if not any(np.abs(wave - other).max() < ALIKE for other in same):
            same.append(wave)
            kept.append(note)
    return kept


def load(
    found: Sequence[notes.Note],
    n_bins: int,
    instruments: Sequence[str] | None = None,
    angle: Angle = "frequency",
) -> NotePictures:
    """Pictures of notes. `instruments` gives the list to count by, where it is not that of these notes alone."""
    representation = REPRESENTATIONS[n_bins]
    instruments = tuple(instruments or sorted({instrument_of(note) for note in found}))
    place = {name: index for index, name in enumerate(instruments)}
    pictures = torch.empty(len(found), 3, 128, n_bins, dtype=torch.float16)
    for start in tqdm(range(0, len(found), BATCH), desc="pictures", unit=" batches", mininterval=1):
        waves = np.stack([notes.read_wave(note) for note in found[start : start + BATCH]])
        waves *= notes.PEAK / np.abs(waves).max(axis=1, keepdims=True).clip(1e-6)
        spectrograms = spectrogram.waves_to_spectrograms(torch.from_numpy(waves), representation)
        pictures[start : start + BATCH] = spectrogram_to_picture(spectrograms, angle)
    return NotePictures(
        pictures,
        torch.tensor([note.pitch for note in found]),
        torch.tensor([place[instrument_of(note)] for note in found]),
        instruments,
        tuple(note.name for note in found),
    )


def instrument_of(note: notes.Note) -> str:
    """The name by which a note's instrument counts: with its velocity."""
    return f"{note.instrument}-{note.velocity:03d}"
