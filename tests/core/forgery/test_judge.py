"""What judges say, held to finite differences and to the digits that set their thresholds."""

import numpy as np
import pytest
import torch

from core import weights
from core.forgery import judge
from core.forgery.redraw import prepared


@pytest.fixture(scope="module")
def judges(trained):
    return judge.load_from(trained / "judges" / "weights")


@pytest.fixture(scope="module")
def setting(digits):
    """The digits that set the thresholds in `trained`, as judges see them."""
    return prepared(digits.images[1000:1100]).astype(np.float32) / 255


def test_one_in_twenty_of_the_setting_digits_is_caught(judges, setting):
    assert judges.caught(setting).mean(axis=0) == pytest.approx(judge.REJECTED, abs=0.011)


def test_standing_is_a_share_of_real_digits(judges, setting):
    standing = judges.standing(setting)
    assert 0 <= standing.min() <= standing.max() <= 1
    assert standing.mean(axis=0) == pytest.approx(0.5, abs=0.02)
    order = judges.logits(setting).argsort(axis=0)
    assert (np.diff(np.take_along_axis(standing, order, axis=0), axis=0) >= 0).all()


def test_wishes_are_the_gradient(judges, setting):
    image, moment = setting[0].astype(np.float64), 0
    wishes = judges.wishes(image, moment)
    row, column = np.unravel_index(np.abs(wishes * (image > 0.1) * (image < 0.9)).argmax(), wishes.shape)
    step = 0.02
    lower, upper = image.copy(), image.copy()
    lower[row, column] -= step
    upper[row, column] += step
    difference = judges.logits(np.stack([lower, upper]))[:, moment]
    assert wishes[row, column] == pytest.approx((difference[1] - difference[0]) / (2 * step), rel=0.15)


@pytest.mark.parametrize("wrong", [np.zeros((28, 28)), np.zeros((1, 28, 27)), np.full((1, 28, 28), 255.0)])
def test_wrong_pictures_are_refused(judges, wrong):
    with pytest.raises(ValueError, match="images have"):
        judges.logits(wrong)


def test_weights_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"x": torch.zeros(2)}, {"network": {}, "quantiles": [[0, 1]]})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        judge.load_from(tmp_path)
