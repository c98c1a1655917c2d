import numpy as np
import pytest

from core.quiz import neuron


@pytest.mark.parametrize(
    "make", [neuron.input_fires, neuron.neuron_output, neuron.gate_weights, neuron.perceptron_step]
)
def test_what_is_seen_in_the_tab_is_what_was_asked(make):
    for seed in range(30):
        question = make(np.random.default_rng(seed))
        section, setting = question.see
        assert section == "neuron"
        assert len(setting["weights"]) == len(setting["inputs"]) == 3
        shown = {**question.explained, **question.given}
        assert setting["weights"][:2] == [shown["w1"], shown["w2"]]
        assert setting["theta"] == shown["theta"]


def test_each_gate_is_asked_for():
    gates = {neuron.gate_weights(np.random.default_rng(seed)).given["gate"] for seed in range(40)}
    assert gates == {"AND", "OR", "NAND"}


def test_the_lesson_is_about_a_mistake():
    for seed in range(50):
        given = neuron.perceptron_step(np.random.default_rng(seed)).given
        assert given["said"] == 1 - given["label"]
