"""Faces from latents: what truncation does, what is refused, and the command."""

import numpy as np
import pytest
import torch
from PIL import Image

from core import precision, weights
from core.faces import data, sample, train


@pytest.fixture
def folder(small_generator, small_discriminator, portraits_folder, tmp_path):
    config = train.Config(n_steps=20, batch=4, generator=small_generator, discriminator=small_discriminator)
    train.Run(config, data.load("train", 16), torch.device("cpu")).save_weights(tmp_path / "weights")
    return tmp_path / "weights"


@pytest.fixture
def model(folder):
    return sample.load_from(folder)


@pytest.fixture
def latents():
    return np.random.default_rng(0).standard_normal((8, 6))


def test_truncation_draws_faces_together(model, latents):
    spread = [model.faces(latents, truncation).astype(float).std(axis=0).mean() for truncation in (0.0, 0.5, 1.0)]
    assert spread[0] < 0.5
    assert spread[0] < spread[1] < spread[2]


def test_the_same_latent_gives_the_same_face(model, latents):
    alone, among = model.faces(latents[3:4]), model.faces(latents)[3:4]
    assert np.abs(alone.astype(int) - among).max() <= 2  # bfloat16 rounds
    assert model.faces(latents).dtype == np.uint8


def test_what_is_shown_is_the_second_painting_and_its_change_is_told(model, latents, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: False)
    pictures, changes = model.faces_and_changes(latents)
    with torch.inference_mode():
        first = model.generator(torch.from_numpy(latents).float())
        second = model.generator.from_places(model.encoder(first)[0])
    assert np.array_equal(pictures, data.to_bytes(second).permute(0, 2, 3, 1).numpy())
    assert changes == pytest.approx((127.5 * (first - second)).abs().mean(dim=(1, 2, 3)).numpy(), rel=1e-4)


def test_bfloat16_changes_hardly_anything(model, latents, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: False)
    exact = model.faces(latents).astype(int)
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: True)
    assert np.abs(model.faces(latents) - exact).mean() < 2


@pytest.mark.parametrize("wrong", [np.zeros(6), np.zeros((1, 5)), np.full((1, 6), np.nan)])
def test_wrong_latents_are_refused(model, wrong):
    with pytest.raises(ValueError, match="wanted finite"):
        model.faces(wrong)


def test_realness_is_one_number_a_picture_and_the_same_in_company(model, latents):
    images = model.faces(latents)
    logits = model.realness(images)
    assert logits.shape == (8,)
    assert model.realness(images[2:3])[0] == pytest.approx(logits[2], abs=1e-4)


@pytest.mark.parametrize("wrong", [np.zeros((1, 16, 16, 3)), np.zeros((1, 8, 8, 3), np.uint8), np.zeros((16, 16, 3))])
def test_wrong_pictures_are_refused(model, wrong):
    with pytest.raises(ValueError, match="wanted"):
        model.realness(wrong)


def test_realness_by_patch_is_what_realness_averages(model, latents):
    images = model.faces(latents)
    patches = model.realness_by_patch(images)
    assert patches.shape == (8, 4, 4)
    assert patches.mean(axis=(1, 2)) == pytest.approx(model.realness(images))


def test_a_patch_speaks_for_its_own_corner(model, latents):
    images = model.faces(latents[:1])
    changed = images.copy()
    changed[:, :3, :3] = 255 - changed[:, :3, :3]
    moved = np.abs(model.realness_by_patch(changed) - model.realness_by_patch(images))[0]
    assert moved[0, 0] > moved[3, 3]


def test_a_walk_begins_and_ends_at_its_ends(model, latents):
    way = model.walk(latents[0], latents[1], 5, truncation=0.8)
    assert way.shape == (5, 16, 16, 3)
    ends = model.faces(latents[:2], 0.8)
    assert np.abs(way[[0, -1]].astype(int) - ends).max() <= 3  # bfloat16 rounds
    assert not np.array_equal(way[2], way[0])


def test_weights_of_something_else_are_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "discriminator", tmp_path / "encoder"):
        weights.save_weights(folder, {"x": torch.zeros(2)}, {"network": {}})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        sample.load_from(tmp_path)


def test_the_command_writes_a_sheet(folder, tmp_path, capsys):
    out = tmp_path / "faces.png"
    assert sample.main(["--count", "9", "--weights", str(folder), "--out", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (48, 48)
    assert sample.main(["--weights", str(tmp_path / "nothing"), "--out", str(out)]) == 1
    assert "not there" in capsys.readouterr().err
