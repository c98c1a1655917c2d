"""The short-time Fourier transform of all sounds here: 16 kHz, frames of 2,048 samples, one every 512.

A wave is padded by 1,536 samples at either end, so that every sample lies in exactly four frames: the squared Hann
windows then add up to 1.5 everywhere, and the inverse needs no other division. A note of 64,000 samples (4 s) has 128
frames. Spectra are complex tensors (..., frames, 1025), referenced, as librosa's, to the start of each frame.
"""

import functools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

SAMPLE_RATE = 16_000
N_FFT = 2_048
HOP_LENGTH = 512
N_BINS = N_FFT // 2 + 1
BIN_HZ = SAMPLE_RATE / N_FFT
FRAME_HZ = SAMPLE_RATE / HOP_LENGTH  # 31.25 frames a second
PADDING = N_FFT - HOP_LENGTH
WINDOW_POWER = 1.5  # sum of the squared periodic Hann windows over one sample


def n_frames_of(n_samples: int) -> int:
    """How many frames the STFT of so many samples has."""
    return math.ceil(n_samples / HOP_LENGTH) + N_FFT // HOP_LENGTH - 1


def n_samples_of(n_frames: int) -> int:
    """How many samples so many frames give back: a multiple of the hop length."""
    return (n_frames - N_FFT // HOP_LENGTH + 1) * HOP_LENGTH


def stft(waves: Tensor) -> Tensor:
    """Real (..., samples) to complex (..., frames, 1025). What lacks to a whole hop is silence."""
    n_frames = n_frames_of(waves.shape[-1])
    after = (n_frames - 1) * HOP_LENGTH + N_FFT - PADDING - waves.shape[-1]
    frames = F.pad(waves, (PADDING, after)).unfold(-1, N_FFT, HOP_LENGTH)  # (..., frames, 2048)
    return torch.fft.rfft(frames * _window(waves.dtype, waves.device))


def istft(spectra: Tensor) -> Tensor:
    """Complex (..., frames, 1025) to real (..., 512 · (frames - 3)): the inverse of `stft`, and for a spectrum that no
    wave has, the wave whose STFT is nearest in the least squares (Griffin and Lim 1984)."""
    frames = torch.fft.irfft(spectra, n=N_FFT)
    frames = frames * (_window(frames.dtype, frames.device) / WINDOW_POWER)
    overlap = N_FFT // HOP_LENGTH
    hops = frames.unflatten(-1, (overlap, HOP_LENGTH))  # (..., frames, 4, 512)
    n_hops = frames.shape[-2] - overlap + 1
    parts = [hops[..., overlap - 1 - i : overlap - 1 - i + n_hops, i, :] for i in range(overlap)]
    return torch.stack(parts).sum(dim=0).flatten(-2)


def bin_frequencies_hz(device: torch.device | None = None) -> Tensor:
    """The centres of the 1,025 bins in Hz."""
    return torch.arange(N_BINS, device=device) * BIN_HZ


def centre_signs(n_bins: int, first: int = 0, device: torch.device | None = None) -> Tensor:
    """(-1)^k for bins k from `first` on: moves the phase's reference from a frame's start to its middle, and back."""
    signs = torch.ones(n_bins, device=device)
    signs[1 - first % 2 :: 2] = -1
    return signs


@functools.cache
def _window(dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.hann_window(N_FFT, periodic=True, dtype=dtype, device=device)
