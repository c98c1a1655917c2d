"""Forged digits from latents: what is refused, and the command."""

import numpy as np
import pytest
import torch
from PIL import Image

from core import weights
from core.forgery import forge


@pytest.fixture(scope="module")
def forger(trained):
    return forge.load_from(trained / "forger" / "weights")


@pytest.fixture
def latents():
    return np.random.default_rng(0).standard_normal((10, 8))


def test_the_same_latent_gives_the_same_forgery_and_moments_differ(forger, latents):
    digits = np.arange(10)
    last = forger.digits(latents, digits)
    assert last.shape == (10, 28, 28)
    assert last.dtype == np.uint8
    assert np.array_equal(last[3:4], forger.digits(latents[3:4], digits[3:4]))
    assert np.array_equal(last, forger.digits(latents, digits, len(forger.moments) - 1))
    assert not np.array_equal(last, forger.digits(latents, digits, 0))


@pytest.mark.parametrize("wrong", [np.zeros(8), np.zeros((2, 7)), np.full((2, 8), np.inf)])
def test_wrong_latents_are_refused(forger, wrong):
    with pytest.raises(ValueError, match="wanted finite"):
        forger.digits(wrong, np.zeros(2, int))


@pytest.mark.parametrize("wrong", [np.array([1]), np.array([0, 10]), np.array([0, -1]), np.array([0.5, 1])])
def test_wrong_digits_are_refused(forger, wrong):
    with pytest.raises(ValueError, match="0 to 9"):
        forger.digits(np.zeros((2, 8)), wrong)


def test_a_moment_that_is_not_there_is_refused(forger, latents):
    with pytest.raises(ValueError, match="moment"):
        forger.digits(latents, np.arange(10), len(forger.moments))


def test_weights_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"x": torch.zeros(2)}, {"network": {}, "moments": [1]})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        forge.load_from(tmp_path)


def test_the_command_writes_a_sheet(trained, tmp_path, capsys):
    out = tmp_path / "digits.png"
    folder = str(trained / "forger" / "weights")
    assert forge.main(["--rows", "2", "--weights", folder, "--out", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (280, 56)
    assert forge.main(["--weights", folder, "--moment", "99", "--out", str(out)]) == 1
    assert forge.main(["--weights", str(tmp_path / "nothing"), "--out", str(out)]) == 1
    assert "not there" in capsys.readouterr().err
