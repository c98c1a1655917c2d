"""What the page gets of a sound's pictures says what the core drew."""

import base64
import json

import numpy as np
import pytest

from core.audio import phase, pictures
from core.audio.stft import SAMPLE_RATE
from demos import spectrograms


def tone(frequency_hz, seconds=2.0):
    return (0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE)).astype("f4")


def unpacked(answer, name, dtype):
    return np.frombuffer(base64.b64decode(answer[name]), dtype).reshape(answer["rows"], -1)


def test_the_numbers_come_back():
    wave = tone(440) + 0.3 * tone(1234)
    drawn, answer = pictures.draw(wave), spectrograms.answer(wave)
    assert answer["frames"] == drawn.phase.shape[1]
    level = answer["quietestDb"] * (1 - unpacked(answer, "level", np.uint8) / 255)
    angles = unpacked(answer, "phase", "<i2") / 32767 * np.pi
    turns = unpacked(answer, "turns", "<i2")
    np.testing.assert_allclose(level, drawn.level_db, atol=0.2)
    np.testing.assert_allclose(angles, drawn.phase, atol=1e-3)
    np.testing.assert_allclose(angles + 2 * np.pi * turns, drawn.unwrapped, atol=2e-3)
    np.testing.assert_allclose(unpacked(answer, "frequency", "<i2") / 32767, drawn.frequency, atol=1e-4)
    assert unpacked(answer, "bins", "<i2")[:, 0].tolist() == drawn.bins.tolist()


def test_the_answer_is_plain_and_small():
    assert len(json.dumps(spectrograms.answer(tone(440, 4)))) < 400_000


def test_silence_has_pictures_too():
    answer = spectrograms.answer(np.zeros(16_000, np.float32))
    assert not unpacked(answer, "level", np.uint8).any()


def test_the_colours_of_angles_are_closed_circles_and_those_of_levels_rise():
    palettes = {
        name: np.frombuffer(base64.b64decode(colours), np.uint8).reshape(256, 3).astype(int)
        for name, colours in json.loads(spectrograms.palettes()).items()
    }
    assert palettes.keys() == {"level", "phase", "unwrapped", "frequency"}
    for name in ("phase", "frequency"):
        steps = np.abs(np.diff(palettes[name], axis=0)).max(axis=1)
        assert np.abs(palettes[name][0] - palettes[name][-1]).max() <= 2 * steps.max()
    luminance = palettes["level"] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > -1).all()


@pytest.mark.parametrize("kind", ["deutan", "protan"])
def test_half_a_turn_apart_stays_apart_without_red_or_green(kind):
    """Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: opposite speeds keep two colours."""
    matrices = {
        "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    }
    colours = np.frombuffer(base64.b64decode(json.loads(spectrograms.palettes())["frequency"]), np.uint8)
    linear = (colours.reshape(256, 3) / 255) ** 2.2
    seen = np.clip(linear @ np.array(matrices[kind]).T, 0, 1) ** (1 / 2.2) * 255
    assert np.linalg.norm(seen[:128] - seen[128:], axis=1).min() > 60


def test_cycles_are_cut_by_the_clock():
    wave = tone(220)
    answer = spectrograms.cycles(wave, (220.0, 0.5))
    cut = np.frombuffer(base64.b64decode(answer["cycles"]), np.int8).reshape(answer["nCycles"], -1)
    assert answer["coherence"] > 0.999
    assert np.abs(cut.astype(int) - cut[0]).max() <= 3
    expected = phase.cycles(wave, 220.0, 0.5, spectrograms.N_CYCLES, spectrograms.CYCLES_SPAN_S)
    np.testing.assert_allclose(cut / 127 * np.abs(expected).max(), expected, atol=0.01)


def test_without_a_clock_or_beyond_the_end_there_are_no_cycles():
    assert spectrograms.cycles(tone(220), None) == {}
    assert spectrograms.cycles(tone(220, 0.5), (220.0, 0.45)) == {}
