"""Sounds as pictures and back: log magnitude and instantaneous frequency, in linear bins or in mel bands.

A spectrogram is (batch, 2, frames, bins). Channel 0 is the natural logarithm of the STFT's magnitude plus `FLOOR`,
scaled so that -1 is silence and 1 the most that a wave within -1..1 can have; channel 1 is the instantaneous frequency
in units of π a frame, from -1 to 1 (core.audio.phase). Frames and bins are those of core.audio.stft: a note of 64,000
samples gives 128 frames.

`LINEAR` keeps all 1,025 bins and loses nothing. `PAPER_LINEAR` and `PAPER_MEL` are those of GANSynth (Engel et al.
2019, arXiv 1902.08710): 1,024 bins without the lowest (0 Hz), and the same bins gathered into 1,024 mel bands, power
and unwrapped phase apart. They are there as the reference: neighbouring bins of one partial differ by π when the phase
is referenced to the start of the frame, and the mean of unwrapped phases mixes unrelated whole turns, so the paper's
mel spectrogram does not come back. `COMPLEX_MEL_1024`, `_512` and `_256` reference the phase to the middle of the
frame, gather the complex STFT into bands, and come back by the pseudo-inverse.
"""

import functools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from core.audio import phase
from core.audio.stft import N_BINS, N_FFT, SAMPLE_RATE, centre_signs, istft, n_samples_of, stft

FLOOR = 1e-3  # of magnitudes that reach N_FFT / 2: -120 dB
LOUDEST = N_FFT / 2  # |STFT| of a wave within -1..1 is at most the sum of the Hann window
MEL_BREAK_HZ = 700.0
NARROWEST_BAND = 1.5  # bins on either side of a band's centre
PSEUDO_INVERSE_CUTOFF = 1e-2  # of the largest singular value

Bands = Literal["linear", "paper_mel", "complex_mel"]


@dataclass(frozen=True)
class Representation:
    """A way to write a sound as a picture: `bands` says how the bins are gathered, into `n_bins`; linear bins may keep
    the one at 0 Hz (`keeps_dc`)."""

    bands: Bands
    n_bins: int
    keeps_dc: bool = False


LINEAR = Representation("linear", N_BINS, keeps_dc=True)
PAPER_LINEAR = Representation("linear", N_BINS - 1)
PAPER_MEL = Representation("paper_mel", 1024)
COMPLEX_MEL_1024 = Representation("complex_mel", 1024)
COMPLEX_MEL_512 = Representation("complex_mel", 512)
COMPLEX_MEL_256 = Representation("complex_mel", 256)


def waves_to_spectrograms(waves: np.ndarray | Tensor, representation: Representation) -> np.ndarray | Tensor:
    """(batch, samples) at 16 kHz, within -1..1, to (batch, 2, frames, bins); what lacks to a whole hop is silence.

    NumPy gives NumPy, a tensor a tensor on its own device. Raises ValueError for another shape, for no samples, and
    for values that are not finite.
    """
    if isinstance(waves, np.ndarray):
        tensor = torch.from_numpy(np.ascontiguousarray(waves, dtype=np.float32))
        return waves_to_spectrograms(tensor, representation).numpy()
    if waves.ndim != 2 or not waves.shape[1]:
        raise ValueError(f"waves of shape {tuple(waves.shape)}, wanted (batch, samples)")
    if not torch.isfinite(waves).all():
        raise ValueError("waves with values that are not finite")
    spectra = stft(waves.float())
    if representation.bands == "paper_mel":
        return _paper_mel(spectra[..., 1:])
    if representation.bands == "complex_mel":
        spectra = _times(_centred(spectra[..., 1:]), _mel(representation.n_bins, spectra.device))
    elif not representation.keeps_dc:
        spectra = spectra[..., 1:]
    frequency = phase.phase_to_instantaneous_frequency(spectra.angle())
    return torch.stack([magnitude_to_level(spectra.abs()), frequency], dim=1)  # (batch, 2, frames, bins)


