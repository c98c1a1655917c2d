"""What the plain discriminator says, where it draws the line, and that it sees what people see."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from core import weights
from core.faces import data
from core.faces.present import softened
from core.faces.projected import judge
from core.faces.projected.model import Discriminator

HELD_OUT = list(np.linspace(-1, 3, 81))


@pytest.fixture
def folder(small_discriminator, tmp_path):
    torch.manual_seed(0)
    config = {"network": asdict(small_discriminator), "held_out_logits": HELD_OUT}
    weights.save_weights(tmp_path / "weights", Discriminator(small_discriminator).state_dict(), config)
    return tmp_path / "weights"


@pytest.fixture
def discriminator(folder):
    return judge.load_from(folder)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), dtype=np.uint8)


def test_the_line_is_where_it_would_reject_so_many_of_the_held_out(discriminator, images):
    assert np.mean(np.array(HELD_OUT) < discriminator.threshold) == pytest.approx(judge.REJECTED, abs=0.02)
    with torch.inference_mode():
        seen = data.to_signed(torch.from_numpy(softened(images)).permute(0, 3, 1, 2))
        raw = discriminator.discriminator(seen).mean(dim=(1, 2)).numpy()
    assert discriminator.realness(images) == pytest.approx(raw - discriminator.threshold, abs=1e-4)


def test_realness_is_one_number_a_picture_and_the_same_in_company(discriminator, images):
    logits = discriminator.realness(images)
    assert logits.shape == (8,)
    assert discriminator.realness(images[2:3])[0] == pytest.approx(logits[2], abs=1e-4)


@pytest.mark.parametrize("wrong", [np.zeros((1, 16, 16, 3)), np.zeros((1, 8, 8, 3), np.uint8), np.zeros((16, 16, 3))])
def test_wrong_pictures_are_refused(discriminator, wrong):
    with pytest.raises(ValueError, match="wanted"):
        discriminator.realness(wrong)


def test_realness_by_patch_is_what_realness_averages(discriminator, images):
    patches = discriminator.realness_by_patch(images)
    assert patches.shape == (8, 4, 4)
    assert patches.mean(axis=(1, 2)) == pytest.approx(discriminator.realness(images))


def test_a_patch_speaks_for_its_own_corner(discriminator, images):
    changed = images[:1].copy()
    changed[:, :3, :3] = 255 - changed[:, :3, :3]
    moved = np.abs(discriminator.realness_by_patch(changed) - discriminator.realness_by_patch(images[:1]))[0]
    assert moved[0, 0] > moved[3, 3]


def test_weights_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"x": torch.zeros(2)}, {"network": {}})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        judge.load_from(tmp_path)
