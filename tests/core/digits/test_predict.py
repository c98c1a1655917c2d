"""The shipped classifier through its function and its command: good pictures in any dress, bad ones by name."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from core import weights
from core.digits import predict
from core.digits.data import enlarge
from core.digits.model import ClassifierConfig, DigitClassifier


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the shipped classifier that may be damaged."""
    shutil.copytree(predict.FOLDER, tmp_path / "digits")
    monkeypatch.setattr(predict, "FOLDER", tmp_path / "digits")
    predict._load.cache_clear()
    yield tmp_path / "digits"
    predict._load.cache_clear()


@pytest.fixture
def drawing(mnist):
    """The first test digit, a seven, as a drawing of 280 × 280."""
    return enlarge(mnist.test.images[0]).astype(np.uint8)


@pytest.fixture
def command(tmp_path, capsys):
    """A function that saves a picture, runs the command on it, and gives its status, its lines and its complaint."""

    def command(picture):
        picture.save(tmp_path / "picture.png")
        status = predict.main([str(tmp_path / "picture.png")])
        printed = capsys.readouterr()
        return status, printed.out.splitlines(), printed.err

    return command


def dressed(drawing):
    """The same ink bright on dark, dark on white, dark on nothing, and dark on nothing in grey with alpha."""
    transparent = np.zeros((280, 280, 4), np.uint8)
    transparent[..., 3] = drawing
    return {
        "bright on dark": Image.fromarray(drawing),
        "dark on white": Image.fromarray(255 - drawing).convert("RGB"),
        "dark on nothing": Image.fromarray(transparent),
        "grey with alpha": Image.fromarray(transparent).convert("LA"),
    }


def test_probabilities_are_those_of_the_softmax(mnist):
    images = mnist.test.images[:30] / 255
    found = predict.probabilities(images)
    assert found.shape == (30, 10)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    logits = predict.load()(torch.from_numpy(images).float()).double().numpy()
    np.testing.assert_allclose(found, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), atol=1e-5)


def test_no_images_have_no_probabilities():
    assert predict.probabilities(np.zeros((0, 28, 28))).shape == (0, 10)


def test_loaded_classifier_is_the_one_that_was_saved(folder):
    torch.manual_seed(0)
    saved = DigitClassifier(ClassifierConfig((4, 6, 8), dropout=0.1)).eval()
    weights.save_weights(folder, saved.state_dict(), {"channels": [4, 6, 8], "dropout": 0.1})
    images = torch.rand(5, 28, 28)
    assert torch.equal(predict.load()(images), saved.half().float()(images))
    assert predict.load() is predict.load()
    assert not any(parameter.requires_grad for parameter in predict.load().parameters())


@pytest.mark.parametrize(
    ("images", "complaint"),
    [
        (np.zeros((28, 28)), r"\(28, 28\)"),
        (np.zeros((1, 27, 28)), r"\(1, 27, 28\)"),
        (np.zeros((1, 1, 28, 28)), r"\(1, 1, 28, 28\)"),
        (np.full((1, 28, 28), np.nan), "nan"),
        (np.full((1, 28, 28), np.inf), "inf"),
        (np.full((1, 28, 28), -0.5), "from -0.5"),
        (np.full((1, 28, 28), 255), "to 255"),
    ],
)
def test_bad_images_are_named(images, complaint):
    with pytest.raises(ValueError, match=complaint):
        predict.probabilities(images)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_missing_weights_are_named(folder, command, drawing, name):
    (folder / name).unlink()
    with pytest.raises(weights.MissingWeightsError, match=name):
        predict.load()
    status, lines, complaint = command(Image.fromarray(drawing))
    assert (status, lines) == (1, [])
    assert name in complaint


def test_damaged_weights_are_named(folder):
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:-1])
    with pytest.raises(weights.DamagedWeightsError, match=r"model\.safetensors"):
        predict.load()


@pytest.mark.parametrize("wrong", [{"channels": [4, 6]}, {"channels": [4, 6, 8]}, {"layers": 3}])
def test_config_of_another_network_is_damage(folder, wrong):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | wrong))
    with pytest.raises(weights.DamagedWeightsError, match="digit classifier"):
        predict.load()


def test_picture_is_read_as_the_drawing_in_every_dress(drawing, tmp_path):
    for name, picture in dressed(drawing).items():
        picture.save(tmp_path / "picture.png")
        read = predict.read_picture(tmp_path / "picture.png")
        np.testing.assert_allclose(read.astype(int), drawing.astype(int), atol=1, err_msg=name)


def test_command_names_the_digit_in_every_dress(drawing, command):
    for picture in dressed(drawing).values():
        status, lines, _ = command(picture)
        assert status == 0
        assert lines[0].startswith("7 ")
        assert sorted(line[0] for line in lines) == list("0123456789")
        shares = [float(line[1:].rstrip("%")) for line in lines]
        assert shares == sorted(shares, reverse=True)


def test_too_large_a_picture_is_refused(command, monkeypatch):
    monkeypatch.setattr(predict, "LARGEST_PICTURE", 100)
    status, _, complaint = command(Image.new("L", (101, 1)))
    assert status == 1
    assert "100 pixels" in complaint


@pytest.mark.parametrize("paper", ["black", "white"])
def test_empty_picture_is_not_guessed_at(command, paper):
    status, lines, complaint = command(Image.new("RGB", (60, 40), paper))
    assert (status, lines) == (1, [])
    assert "nothing" in complaint


@pytest.mark.parametrize("content", [b"seven", b"", b"P5 2x 2 255 ", None])
def test_file_that_is_no_picture_is_named(content, tmp_path, capsys):
    path = tmp_path / "seven.png"
    if content is not None:
        path.write_bytes(content)
    assert predict.main([str(path)]) == 1
    assert "seven.png" in capsys.readouterr().err
