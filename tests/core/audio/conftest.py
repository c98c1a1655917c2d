"""A renderer, for the tests that need a soundfont: skipped without one, unless REQUIRE_RENDER=1."""

import os

import numpy as np
import pytest

from core.audio import files, notes

AUDIO = os.path.join(os.path.dirname(__file__), "..", "..", "..", "assets", "audio")


@pytest.fixture(scope="session")
def renderer():
    try:
        return notes.Renderer()
    except notes.CannotRenderError as error:
        if os.environ.get("REQUIRE_RENDER"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def shipped():
    """The notes in assets/audio by name, (64000,) each."""
    with_pitch = {name: f"{name}-{pitch}.flac" for name, (_, pitch) in notes.SHIPPED.items()}
    paths = {name: os.path.join(AUDIO, file) for name, file in with_pitch.items()}
    return {name: files.decode(open(path, "rb").read()).samples for name, path in paths.items()}


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def tone():
    """A function that makes (samples,) float32 of a sine at 16 kHz."""

    def make(frequency_hz, seconds=1.0, level=0.5, start=0.0):
        times = np.arange(round(seconds * 16_000)) / 16_000
        return (level * np.sin(2 * np.pi * frequency_hz * times + start)).astype(np.float32)

    return make
