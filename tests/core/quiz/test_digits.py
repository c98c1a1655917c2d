import numpy as np

from core.digits import data
from core.quiz import digits


def test_a_digit_is_shown_in_dark_ink_on_light():
    picture = digits.digit(3)
    np.testing.assert_array_equal(picture, 255 - data.load().test.images[3])
    assert picture.mean() > 128


def test_the_explanation_holds_what_the_network_said():
    question = digits.unsure_digit(np.random.default_rng(1))
    assert 10 <= question.explained["percent"] < 70 <= 90 <= question.explained["least"]
    assert question.explained["said"] in range(10)


def test_the_parts_of_a_network_add_up():
    for seed in range(20):
        said = digits.parameter_count(np.random.default_rng(seed)).explained
        assert said["first"] + said["second"] == said["n"]
