"""Notes from latents, by a generator of random weights and from files."""

import numpy as np
import pytest
import torch

from core import weights
from core.gansynth import synthesize
from core.gansynth.model import Generator


@pytest.fixture
def model(small_generator):
    torch.manual_seed(0)
    return synthesize.GanSynth(Generator(small_generator), ["flute-100"], np.zeros((1, 4), np.float32))


def test_notes_are_four_seconds_that_begin_and_end_in_silence_without_a_click(model):
    waves = model.notes(np.random.default_rng(0).standard_normal((3, 4)), np.array([24, 60, 84]))
    assert waves.shape == (3, 64000)
    assert waves.dtype == np.float32
    assert np.abs(waves).max(axis=1) == pytest.approx(0.9, abs=0.01)
    assert np.abs(waves.mean(axis=1)).max() < 1e-3
    assert np.abs(waves[:, -1]).max() == 0


def test_the_same_latent_is_the_same_note_alone_or_in_company(model):
    latents = np.random.default_rng(0).standard_normal((2, 4))
    together = model.notes(latents, np.array([48, 72]))
    assert np.allclose(together[1], model.notes(latents[1:], np.array([72]))[0], atol=1e-3)


def test_nothing_asked_nothing_given(model):
    assert model.notes(np.zeros((0, 4)), np.zeros(0, int)).shape == (0, 64000)


@pytest.mark.parametrize(
    ("latents", "pitches", "message"),
    [
        (np.zeros((1, 5)), np.array([60]), "latents of shape"),
        (np.zeros(4), np.array([60]), "latents of shape"),
        (np.full((1, 4), np.nan), np.array([60]), "latents of shape"),
        (np.zeros((2, 4)), np.array([60]), "pitches of shape"),
        (np.zeros((1, 4)), np.array([60.5]), "pitches of shape"),
        (np.zeros((1, 4)), np.array([23]), "pitches from 23"),
        (np.zeros((1, 4)), np.array([85]), "to 85"),
    ],
)
def test_what_cannot_be_played_is_refused(model, latents, pitches, message):
    with pytest.raises(ValueError, match=message):
        model.notes(latents, pitches)


def test_files_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"a": torch.zeros(1)}, {"generator": {}})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold a GANSynth"):
        synthesize.load_from(tmp_path)


def test_without_weights_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(synthesize, "FOLDER", tmp_path / "nowhere")
    assert synthesize.main(["--out", str(tmp_path / "note.wav")]) == 1
    assert "is not there" in capsys.readouterr().err
