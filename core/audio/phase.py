"""Phase, unwrapped phase and instantaneous frequency, and what becomes of a sound that loses them.

Angles are tensors (..., frames, bins) in radians. Instantaneous frequency (IF) is in units of π radians a frame, from
-1 to 1; frame 0 keeps the phase itself, so that the phase can be had back (Engel et al., GANSynth, arXiv 1902.08710,
section 2.1). A sine of f Hz has IF ((2 f / frames a second + 1) mod 2) - 1: what one can know who looks once a frame.
The whole turns between two looks are lost, and `frequency_hz` takes them from the bin.
"""

import math

import numpy as np
import torch
from torch import Tensor

from core.audio.stft import FRAME_HZ, HOP_LENGTH, N_BINS, N_FFT, PADDING, SAMPLE_RATE, centre_signs, n_samples_of

GRIFFIN_LIM_ITERATIONS = 32


def wrap(angle: Tensor) -> Tensor:
    """The same angles within -π and π."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi


def unwrap(phase: Tensor) -> Tensor:
    """The phase without jumps along the frames: neighbours differ by at most π. Summed in double precision."""
    steps = wrap(phase.double().diff(dim=-2))
    return torch.cat([phase[..., :1, :].double(), steps], dim=-2).cumsum(dim=-2)


def phase_to_instantaneous_frequency(phase: Tensor) -> Tensor:
    """(..., frames, bins) radians, wrapped or not, to the IF in units of π a frame, frame 0 the phase over π."""
    first = phase[..., :1, :]
    return torch.cat([wrap(first), wrap(phase.diff(dim=-2))], dim=-2) / math.pi


def instantaneous_frequency_to_phase(instantaneous_frequency: Tensor) -> Tensor:
    """The unwrapped phase in radians that has this IF, summed in double precision."""
    return math.pi * instantaneous_frequency.cumsum(dim=-2, dtype=torch.float64)


def sine_instantaneous_frequency(frequency_hz: float, frame_hz: float = FRAME_HZ) -> float:
    """The IF of a steady sine: how far its phase moves from frame to frame, in units of π, whole turns left out."""
    return (2 * frequency_hz / frame_hz + 1) % 2 - 1


def frequency_hz(instantaneous_frequency: Tensor, bin_hz: Tensor, frame_hz: float = FRAME_HZ) -> Tensor:
    """The frequency in Hz that an IF stands for: of all that agree with it, `frame_hz` apart, the nearest to the centre
    of its bin (the phase vocoder's; Flanagan and Golden 1966). Not for frame 0, which holds the phase."""
    from_centre = wrap(math.pi * instantaneous_frequency - 2 * math.pi * bin_hz / frame_hz)
    return bin_hz + from_centre * frame_hz / (2 * math.pi)


def zero_phase(spectrum: Tensor) -> Tensor:
    """The magnitudes of a complex STFT (..., frames, 1025), with every phase 0 at the middle of its frame."""
    return torch.complex(spectrum.abs() * centre_signs(N_BINS, device=spectrum.device), torch.zeros_like(spectrum.real))


def random_phase(spectrum: Tensor, seed: int) -> Tensor:
    """The magnitudes of a complex STFT with phases drawn evenly from the circle."""
    return noise_on_phase(spectrum.abs(), 1.0, seed)


def noise_on_phase(spectrum: Tensor, amount: float, seed: int) -> Tensor:
    """An STFT with each phase moved at random by up to `amount` half turns either way: 1 leaves nothing of it."""
    return torch.polar(spectrum.abs(), spectrum.angle() + math.pi * amount * _noise(spectrum, seed))


def noise_on_instantaneous_frequency(spectrum: Tensor, amount: float, seed: int) -> Tensor:
    """An STFT whose IF is moved at random by up to `amount` (units of π a frame) either way and summed up to a phase
    again: the errors of a bin add up, as those of a network that paints the IF would."""
    noise = phase_to_instantaneous_frequency(spectrum.angle()) + amount * _noise(spectrum, seed)
    return torch.polar(spectrum.abs(), wrap(instantaneous_frequency_to_phase(noise)).to(spectrum.real.dtype))


def griffin_lim(magnitudes: Tensor, seed: int, n_iterations: int = GRIFFIN_LIM_ITERATIONS) -> Tensor:
    """Waves (512 · (frames - 3),) for STFT magnitudes (frames, 1025): phases that agree with one another, found from
    random ones by librosa's fast Griffin-Lim (Griffin and Lim 1984; Perraudin, Balazs and Søndergaard 2013)."""
    import librosa  # slow to import, and not there where models are only trained

    length = (len(magnitudes) - 1) * HOP_LENGTH + N_FFT
    shape = {"n_iter": n_iterations, "hop_length": HOP_LENGTH, "n_fft": N_FFT, "length": length, "center": False}
    found = librosa.griffinlim(magnitudes.T.numpy(), random_state=seed, **shape)
    return torch.from_numpy(found[PADDING : PADDING + n_samples_of(len(magnitudes))])


def cycles(
    wave: np.ndarray, frequency_hz: float, start_s: float, n_cycles: int, span_s: float = 0.0, n_points: int = 96
) -> np.ndarray:
    """Cycles of a sound (samples,), cut by the clock of `frequency_hz` from `start_s` on: (n_cycles, n_points). They
    follow one another, or are spread evenly over `span_s` seconds with whole cycles left out between them.

    Laid over one another they coincide where the sound keeps time with that clock. Raises ValueError where the sound is
    too short for them.
    """
    period = SAMPLE_RATE / frequency_hz
    last = max(span_s * frequency_hz, n_cycles) - 1
    firsts = np.round(np.linspace(0, last, n_cycles))  # whole cycles
    places = start_s * SAMPLE_RATE + period * (firsts[:, None] + np.arange(n_points) / n_points)
    if places.max() > len(wave) - 1:
        raise ValueError(f"{n_cycles} cycles of {frequency_hz:g} Hz from {start_s:g} s on: the sound is too short")
    return np.interp(places, np.arange(len(wave)), wave).astype(np.float32)


def coherence(cut: np.ndarray) -> float:
    """How far cycles (n_cycles, n_points) coincide: the energy of their mean over their mean energy. 1 where all are
    alike, about 1 / n_cycles for noise, 0 for silence."""
    energy = float(np.square(cut, dtype=np.float64).mean())
    return float(np.square(cut.mean(axis=0, dtype=np.float64)).mean()) / energy if energy > 0 else 0.0


def _noise(spectrum: Tensor, seed: int) -> Tensor:
    """Even noise from -1 to 1 in the spectrum's shape, drawn on the CPU: a seed means the same on every device."""
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.rand(spectrum.shape, generator=generator) - 1).to(spectrum.device)
