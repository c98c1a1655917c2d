"""Sounds on their way to the browser."""

import io

import numpy as np
import soundfile

from core.audio.stft import SAMPLE_RATE
from demos import calls


def flac(wave: np.ndarray) -> bytes:
    """(samples,) within -1..1 as FLAC of 16 bits: half of what the samples are."""
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def encoded(wave: np.ndarray) -> str:
    """`flac`, in base64."""
    return calls.packed(flac(wave))
