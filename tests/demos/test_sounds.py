"""A sound on its way to the browser keeps its samples."""

import base64
import io

import numpy as np
import pytest
import soundfile

from demos import sounds


def test_a_wave_comes_back_to_16_bits():
    wave = np.sin(np.arange(8000) / 5).astype(np.float32) * 0.9
    back, rate = soundfile.read(io.BytesIO(base64.b64decode(sounds.encoded(wave))), dtype="float32")
    assert rate == 16_000
    assert back == pytest.approx(wave, abs=2 / 32768)
