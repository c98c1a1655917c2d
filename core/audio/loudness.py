"""Loudness as ears judge it (ITU-R BS.1770-4), so that sounds are compared and not their volumes."""

import math
import warnings
from collections.abc import Sequence

import numpy as np
import pyloudnorm

from core.audio.stft import SAMPLE_RATE

BLOCK_S = 0.4
WANTED_LUFS = -16.0
HIGHEST_PEAK = 0.97


def loudness_lufs(wave: np.ndarray) -> float:
    """Integrated loudness of (samples,) at 16 kHz in LUFS; minus infinity for silence. What is shorter than one gating
    block of 0.4 s is measured as if silence came after it."""
    n_block = math.ceil(BLOCK_S * SAMPLE_RATE)
    padded = np.pad(wave, (0, max(0, n_block - len(wave)))).astype(np.float64)
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # means of no block where all is below the gate
        return float(pyloudnorm.Meter(SAMPLE_RATE, block_size=BLOCK_S).integrated_loudness(padded))


def common_loudness(waves: Sequence[np.ndarray]) -> float:
    """The loudness in LUFS to which all of these can be brought without clipping: at most -16."""
    return min([WANTED_LUFS, *(loudness_lufs(wave) + headroom_db(wave) for wave in waves if wave.any())])


def headroom_db(wave: np.ndarray) -> float:
    """By how many dB (samples,) can be raised before its peak reaches 0.97."""
    return 20 * math.log10(HIGHEST_PEAK / float(np.abs(wave).max()))


def bring_to(wave: np.ndarray, wanted_lufs: float) -> np.ndarray:
    """A wave at the wanted loudness, quieter where it would clip otherwise; silence stays as it is."""
    if not np.abs(wave).max() > 0:
        return wave
    gain_db = min(wanted_lufs - loudness_lufs(wave), headroom_db(wave))
    return (wave * 10 ** (gain_db / 20)).astype(np.float32)
