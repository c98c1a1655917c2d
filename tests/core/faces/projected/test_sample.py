"""Faces from latents: what truncation does, what is refused, and the command."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from PIL import Image

from core import precision, weights
from core.faces import sample as command
from core.faces.projected import sample
from core.faces.projected.model import Generator


@pytest.fixture
def folder(small_generator, tmp_path):
    torch.manual_seed(0)
    generator = Generator(small_generator)
    weights.save_weights(tmp_path / "weights", generator.state_dict(), {"network": asdict(small_generator)})
    return tmp_path / "weights"


@pytest.fixture
def model(folder):
    return sample.load_from(folder)


@pytest.fixture
def latents():
    return np.random.default_rng(0).standard_normal((8, 6))


def test_truncation_draws_faces_together(model, latents):
    spread = [model.faces(latents, truncation).astype(float).std(axis=0).mean() for truncation in (0.0, 0.5, 1.0)]
    assert spread[0] == 0
    assert spread[0] < spread[1] < spread[2]


def test_the_same_latent_gives_the_same_face(model, latents):
    alone, among = model.faces(latents[3:4]), model.faces(latents)[3:4]
    assert np.abs(alone.astype(int) - among).max() <= 2  # bfloat16 rounds
    assert model.faces(latents).dtype == np.uint8


def test_bfloat16_changes_hardly_anything(model, latents, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: False)
    exact = model.faces(latents).astype(int)
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: True)
    assert 0 < np.abs(model.faces(latents) - exact).mean() < 2


@pytest.mark.parametrize("wrong", [np.zeros(6), np.zeros((1, 5)), np.full((1, 6), np.nan)])
def test_wrong_latents_are_refused(model, wrong):
    with pytest.raises(ValueError, match="wanted finite"):
        model.faces(wrong)


def test_a_walk_begins_and_ends_at_its_ends(model, latents):
    way = model.walk(latents[0], latents[1], 5, truncation=0.8)
    assert way.shape == (5, 16, 16, 3)
    ends = model.faces(latents[:2], 0.8)
    assert np.abs(way[[0, -1]].astype(int) - ends).max() <= 3  # bfloat16 rounds
    assert not np.array_equal(way[2], way[0])


def test_weights_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"x": torch.zeros(2)}, {"network": {}})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        sample.load_from(tmp_path)


def test_the_command_writes_a_sheet(folder, tmp_path, capsys):
    out = tmp_path / "faces.png"
    assert command.main(["--count", "9", "--weights", str(folder), "--out", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (48, 48)
    assert command.main(["--weights", str(tmp_path / "nothing"), "--out", str(out)]) == 1
    assert "not there" in capsys.readouterr().err
