"""The baselines reach what they can reach by a closed form, and the tables say what was measured."""

import math

import numpy as np
import pytest
import torch

from core.sketch_rnn import data, evaluate, model, sample


def drawing_of(offsets):
    drawing = np.zeros((len(offsets) + 1, 3), np.float32)
    drawing[1:, :2] = offsets
    drawing[-1, 2] = 1
    return drawing


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(evaluate, "BATCH", 25)


@pytest.mark.usefixtures("small_batches")
def test_without_context_the_fit_is_the_entropy_of_the_offsets():
    """Offsets of one Gaussian, drawings of eleven points: the best there is, is known."""
    random = np.random.default_rng(0)
    covariance = np.array([[1.0, 0.6], [0.6, 0.5]])
    drawings = [drawing_of(random.multivariate_normal([0.5, -1], covariance, 10)) for _ in range(400)]
    baseline = evaluate.fit(0, 3, drawings, n_steps=600)
    offsets, pen = evaluate.costs(baseline, drawings)
    entropy = 1 + math.log(2 * math.pi) + 0.5 * np.linalg.slogdet(covariance)[1]
    assert offsets == pytest.approx(entropy * 10 / 11, abs=0.02)  # ten offsets for eleven costs
    states = np.array([9, 1, 1]) / 11  # down, lifted, ended
    assert pen == pytest.approx(-(states * np.log(states)).sum(), abs=0.01)


@pytest.mark.usefixtures("small_batches")
def test_a_point_before_helps_where_it_says_something_and_three_do_where_they_do():
    """A walk that turns right at every point; and one that repeats the offset before the last."""
    random = np.random.default_rng(0)

    def noisy(offsets):
        return [drawing_of(one + random.normal(0, 0.05, one.shape)) for one in offsets]

    angles = random.uniform(0, 2 * np.pi, (300, 1)) + np.arange(12) * np.pi / 2
    turning = noisy(np.stack([np.cos(angles), np.sin(angles)], axis=2))
    pairs = random.uniform(-1, 1, (300, 2, 2))
    repeating = noisy(np.tile(pairs, (1, 6, 1)))
    costs = {
        (name, order): evaluate.costs(evaluate.fit(order, 3, drawings, n_steps=200), drawings)[0]
        for name, drawings in (("turning", turning), ("repeating", repeating))
        for order in (0, 1, 3)
        if (name, order) != ("turning", 3)
    }
    assert costs["turning", 1] < costs["turning", 0] - 1
    assert abs(costs["repeating", 1] - costs["repeating", 0]) < 0.4
    assert costs["repeating", 3] < costs["repeating", 1] - 1


def test_context_is_only_what_came_before(evened_characters):
    batch = data.padded([data.scaled(one, 1 / 80) for one in evened_characters["test"][:3]])
    baseline = evaluate.Baseline(3, 2)
    changed = batch.clone()
    changed[:, 5, 0] += 1
    before, after = baseline(batch).pen_logits, baseline(changed).pen_logits
    differs = (before != after).any(-1).any(0)
    assert differs.nonzero().flatten().tolist() == [k for k in (5, 6, 7) if k < batch.shape[1] - 1]
    assert before.shape[1] == batch.shape[1] - 1


def test_costs_do_not_depend_on_the_batches(trained, evened_characters, monkeypatch):
    sketcher = sample.load_from(trained)
    drawings = [data.scaled(one, 1 / sketcher.scale) for one in evened_characters["test"]]

    def said(batch):
        return sketcher.network.decode(batch[:, :-1], sketcher.network.told_nothing(len(batch)))[0]

    whole = evaluate.costs(said, drawings)
    monkeypatch.setattr(evaluate, "AT_ONCE", 3)
    assert evaluate.costs(said, drawings) == pytest.approx(whole, rel=1e-5)


@torch.inference_mode()
def test_a_half_that_is_told_nothing_costs_what_it_costs_in_the_whole(trained, evened_characters):
    network = sample.load_from(trained).network
    batch = data.padded([data.scaled(one, 1 / 80) for one in evened_characters["test"][:5]])
    told = network.told_nothing(len(batch))
    offsets, pen = model.reconstruction_losses(network.decode(batch[:, :-1], told)[0], batch)
    found = evaluate.completed(network, batch, lambda begun: network.told_nothing(len(begun)))
    n_begun = [model.n_points(batch)[k] // 2 for k in range(len(batch))]
    assert found[0] == pytest.approx(sum(offsets[k, n - 1 :].sum() for k, n in enumerate(n_begun)).item(), rel=1e-5)
    assert found[1] == pytest.approx(sum(pen[k, n - 1 :].sum() for k, n in enumerate(n_begun)).item(), rel=1e-5)


@pytest.mark.usefixtures("strokes_folder", "small_batches")
def test_the_command_prints_both_tables(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "N_STEPS", 5)
    assert evaluate.main(["--weights", str(trained)]) == 0
    whole, halves = capsys.readouterr().out.strip().split("\n\n")
    assert len(whole.splitlines()) == 2 + len(evaluate.ORDERS) + 2
    for line in whole.splitlines()[2:]:
        _, offsets, pen, both, kl, bound = (cell.strip() for cell in line.strip("|").split("|"))
        assert float(both) == pytest.approx(float(offsets) + float(pen), abs=0.002)
        assert not kl or float(bound) == pytest.approx(float(both) + float(kl), abs=0.002)
    assert len(halves.splitlines()) == 2 + 4
    assert evaluate.main(["--weights", str(tmp_path / "nothing")]) == 1


def test_without_drawings_it_says_so(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    assert evaluate.main(["--weights", str(trained)]) == 1
    assert "no handwriting" in capsys.readouterr().err
