"""Small networks and a small set of notes, all made here."""

import json

import numpy as np
import pytest
import scipy.io.wavfile

from core.audio.notes import SAMPLE_RATE, pitch_to_hz, to_int16
from core.gansynth.model import DiscriminatorConfig, GeneratorConfig

SMALL_GENERATOR = GeneratorConfig(
    n_bins=256, latent_size=4, widths=(16, 16, 16, 16, 24, 24), n_blocks=(1, 1, 1, 1, 1, 1), style_size=16
)
SMALL_DISCRIMINATOR = DiscriminatorConfig(n_bins=256, channels=(4, 8, 8, 8), projection_size=8)


def tone(pitch: int, n_partials: int) -> np.ndarray:
    """Three held seconds of a steady sound and a fourth in which it dies."""
    seconds = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * k * pitch_to_hz(pitch) * seconds) / k for k in range(1, n_partials + 1))
    return (0.9 * wave / np.abs(wave).max() * np.clip((3.5 - seconds) / 0.5, 0, 1)).astype(np.float32)


@pytest.fixture(scope="session")
def notes_folder(tmp_path_factory):
    """NSynth's format: two instruments, pitches 48 to 67; the flute is equally loud whatever its velocity."""
    folder = tmp_path_factory.mktemp("notes")
    (folder / "audio").mkdir()
    examples = {}
    for instrument, n_partials in (("flute", {50: 1, 100: 1}), ("reed", {50: 3, 100: 9})):
        for pitch in range(48, 68):
            for velocity, n in n_partials.items():
                name = f"{instrument}-{pitch:03d}-{velocity:03d}"
                wave = tone(pitch, n) * (velocity / 100)
                scipy.io.wavfile.write(folder / "audio" / f"{name}.wav", SAMPLE_RATE, to_int16(wave))
                examples[name] = {
                    "instrument_str": instrument,
                    "instrument_family_str": instrument,
                    "pitch": pitch,
                    "velocity": velocity,
                }
    (folder / "examples.json").write_text(json.dumps(examples))
    return folder


@pytest.fixture
def small_generator():
    return SMALL_GENERATOR


@pytest.fixture
def small_discriminator():
    return SMALL_DISCRIMINATOR
