"""Sound files that people bring, of any rate, depth and number of channels: in memory, to 16 kHz mono."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from core.audio.stft import SAMPLE_RATE

LARGEST_FILE = 10_000_000  # bytes
LONGEST_S = 20.0
SHORTEST_S = 0.05
LOWEST_RATE, HIGHEST_RATE = 2_000, 192_000
MOST_CHANNELS = 8
SILENT = 1e-4
N_BLOCK = 65_536  # samples read at a time


class SoundError(ValueError):
    """A file that cannot be used; `reason` is too_large, unreadable, too_short, silent or not_finite."""

    def __init__(self, reason: str, details: str) -> None:
        super().__init__(f"{reason}: {details}")
        self.reason = reason


@dataclass(frozen=True)
class Recording:
    """`samples` (n,) float32 at 16 kHz within -1..1; `given_s` is how long the file was, of which 20 s are kept."""

    samples: np.ndarray
    given_s: float

    @property
    def is_cut(self) -> bool:
        return self.given_s > LONGEST_S


def decode(data: bytes) -> Recording:
    """A WAV, FLAC, MP3 or Ogg file: channels averaged, resampled to 16 kHz, at most the first 20 s. Louder than 1, as
    files of floats can be, is brought down to 1. Raises SoundError."""
    if len(data) > LARGEST_FILE:
        raise SoundError("too_large", f"{len(data)} bytes, at most {LARGEST_FILE}")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE or file.channels > MOST_CHANNELS:
                raise SoundError("unreadable", f"{file.channels} channels at {file.samplerate} Hz")
            rate, given_s = file.samplerate, file.frames / file.samplerate
            samples = _read_mono(file, int(LONGEST_S * rate))
    except (soundfile.SoundFileError, RuntimeError, OSError) as error:
        raise SoundError("unreadable", str(error)) from error
    if not np.isfinite(samples).all():
        raise SoundError("not_finite", "values that are not finite")
    samples = soxr.resample(samples, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else samples
    if len(samples) < SHORTEST_S * SAMPLE_RATE:
        raise SoundError("too_short", f"{len(samples) / SAMPLE_RATE:.3f} s, at least {SHORTEST_S} s")
    peak = float(np.abs(samples).max())
    if peak < SILENT:
        raise SoundError("silent", f"peak {peak:.2g}")
    return Recording(samples / np.float32(max(peak, 1.0)), given_s)


def _read_mono(file: soundfile.SoundFile, n_wanted: int) -> np.ndarray:
    """At most so many samples (n,), the mean of the channels, block by block: a file of eight channels stays small."""
    blocks = [np.zeros(0, np.float32)]
    while n_wanted:
        block = file.read(min(n_wanted, N_BLOCK), dtype="float32", always_2d=True)
        if not len(block):
            break
        blocks.append(block.mean(axis=1))
        n_wanted -= len(block)
    return np.concatenate(blocks)


def read(path: Path) -> Recording:
    """`decode` for a file on the disk."""
    return decode(path.read_bytes())
