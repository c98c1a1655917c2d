"""Sounds on their way to the browser."""

import io

import numpy as np
import soundfile

from core.audio.stft import SAMPLE_RATE
from demos import calls


def encoded(wave: np.ndarray) -> str:
    """(samples,) within -1..1 as FLAC of 16 bits, in base64: half of what the samples are."""
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return calls.packed(np.frombuffer(buffer.getvalue(), np.uint8))
