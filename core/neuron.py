"""One neuron, two layers of neurons, and the rules by which they learn.

This is the reference of what the browser computes in `assets/web/neuron/rules.js`: a test runs both
on the same numbers. Everything is float64 and pure; nothing here keeps state.

A neuron adds its weighted inputs, compares the sum with its threshold θ and passes the difference
through an activation function (McCulloch and Pitts 1943; Rosenblatt 1958):

    z = w · x + b,   b = −θ,   y = f(z)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

ACTIVATIONS = ("step", "sigmoid", "relu", "tanh")

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The four questions a gate answers: every (x1, x2) of zeros and ones."""

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "nand": (1, 1, 1, 0), "xor": (0, 1, 1, 0)}
"""The labels of each gate, in the order of `CORNERS`."""

DECISION_SUM = {"step": 0.0, "sigmoid": 0.0, "relu": 0.5, "tanh": 0.0}
"""The z from which on the output is nearer to the value that means 1 than to the one that means 0."""

TOLERANCE = 1e-9
"""A sum this close below the threshold reaches it: 1.5 × 0.6 + 0.1 is a little less than 1 in binary fractions."""


@dataclass(frozen=True)
class TwoLayers:
    """Two hidden neurons and an output neuron over the inputs (x1, x2)."""

    hidden_weights: np.ndarray  # (hidden, input) = (2, 2)
    hidden_biases: np.ndarray  # (2,)
    output_weights: np.ndarray  # (2,)
    output_bias: float


def weighted_sum(inputs, weights, bias: float) -> float:
    """z = w · x + b, for `inputs` and `weights` of one length."""
    return float(np.dot(np.asarray(weights, float), np.asarray(inputs, float)) + bias)


def activate(activation: str, z):
    """f(z), elementwise. The step fires at z = 0: a sum that reaches the threshold is enough."""
    z = np.asarray(z, float)
    match activation:
        case "step":
            return np.where(z >= -TOLERANCE, 1.0, 0.0)
        case "sigmoid":
            return 1 / (1 + np.exp(-z))
        case "relu":
            return np.maximum(z, 0.0)
        case "tanh":
            return np.tanh(z)
    raise ValueError(f"activation is {activation!r}, wanted one of {ACTIVATIONS}")


def activation_slope(activation: str, z):
    """f'(z), elementwise: 0 for the step, which is why no gradient can teach it."""
    z = np.asarray(z, float)
    y = activate(activation, z)
    match activation:
        case "step":
            return np.zeros_like(z)
        case "sigmoid":
            return y * (1 - y)
        case "relu":
            return np.where(z > 0, 1.0, 0.0)
        case _:
            return 1 - y**2


def output(activation: str, inputs, weights, bias: float) -> float:
    """y = f(w · x + b) of one neuron."""
    return float(activate(activation, weighted_sum(inputs, weights, bias)))


def fires(activation: str, z: float) -> bool:
    """Whether the answer is 1. For an output neuron `z` is its weighted sum."""
    return bool(z >= DECISION_SUM[activation] - TOLERANCE)


def label_value(activation: str, label: int) -> float:
    """The output that means `label`: −1 and 1 for tanh, 0 and 1 for the others."""
    return 2.0 * label - 1.0 if activation == "tanh" else float(label)


def squared_error(activation: str, z: float, label: int) -> float:
    """½ (y − t)², with t the output that means `label`."""
    return float(0.5 * (activate(activation, z) - label_value(activation, label)) ** 2)


def perceptron_step(weights, bias: float, inputs, label: int, rate: float):
    """The perceptron rule (Rosenblatt 1958): w ← w + η (t − y) x, b ← b + η (t − y).

    Returns:
        (weights, bias) after one labelled example, for a neuron with the step function.
    """
    error = label - output("step", inputs, weights, bias)
    return np.asarray(weights, float) + rate * error * np.asarray(inputs, float), bias + rate * error


def gradient_step(activation: str, weights, bias: float, inputs, label: int, rate: float):
    """Gradient descent on ½ (y − t)² for one example: w ← w − η (y − t) f'(z) x (Widrow and Hoff 1960).

    Returns:
        (weights, bias) after the step.
    """
    z = weighted_sum(inputs, weights, bias)
    delta = (activate(activation, z) - label_value(activation, label)) * activation_slope(activation, z)
    return np.asarray(weights, float) - rate * delta * np.asarray(inputs, float), float(bias - rate * delta)


def learning_step(activation: str, weights, bias: float, inputs, label: int, rate: float):
    """The rule that fits the activation: the perceptron's for the step, the gradient for the smooth ones."""
    if activation == "step":
        return perceptron_step(weights, bias, inputs, label, rate)
    return gradient_step(activation, weights, bias, inputs, label, rate)


def two_layer_sums(activation: str, inputs, network: TwoLayers) -> tuple[np.ndarray, float]:
    """The weighted sums of the hidden neurons, shape (2,), and of the output neuron."""
    hidden_sums = network.hidden_weights @ np.asarray(inputs, float) + network.hidden_biases
    hidden = activate(activation, hidden_sums)
    return hidden_sums, float(network.output_weights @ hidden + network.output_bias)


def two_layer_gradient_step(activation: str, network: TwoLayers, inputs, label: int, rate: float) -> TwoLayers:
    """One step of backpropagation on ½ (y − t)² (Rumelhart, Hinton and Williams 1986)."""
    inputs = np.asarray(inputs, float)
    hidden_sums, z = two_layer_sums(activation, inputs, network)
    hidden = activate(activation, hidden_sums)
    delta = (activate(activation, z) - label_value(activation, label)) * activation_slope(activation, z)
    hidden_deltas = delta * network.output_weights * activation_slope(activation, hidden_sums)  # (2,)
    return TwoLayers(
        hidden_weights=network.hidden_weights - rate * np.outer(hidden_deltas, inputs),
        hidden_biases=network.hidden_biases - rate * hidden_deltas,
        output_weights=network.output_weights - rate * delta * hidden,
        output_bias=float(network.output_bias - rate * delta),
    )


def random_numbers(seed: int) -> Iterator[float]:
    """Uniform numbers in [0, 1) that are the same in every language: x ← 1664525 x + 1013904223 mod 2³².

    The "quick and dirty" generator of Numerical Recipes, section 7.1, run three times before the first
    number so that neighbouring seeds part. Good enough for starting weights, for nothing else.
    """
    x = seed % 2**32
    for _ in range(3):
        x = (1664525 * x + 1013904223) % 2**32
    while True:
        x = (1664525 * x + 1013904223) % 2**32
        yield x / 2**32


def starting_weights(seed: int, count: int, reach: float) -> np.ndarray:
    """`count` weights uniform in [−reach, reach): the same seed always gives the same start."""
    numbers = random_numbers(seed)
    return np.array([reach * (2 * next(numbers) - 1) for _ in range(count)])
