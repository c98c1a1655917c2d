"""A study learns real digits, overfits a thin book, diverges at a high rate, and steps as the softmax gradient says."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.digits import data
from core.digits.study import Study, StudyConfig, write_book


@pytest.fixture
def small(mnist):
    """A study of a book of 100 that has not begun."""
    return Study(StudyConfig(n_examples=100, seed=5), mnist)


@pytest.fixture
def five(mnist):
    return mnist.train.images[0] / np.float32(255)  # the first training digit is a five


def parameters(study):
    return [parameter.detach().clone() for parameter in study.network.parameters()]


def test_real_digits_are_learned(learned):
    progress = learned.progress()
    assert progress.test_accuracy > 0.85
    assert progress.book_accuracy > 0.85
    assert progress.loss < 1


def test_scikit_learns_digits_are_learned_too(no_mnist, learn_until):
    assert learn_until(15_000, data.load()).progress().test_accuracy > 0.8


def test_thin_book_is_known_by_heart_and_nothing_else(mnist, learn_until):
    progress = learn_until(10_000, mnist, n_examples=50).progress()
    assert progress.book_accuracy == 1
    assert progress.test_accuracy < 0.8


def test_too_high_a_rate_learns_nothing(mnist, learn_until):
    progress = learn_until(2_000, mnist, learning_rate=20).progress()
    assert progress.test_accuracy < 0.35
    assert not progress.loss < math.log(10)


def test_study_goes_on_where_it_was(small):
    assert math.isnan(small.learn(0).loss)
    first, second = small.learn(0.05), small.learn(0.05)
    assert 0 < first.n_seen < second.n_seen
    assert {first.n_seen % 100, second.n_seen % 100} <= {0, 32, 64, 96}  # the last batch of a book has four
    assert 0 < first.seconds < second.seconds
    assert second.loss < first.loss


def test_every_example_is_seen_once_before_any_is_seen_twice(small):
    first, second = ([small._next_batch() for _ in range(4)] for _ in range(2))
    assert [len(batch) for batch in first] == [32, 32, 32, 4]
    assert sorted(torch.cat(first).tolist()) == sorted(torch.cat(second).tolist()) == list(range(100))
    assert not torch.equal(torch.cat(first), torch.cat(second))


def test_same_seed_same_start(mnist, small):
    def start(seed):
        return torch.cat([tensor.flatten() for tensor in parameters(Study(StudyConfig(seed=seed), mnist))])

    before = torch.random.get_rng_state()
    assert torch.equal(start(5), torch.cat([tensor.flatten() for tensor in parameters(small)]))
    assert not torch.equal(start(5), start(6))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_one_step_is_the_softmax_gradient(small, five):
    hidden_weight, hidden_bias, weight, bias = (tensor.double().numpy() for tensor in parameters(small))
    pixels = five.ravel().astype(np.float64)
    hidden = np.maximum(hidden_weight @ pixels + hidden_bias, 0)
    logits = weight @ hidden + bias
    error = np.exp(logits) / np.exp(logits).sum() - np.eye(10)[5]  # the gradient of cross-entropy by the logits
    back = (weight.T @ error) * (hidden > 0)
    small.step_on(five, 5, 0.3)
    gradients = [np.outer(back, pixels), back, np.outer(error, hidden), error]
    before = [hidden_weight, hidden_bias, weight, bias]
    for now, start, gradient in zip(parameters(small), before, gradients, strict=True):
        np.testing.assert_allclose(now.numpy(), start - 0.3 * gradient, atol=1e-6)


def test_one_labelled_five_makes_five_more_probable(small, five):
    def probability():
        return small.network(torch.from_numpy(five)[None]).softmax(1)[0, 5].item()

    before = probability()
    small.step_on(five, 5, 0.1)
    assert probability() > before + 0.05


def test_rate_of_a_single_step_is_for_that_step_alone(small, five):
    before = parameters(small)
    small.step_on(five, 5, 0.0)
    assert all(map(torch.equal, parameters(small), before))
    small.learn(0.05)
    assert not any(map(torch.equal, parameters(small), before))


def test_another_rate_may_take_its_place(small):
    small.learn(0.05)
    before = parameters(small)
    small.config = replace(small.config, learning_rate=1e-30)
    small.learn(0.05)
    assert all(map(torch.equal, parameters(small), before))


@pytest.mark.parametrize("flipped", [0.0, 0.25, 1.0])
def test_book_has_exactly_the_share_of_wrong_labels(mnist, flipped):
    truth = mnist.train.labels[:2000].copy()
    book = write_book(mnist.train, StudyConfig(n_examples=2000, flipped=flipped))
    assert (book.labels != truth).sum() == 2000 * flipped
    assert set(book.labels) == set(range(10))
    np.testing.assert_array_equal(mnist.train.labels[:2000], truth)
    np.testing.assert_array_equal(book.images, mnist.train.images[:2000])


def test_wrong_labels_are_all_nine_alike():
    zeros = data.Digits(np.zeros((9000, 28, 28), np.uint8), np.zeros(9000, np.int64))
    counts = np.bincount(write_book(zeros, StudyConfig(flipped=1.0)).labels, minlength=10)
    assert counts[0] == 0
    assert abs(counts[1:] - 1000).max() < 150  # five standard deviations


def test_weight_pictures_are_the_first_neurons(small):
    pictures = small.weight_pictures(7)
    assert pictures.shape == (7, 28, 28)
    np.testing.assert_array_equal(pictures[3].ravel(), small.network.hidden.weight[3].detach().numpy())


@pytest.mark.parametrize(
    "wrong",
    [
        *({"n_examples": 0}, {"n_examples": 60_001}, {"flipped": -0.1}, {"flipped": 1.1}, {"flipped": math.nan}),
        *({"learning_rate": 0}, {"learning_rate": 101}, {"learning_rate": math.nan}, {"learning_rate": -math.inf}),
    ],
)
def test_config_names_what_is_out_of_range(wrong):
    (value,) = wrong.values()
    with pytest.raises(ValueError, match=f"{value}"):
        StudyConfig(**wrong)
