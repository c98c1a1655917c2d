"""The classifier's size, its constants by measuring them, its weights there and back."""

from dataclasses import asdict

import pytest
import torch

from core import weights
from core.digits.model import PIXEL_MEAN, PIXEL_STD, ClassifierConfig, DigitClassifier


@pytest.fixture
def model():
    torch.manual_seed(0)
    model = DigitClassifier(ClassifierConfig())
    model(torch.rand(64, 28, 28))  # statistics of batch normalisation that are not those of the start
    return model.eval()


@pytest.mark.parametrize("batch", [0, 1, 5])
def test_ten_logits_for_each_picture(model, batch):
    assert model(torch.rand(batch, 28, 28)).shape == (batch, 10)


def test_half_precision_is_below_a_megabyte(model):
    assert 2 * sum(tensor.numel() for tensor in model.state_dict().values()) < 1_000_000


def test_pictures_do_not_see_each_other(model):
    images = torch.rand(6, 28, 28)
    torch.testing.assert_close(model(images)[2:3], model(images[2:3]), atol=1e-5, rtol=1e-4)


def test_pixel_statistics_are_those_of_the_training_digits(mnist):
    pixels = torch.from_numpy(mnist.train.images).float() / 255
    assert pixels.mean().item() == pytest.approx(PIXEL_MEAN, abs=1e-4)
    assert pixels.std().item() == pytest.approx(PIXEL_STD, abs=1e-4)


def test_saved_model_answers_as_its_half_precision_self(model, tmp_path):
    weights.save_weights(tmp_path / "digits", model.state_dict(), asdict(ClassifierConfig()))
    tensors, config = weights.load_weights(tmp_path / "digits")
    del config["sha256"]
    again = DigitClassifier(ClassifierConfig(**config)).eval()
    again.load_state_dict(tensors)
    images = torch.rand(4, 28, 28)
    assert torch.equal(again(images), model.half().float()(images))
    assert not torch.equal(again(images), DigitClassifier(ClassifierConfig()).eval()(images))
