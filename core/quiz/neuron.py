"""Questions about one neuron, computed by core.neuron: which inputs wake it, which weights make a gate, one lesson."""

import functools
import itertools

import numpy as np

from core import neuron
from core.quiz.question import Option, Question, asked, some

WEIGHTS = tuple(np.arange(-4, 5) / 2)
THRESHOLDS = tuple(np.arange(1, 5) / 2)
AWAKE_SHARE = 2 / 3  # of the neurons whose output is asked for
LEVELS = (0.0, 0.5, 1.0)
INPUTS = tuple(one for one in itertools.product((0, 1), repeat=3) if any(one))
GATES = ("and", "or", "nand")
RATE = 0.5


def input_fires(random: np.random.Generator) -> Question:
    """Which of four inputs reaches the threshold."""
    while True:
        weights, theta = random.choice(WEIGHTS, 3), float(random.choice(THRESHOLDS))
        firing = [one for one in INPUTS if neuron.output("step", one, weights, -theta)]
        quiet = [one for one in INPUTS if one not in firing]
        if firing and len(quiet) >= 3 and weights.all():
            break
    (right,) = some(random, firing, 1)
    given = {**_named("w", weights), "theta": theta}
    return asked(
        random,
        Option(values=_named("x", right)),
        [Option(values=_named("x", one)) for one in some(random, quiet)],
        given=given,
        explained={**_named("x", right), "sum": float(np.dot(weights, right))},
        see=("neuron", {"problem": "free", "inputs": list(right), "weights": weights.tolist(), "theta": theta}),
    )


def neuron_output(random: np.random.Generator) -> Question:
    """What a neuron with ReLU gives out."""
    is_awake = random.random() < AWAKE_SHARE
    while True:
        weights, theta = random.choice(WEIGHTS, 3), float(random.choice(THRESHOLDS))
        inputs = random.choice(LEVELS, 3)
        z = neuron.weighted_sum(inputs, weights, -theta)
        if z and (z > 0) == is_awake:
            break
    right = neuron.output("relu", inputs, weights, -theta)
    slips = {z, z + theta, z + 2 * theta, -z, 1.0, right + 0.5, right + 1, right + 1.5} - {right}
    given = {**_named("w", weights), **_named("x", inputs), "theta": theta}
    return asked(
        random,
        Option(values={"y": right}),
        [Option(values={"y": one}) for one in some(random, sorted(slips))],
        given=given,
        explained={"sum": z + theta, "z": z, "y": right},
        see=(
            "neuron",
            {
                "problem": "free",
                "activation": "relu",
                "inputs": inputs.tolist(),
                "weights": weights.tolist(),
                "theta": theta,
            },
        ),
    )


def gate_weights(random: np.random.Generator) -> Question:
    """Which of four neurons is a gate."""
    (gate,) = some(random, GATES, 1)
    (right,) = some(random, [numbers for numbers, labels in _neurons() if labels == neuron.GATES[gate]], 1)
    others = [numbers for numbers, labels in _neurons() if labels != neuron.GATES[gate]]
    w1, w2, theta = right
    return asked(
        random,
        Option(values=_neuron(right)),
        [Option(values=_neuron(one)) for one in some(random, others)],
        given={"gate": gate.upper()},
        explained={**_neuron(right), "both": w1 + w2},
        see=("neuron", {"problem": gate, "inputs": [1, 1, 0], "weights": [w1, w2, 0], "theta": theta}),
    )


def perceptron_step(random: np.random.Generator) -> Question:
    """What the weights are after one example that the neuron got wrong."""
    while True:
        weights, theta = random.choice(WEIGHTS, 2), float(random.choice(THRESHOLDS))
        inputs = (1, 0) if random.integers(2) else (0, 1)
        said = int(neuron.output("step", inputs, weights, -theta))
        label = 1 - said
        after, bias = neuron.perceptron_step(weights, -theta, inputs, label, RATE)
        right = (*after, -bias)
        wrong = {
            (*weights, theta),  # nothing changed
            (*(2 * weights - after), 2 * theta + bias),  # the other way
            (*after, 2 * theta + bias),  # the threshold the other way
            (*(weights + RATE * (label - said)), -bias),  # the silent input's weight, too
        } - {right}
        if len(wrong) == 4:
            break
    return asked(
        random,
        Option(values=_neuron(right)),
        [Option(values=_neuron(one)) for one in some(random, sorted(wrong))],
        given={**_neuron((*weights, theta)), **_named("x", inputs), "label": label, "said": said, "rate": RATE},
        explained={"error": label - said, **{f"new_{name}": value for name, value in _neuron(right).items()}},
        see=("neuron", {"problem": "free", "inputs": [*inputs, 0], "weights": [*weights, 0], "theta": theta}),
    )


@functools.cache
def _neurons() -> list[tuple[tuple[float, float, float], tuple[int, ...]]]:
    """(w1, w2, θ) and what it says at each corner, but for those that always say the same."""
    found = []
    for w1, w2, theta in itertools.product(WEIGHTS, repeat=3):
        labels = tuple(int(neuron.output("step", corner, (w1, w2), -theta)) for corner in neuron.CORNERS)
        if 0 < sum(labels) < len(labels):
            found.append(((float(w1), float(w2), float(theta)), labels))
    return found


def _named(letter: str, values) -> dict[str, float]:
    return {f"{letter}{k}": float(value) for k, value in enumerate(values, 1)}


def _neuron(numbers) -> dict[str, float]:
    w1, w2, theta = map(float, numbers)
    return {"w1": w1, "w2": w2, "theta": theta}