def spectrograms_to_waves(spectrograms: np.ndarray | Tensor, representation: Representation) -> np.ndarray | Tensor:
    """(batch, 2, frames, bins) to (batch, 512 · (frames - 3)): 64,000 samples of 128 frames.

    NumPy gives NumPy, a tensor a tensor on its own device. Raises ValueError for another shape.
    """
    if isinstance(spectrograms, np.ndarray):
        tensor = torch.from_numpy(np.ascontiguousarray(spectrograms, dtype=np.float32))
        return spectrograms_to_waves(tensor, representation).numpy()
    n_frames = spectrograms.shape[2] if spectrograms.ndim == 4 else 0
    if spectrograms.shape[1:] != (2, n_frames, representation.n_bins) or n_samples_of(n_frames) < 1:
        wanted = f"(batch, 2, 4 or more, {representation.n_bins})"
        raise ValueError(f"spectrograms of shape {tuple(spectrograms.shape)}, wanted {wanted}")
    level, frequency = spectrograms.float().unbind(dim=1)
    magnitudes, angles = level_to_magnitude(level), phase.instantaneous_frequency_to_phase(frequency)
    if representation.bands == "paper_mel":
        spectra = _paper_mel_back(level, angles)
    else:
        spectra = torch.polar(magnitudes, phase.wrap(angles).float())
    if representation.bands == "complex_mel":
        spectra = _centred(_times(spectra, _mel_back(representation.n_bins, spectra.device)))
    if not representation.keeps_dc:
        spectra = torch.nn.functional.pad(spectra, (1, 0))
    return istft(spectra)


def magnitude_to_level(magnitudes: Tensor) -> Tensor:
    """STFT magnitudes to channel 0: -1 for silence, 1 for the loudest there can be."""
    low, high = math.log(FLOOR), math.log(LOUDEST + FLOOR)
    return (torch.log(magnitudes + FLOOR) - low) * (2 / (high - low)) - 1


def level_to_magnitude(level: Tensor) -> Tensor:
    """Channel 0 to STFT magnitudes, never below 0."""
    low, high = math.log(FLOOR), math.log(LOUDEST + FLOOR)
    return (torch.exp((level + 1) * ((high - low) / 2) + low) - FLOOR).clamp_min(0)


def mel_matrix(n_bands: int) -> np.ndarray:
    """Triangular mel bands over the bins without the lowest, (1024, bands), as in GANSynth: from 0 Hz to 8 kHz, with a
    break at 700 Hz, evenly spaced in log(1 + f / 700), none narrower than 1.5 bins on either side. Columns sum to 1."""
    frequencies = np.arange(1, N_BINS) * SAMPLE_RATE / N_FFT
    top = np.log1p(SAMPLE_RATE / 2 / MEL_BREAK_HZ)
    edges = MEL_BREAK_HZ * np.expm1(np.linspace(0, top, n_bands + 2))
    narrowest = NARROWEST_BAND * SAMPLE_RATE / N_FFT
    centre = edges[1:-1]
    low, high = np.minimum(edges[:-2], centre - narrowest), np.maximum(edges[2:], centre + narrowest)
    rising = (frequencies[:, None] - low) / (centre - low)
    falling = (high - frequencies[:, None]) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling))  # (1024, bands)
    return triangles / triangles.sum(axis=0)


@functools.cache
def _mel(n_bands: int, device: torch.device) -> Tensor:
    return torch.from_numpy(mel_matrix(n_bands)).float().to(device)


@functools.cache
def _mel_back(n_bands: int, device: torch.device) -> Tensor:
    """The pseudo-inverse, (bands, 1024)."""
    return torch.from_numpy(np.linalg.pinv(mel_matrix(n_bands), rcond=PSEUDO_INVERSE_CUTOFF)).float().to(device)


@functools.cache
def _paper_mel_back_matrix(device: torch.device) -> Tensor:
    """The transpose, each band over the sum of its products with all bands: the paper's inverse, (bands, 1024)."""
    matrix = mel_matrix(PAPER_MEL.n_bins)
    sums = (matrix @ matrix.T).sum(axis=0)  # (1024,), 0 for 8 kHz, which no band reaches
    return torch.from_numpy((matrix / np.where(sums > 1e-8, sums, 1)[:, None]).T.copy()).float().to(device)


def _centred(spectra: Tensor) -> Tensor:
    return spectra * centre_signs(N_BINS - 1, first=1, device=spectra.device)


def _times(spectra: Tensor, matrix: Tensor) -> Tensor:
    """A complex (..., a) times a real (a, b): complex (..., b), by one multiplication."""
    real, imaginary = torch.stack([spectra.real, spectra.imag]) @ matrix
    return torch.complex(real, imaginary)


def _paper_mel(spectra: Tensor) -> Tensor:
    matrix = _mel(PAPER_MEL.n_bins, spectra.device)
    power = spectra.abs().square() @ matrix
    angles = phase.unwrap(spectra.angle()) @ matrix.double()
    frequency = phase.phase_to_instantaneous_frequency(angles).float()
    return torch.stack([magnitude_to_level(power.sqrt()), frequency], dim=1)


def _paper_mel_back(level: Tensor, angles: Tensor) -> Tensor:
    matrix = _paper_mel_back_matrix(level.device)
    power = (level_to_magnitude(level).square() @ matrix).clamp_min(0)
    return torch.polar(power.sqrt(), phase.wrap(angles @ matrix.double()).float())
