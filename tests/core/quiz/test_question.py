import numpy as np
import pytest

from core.quiz.question import Option, asked, some


def test_the_answer_is_found_again_after_shuffling():
    places = set()
    for seed in range(50):
        wrong = [Option(values={"n": n}) for n in (1, 2, 3)]
        question = asked(np.random.default_rng(seed), Option(values={"n": 0}), wrong)
        assert question.options[question.answer].values == {"n": 0}
        assert sorted(option.values["n"] for option in question.options) == [0, 1, 2, 3]
        places.add(question.answer)
    assert places == {0, 1, 2, 3}


def test_other_than_four_answers_are_refused():
    with pytest.raises(ValueError, match="3 answers, wanted 4"):
        asked(np.random.default_rng(0), Option(), [Option(), Option()])


def test_some_are_not_taken_twice_and_too_few_are_refused():
    assert sorted(some(np.random.default_rng(0), "abc")) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="larger sample"):
        some(np.random.default_rng(0), "ab")
