"""The neuron's rules against PyTorch's autograd, closed forms and the theorems they are known by."""

import itertools

import numpy as np
import pytest
import torch

from core import neuron

SMOOTH = ("sigmoid", "relu", "tanh")
TORCH = {"sigmoid": torch.sigmoid, "relu": torch.relu, "tanh": torch.tanh}


@pytest.fixture
def random():
    return np.random.default_rng(20)


def torch_error(activation, z, label):
    return 0.5 * (TORCH[activation](z) - neuron.label_value(activation, label)) ** 2


@pytest.mark.parametrize("activation", SMOOTH)
def test_slope_is_the_gradient_that_autograd_finds(activation, random):
    z = torch.tensor(random.normal(0, 2, 200), requires_grad=True)
    TORCH[activation](z).sum().backward()
    np.testing.assert_allclose(neuron.activation_slope(activation, z.detach().numpy()), z.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("label", [0, 1])
def test_gradient_step_is_one_step_of_sgd(activation, label, random):
    for _ in range(50):
        weights, inputs = (torch.tensor(random.normal(0, 1, 3)) for _ in range(2))
        bias = torch.tensor(random.normal(), dtype=torch.float64)
        parameters = [weights.requires_grad_(), bias.requires_grad_()]
        optimizer = torch.optim.SGD(parameters, lr=0.3)
        before = (weights.detach().numpy().copy(), bias.item())
        torch_error(activation, weights @ inputs + bias, label).backward()
        optimizer.step()
        stepped = neuron.gradient_step(activation, *before, inputs.numpy(), label, 0.3)
        np.testing.assert_allclose(stepped[0], weights.detach().numpy(), atol=1e-12)
        assert stepped[1] == pytest.approx(bias.item(), abs=1e-12)


@pytest.mark.parametrize("activation", SMOOTH)
def test_two_layer_step_is_backpropagation(activation, random):
    for label in (0, 1) * 25:
        arrays = [random.normal(0, 1, shape) for shape in ((2, 2), 2, 2, ())]
        network = neuron.TwoLayers(arrays[0], arrays[1], arrays[2], float(arrays[3]))
        inputs = random.uniform(0, 1, 2)
        parameters = [torch.tensor(array, requires_grad=True) for array in arrays]
        hidden = TORCH[activation](parameters[0] @ torch.tensor(inputs) + parameters[1])
        torch_error(activation, parameters[2] @ hidden + parameters[3], label).backward()
        stepped = neuron.two_layer_gradient_step(activation, network, inputs, label, 0.3)
        found = [stepped.hidden_weights, stepped.hidden_biases, stepped.output_weights, stepped.output_bias]
        for array, parameter, value in zip(arrays, parameters, found, strict=True):
            np.testing.assert_allclose(value, array - 0.3 * parameter.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("gate", ["and", "or", "nand"])
@pytest.mark.parametrize("seed", range(1, 21))
def test_perceptron_learns_every_separable_gate(gate, seed):
    *weights, bias = neuron.starting_weights(seed, 3, 1.0)
    for _ in range(100):
        answers = [neuron.output("step", corner, weights, bias) for corner in neuron.CORNERS]
        if answers == list(neuron.GATES[gate]):
            return
        for corner, label in zip(neuron.CORNERS, neuron.GATES[gate], strict=True):
            weights, bias = neuron.perceptron_step(weights, bias, corner, label, 0.5)
    pytest.fail(f"{gate} from seed {seed} is not learned after 100 rounds (the perceptron convergence theorem)")


def test_no_line_solves_xor_and_the_best_gets_three():
    steps = np.arange(-2, 2.01, 0.25)
    right = [
        sum(
            neuron.fires("step", neuron.weighted_sum(corner, (w1, w2), bias)) == bool(label)
            for corner, label in zip(neuron.CORNERS, neuron.GATES["xor"], strict=True)
        )
        for w1, w2, bias in itertools.product(steps, steps, steps)
    ]
    assert max(right) == 3


def test_or_nand_and_solve_xor_in_two_layers():
    network = neuron.TwoLayers(np.array([[1.0, 1], [-1, -1]]), np.array([-0.5, 1.5]), np.array([1.0, 1]), -1.5)
    sums = [neuron.two_layer_sums("step", corner, network)[1] for corner in neuron.CORNERS]
    assert [int(neuron.fires("step", z)) for z in sums] == list(neuron.GATES["xor"])


def test_a_sum_that_reaches_the_threshold_fires():
    assert neuron.output("step", [1, 0, 0], [1, 0, 0], -1) == 1
    assert neuron.output("step", [1, 0, 0], [1, 0, 0], -1 - 1e-6) == 0
    assert 1.5 * 0.6 + 0.1 < 1, "in binary fractions, which no pupil should have to know"
    assert neuron.output("step", [0.6, 0.1, 0], [1.5, 1, 0], -1) == 1
    assert neuron.fires("step", neuron.weighted_sum([0.6, 0.1, 0], [1.5, 1, 0], -1))


@pytest.mark.parametrize("activation", neuron.ACTIVATIONS)
def test_decision_sum_is_where_the_output_is_halfway_between_the_labels(activation):
    z = np.linspace(-3, 3, 1201)
    outputs = neuron.activate(activation, z)
    nearer_one = abs(outputs - neuron.label_value(activation, 1)) <= abs(outputs - neuron.label_value(activation, 0))
    assert z[nearer_one].min() == pytest.approx(neuron.DECISION_SUM[activation], abs=1e-8)


def test_step_cannot_learn_by_gradient_but_by_its_own_rule():
    neuron_before = (np.array([0.5, 0.5, 0.0]), -0.2)
    unchanged = neuron.gradient_step("step", *neuron_before, [1, 0, 0], 0, 0.5)
    np.testing.assert_array_equal(unchanged[0], neuron_before[0])
    weights, bias = neuron.learning_step("step", *neuron_before, [1, 0, 0], 0, 0.5)
    np.testing.assert_allclose(weights, [0.0, 0.5, 0.0])
    assert bias == pytest.approx(-0.7)


def test_same_seed_same_start_and_neighbours_differ():
    np.testing.assert_array_equal(neuron.starting_weights(7, 9, 2.0), neuron.starting_weights(7, 9, 2.0))
    starts = np.array([neuron.starting_weights(seed, 4, 1.0) for seed in range(1, 500)])
    assert abs(starts).max() <= 1
    assert abs(starts.mean(axis=0)).max() < 0.1
    assert abs(np.diff(starts, axis=0)).mean() > 0.3


def test_unknown_activation_is_an_error():
    with pytest.raises(ValueError, match="softplus"):
        neuron.activate("softplus", 0.0)
