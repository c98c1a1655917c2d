"""One sound with its magnitudes kept and its phase taken from elsewhere: what the tab of phase lets one hear.

All at one loudness. `true` is the sound itself, `from_if` the sound written as `LINEAR` spectrogram and read back.
"""

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.audio import phase
from core.audio.loudness import bring_to, common_loudness
from core.audio.spectrogram import LINEAR, spectrograms_to_waves, waves_to_spectrograms
from core.audio.stft import istft, stft

VARIANTS = ("true", "random", "zero", "griffin_lim", "from_if")
NOISY = {"true": phase.noise_on_phase, "from_if": phase.noise_on_instantaneous_frequency}
"""To which variants noise can be added, and how: to the phase itself, or to the instantaneous frequency."""

SEED = 7


class Variants:
    """The variants of one sound, (samples,) at 16 kHz within -1..1, made when they are asked for."""

    def __init__(self, wave: np.ndarray) -> None:
        self.wave = np.asarray(wave, np.float32)

    def make(self, variant: str, noise: float = 0.0) -> np.ndarray:
        """(samples,) float32 at the common loudness. `noise` from 0 to 1 only where NOISY has the variant; at 1 nothing
        of the phase is left. Raises ValueError for an unknown variant, or noise where there can be none."""
        if variant not in VARIANTS or not 0 <= noise <= 1 or (noise and variant not in NOISY):
            raise ValueError(f"{variant} with noise {noise}")
        raw = self._noisy(variant, noise) if noise else self._raw(variant)
        return bring_to(raw, self.loudness_lufs)

    @cached_property
    def loudness_lufs(self) -> float:
        """To which all variants are brought: the loudest that none of those quickly made is clipped by."""
        return common_loudness([self._raw(variant) for variant in ("true", "random", "zero")])

    @property
    def _spectrum(self) -> Tensor:
        return stft(torch.from_numpy(self.wave))

    def _raw(self, variant: str) -> np.ndarray:
        if variant == "true":
            return self.wave
        if variant == "from_if":
            return self._cut(spectrograms_to_waves(waves_to_spectrograms(self.wave[None], LINEAR), LINEAR)[0])
        if variant == "griffin_lim":
            return self._cut(phase.griffin_lim(self._spectrum.abs(), SEED).numpy())
        changed = phase.zero_phase(self._spectrum) if variant == "zero" else phase.random_phase(self._spectrum, SEED)
        return self._cut(istft(changed).numpy())

    def _noisy(self, variant: str, noise: float) -> np.ndarray:
        return self._cut(istft(NOISY[variant](self._spectrum, noise, SEED)).numpy())

    def _cut(self, wave: np.ndarray) -> np.ndarray:
        return wave[: len(self.wave)]
