"""The four pictures of a sound: log magnitude, phase, unwrapped phase, instantaneous frequency, on an axis of octaves.

A picture's row stands for a stretch of the frequency axis, 1/32 octave high, and shows the one bin in it that has the
most energy over the whole sound: an average of phases would mean nothing. Where bins are wider than rows, several rows
show the same bin.
"""

from dataclasses import dataclass

import numpy as np
import torch

from core.audio.phase import frequency_hz, phase_to_instantaneous_frequency, unwrap
from core.audio.stft import BIN_HZ, N_BINS, SAMPLE_RATE, bin_frequencies_hz, stft

ROWS_PER_OCTAVE = 32
LOWEST_HZ = 31.25
N_ROWS = 8 * ROWS_PER_OCTAVE  # up to 8 kHz
QUIETEST_DB = -90.0

PITCH_RANGE_HZ = (30.0, 2000.0)
PITCH_TOLERANCE = 0.03
N_PARTIALS = 8
SHORTEST_TONE_S = 0.2
CLOCK_S = 0.5  # of the sound from which the cycles' pitch is taken
CLOCK_BEFORE_S = 0.19
TONE_SHARE = 0.35  # of the sound's energy that a tone's partials have at least


@dataclass(frozen=True)
class Pictures:
    """(rows, frames) each, the lowest frequency first. `level_db` is relative to the sound's loudest, from -90 to 0;
    `phase` and `unwrapped` in radians; `frequency` is the IF in units of π a frame; `bins` the bin each row shows."""

    level_db: np.ndarray
    phase: np.ndarray
    unwrapped: np.ndarray
    frequency: np.ndarray
    bins: np.ndarray


def draw(wave: np.ndarray) -> Pictures:
    """The pictures of (samples,) at 16 kHz."""
    spectrum = stft(torch.from_numpy(wave))
    bins = torch.from_numpy(rows_to_bins(spectrum.abs().square().sum(dim=0).numpy()))
    shown = spectrum[:, bins]  # (frames, rows)
    magnitudes, angles = shown.abs(), shown.angle()
    loudest = magnitudes.max().clamp_min(1e-9)
    level = 20 * torch.log10((magnitudes / loudest).clamp_min(10 ** (QUIETEST_DB / 20)))
    pictures = (level, angles, unwrap(angles), phase_to_instantaneous_frequency(angles))
    return Pictures(*(picture.T.numpy().astype(np.float32) for picture in pictures), bins.numpy())


def rows_to_bins(energy: np.ndarray) -> np.ndarray:
    """For each of the 256 rows the bin (0 to 1024) that it shows, given each bin's energy (1025,)."""
    edges = LOWEST_HZ * 2 ** ((np.arange(N_ROWS + 1) - 0.5) / ROWS_PER_OCTAVE) / BIN_HZ
    first, last = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)  # last excluded
    centre = np.round((edges[:-1] + edges[1:]) / 2).astype(int)
    loudest = [
        low + int(np.argmax(energy[low:high])) if high > low else middle
        for low, high, middle in zip(first, last, centre, strict=True)
    ]
    return np.minimum(loudest, N_BINS - 1)


def fundamental_hz(wave: np.ndarray, near_hz: float | None = None) -> float | None:
    """The pitch in Hz of the middle of a sound (samples,) at 16 kHz, or None where it has none.

    The instantaneous frequency of its first eight partials tells it to a cent or so, where one knows about where it is:
    `near_hz`, or else librosa's YIN (de Cheveigné and Kawahara 2002).
    """
    middle = np.ascontiguousarray(wave[int(0.2 * len(wave)) : int(0.8 * len(wave))])
    if len(middle) < SHORTEST_TONE_S * SAMPLE_RATE:
        return None
    near_hz = near_hz or _yin_hz(middle)
    spectrum = stft(torch.from_numpy(middle))[4:-3]  # whole frames only
    power = spectrum.abs().square().sum(dim=0)
    heard = frequency_hz(phase_to_instantaneous_frequency(spectrum.angle())[1:], bin_frequencies_hz())
    frequencies, weights = [], []
    for partial in range(1, min(N_PARTIALS, int(SAMPLE_RATE / 2 / near_hz) - 1) + 1):
        low, high = (round(partial * near_hz * (1 + side * PITCH_TOLERANCE) / BIN_HZ) for side in (-1, 1))
        loudest = low + int(power[low : high + 1].argmax())
        frequency = float(heard[:, loudest].median()) / partial
        if abs(frequency / near_hz - 1) < PITCH_TOLERANCE:
            frequencies.append(frequency)
            weights.append(float(power[max(loudest - 1, 0) : loudest + 2].sum()))
    if sum(weights) <= TONE_SHARE * float(power.sum()):
        return None
    return float(np.average(frequencies, weights=weights))


def clock(wave: np.ndarray, near_hz: float | None = None) -> tuple[float, float] | None:
    """(pitch in Hz, second from which on) by which the cycles of a sound are laid over one another, a third into it:
    its pitch there, so that a vibrato does not blur them. None where there is no pitch."""
    start_s = len(wave) / SAMPLE_RATE / 3
    first = max(0, round((start_s - CLOCK_BEFORE_S) * SAMPLE_RATE))
    pitch_hz = fundamental_hz(wave[first : first + round(CLOCK_S * SAMPLE_RATE)], near_hz)
    return (pitch_hz, start_s) if pitch_hz else None


def _yin_hz(wave: np.ndarray) -> float:
    import librosa  # slow to import

    low, high = PITCH_RANGE_HZ
    return float(np.median(librosa.yin(wave, fmin=low, fmax=high, sr=SAMPLE_RATE, frame_length=2048)))
