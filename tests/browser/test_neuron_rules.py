"""The browser's rules against `core/neuron.py`, in Chromium, on random numbers: equal to 1e-9."""

import numpy as np
import pytest

from core import neuron

N_CASES = 200
RUN = """async ({name, cases}) => {
  const rules = await import(new URL('web/neuron/rules.js', document.baseURI));
  return cases.map((args) => rules[name](...args));
}"""


@pytest.fixture
def javascript(open_page):
    """A function that runs one of the rules in the browser on a list of argument lists."""
    page = open_page("")
    return lambda name, cases: page.evaluate(RUN, {"name": name, "cases": cases})


@pytest.fixture
def random():
    return np.random.default_rng(7)


def unit(random, n_inputs):
    return {"weights": random.normal(0, 2, n_inputs).tolist(), "bias": float(random.normal(0, 2))}


def near(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("activation", neuron.ACTIVATIONS)
def test_activations_and_slopes(javascript, random, activation):
    z = [0.0, -0.0, 40.0, -40.0, *random.normal(0, 4, N_CASES)]
    cases = [[activation, value] for value in z]
    near(javascript("activate", cases), neuron.activate(activation, z))
    near(javascript("activationSlope", cases), neuron.activation_slope(activation, z))
    assert javascript("fires", cases) == [neuron.fires(activation, value) for value in z]
    labelled = [[activation, value, label] for value in z for label in (0, 1)]
    near(javascript("squaredError", labelled), [neuron.squared_error(*case) for case in labelled])


@pytest.mark.parametrize("activation", neuron.ACTIVATIONS)
def test_one_neuron_learns_alike(javascript, random, activation):
    cases = [
        [activation, unit(random, 3), random.uniform(0, 1, 3).tolist(), int(random.integers(2)), random.uniform(0.1, 2)]
        for _ in range(N_CASES)
    ]
    found = javascript("learningStep", cases)
    for (_, before, inputs, label, rate), after in zip(cases, found, strict=True):
        weights, bias = neuron.learning_step(activation, before["weights"], before["bias"], inputs, label, rate)
        near([*after["weights"], after["bias"]], [*weights, bias])


def as_network(network):
    return neuron.TwoLayers(
        np.array([hidden["weights"] for hidden in network["hidden"]]),
        np.array([hidden["bias"] for hidden in network["hidden"]]),
        np.array(network["output"]["weights"]),
        network["output"]["bias"],
    )


def numbers_of(network):
    return [*network.hidden_weights.ravel(), *network.hidden_biases, *network.output_weights, network.output_bias]


@pytest.mark.parametrize("activation", neuron.ACTIVATIONS)
def test_two_layers_learn_alike(javascript, random, activation):
    networks = [{"hidden": [unit(random, 2), unit(random, 2)], "output": unit(random, 2)} for _ in range(N_CASES)]
    inputs = random.uniform(0, 1, (N_CASES, 2)).tolist()
    sums = javascript("twoLayerSums", [[activation, x, network] for x, network in zip(inputs, networks, strict=True)])
    cases = [[activation, n, x, i % 2, 0.5] for i, (x, n) in enumerate(zip(inputs, networks, strict=True))]
    stepped = javascript("twoLayerGradientStep", cases)
    for case, sums_found, after in zip(cases, sums, stepped, strict=True):
        _, network, x, label, rate = case
        hidden_sums, z = neuron.two_layer_sums(activation, x, as_network(network))
        near([*sums_found["hiddenSums"], sums_found["z"]], [*hidden_sums, z])
        wanted = neuron.two_layer_gradient_step(activation, as_network(network), x, label, rate)
        near(numbers_of(as_network(after)), numbers_of(wanted))


def test_perceptron_and_sum(javascript, random):
    cases = [[unit(random, 3), random.uniform(0, 1, 3).tolist(), int(random.integers(2)), 0.5] for _ in range(N_CASES)]
    for (before, inputs, label, rate), after in zip(cases, javascript("perceptronStep", cases), strict=True):
        weights, bias = neuron.perceptron_step(before["weights"], before["bias"], inputs, label, rate)
        near([*after["weights"], after["bias"]], [*weights, bias])
    sums = [[inputs, before["weights"], before["bias"]] for before, inputs, _, _ in cases]
    near(javascript("weightedSum", sums), [neuron.weighted_sum(*case) for case in sums])


def test_same_seed_same_start_in_both_languages(javascript):
    cases = [[seed, 9, 2] for seed in [1, 2, 3, 999, 2**31, 2**32 - 1]]
    near(javascript("startingWeights", cases), [neuron.starting_weights(*case) for case in cases])


def test_gates_are_the_same(open_page):
    script = """import(new URL('web/neuron/rules.js', document.baseURI))
      .then((m) => [m.CORNERS, m.GATES, m.DECISION_SUM, m.TOLERANCE])"""
    corners, gates, sums, tolerance = open_page("").evaluate(script)
    assert [tuple(corner) for corner in corners] == list(neuron.CORNERS)
    assert {name: tuple(labels) for name, labels in gates.items()} == neuron.GATES
    assert sums == neuron.DECISION_SUM
    assert tolerance == neuron.TOLERANCE


def test_half_plane_is_the_part_of_the_square_where_the_neuron_fires(open_page, random):
    """The polygon's area (shoelace formula) against counting points of the square, and its corners on the line."""
    script = """cases => import(new URL('web/neuron/svg.js', document.baseURI))
      .then((m) => cases.map((args) => m.halfPlane(...args)))"""
    cases = [[random.normal(0, 1, 2).tolist(), random.normal(0, 0.5), 0.2, -0.25, 1.25] for _ in range(60)]
    grid = np.stack(np.meshgrid(*[np.linspace(-0.25, 1.25, 400)] * 2), -1)
    for (weights, bias, cut, low, high), found in zip(cases, open_page("").evaluate(script, cases), strict=True):
        polygon = np.array(found["polygon"]).reshape(-1, 2)
        x, y = polygon.T
        area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
        share = (grid @ np.array(weights) + bias >= cut).mean()
        assert area / (high - low) ** 2 == pytest.approx(share, abs=0.01)
        near(np.array(found["line"]).reshape(-1, 2) @ np.array(weights) + bias, np.full(len(found["line"]), cut))
