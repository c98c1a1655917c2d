"""Averaged weights against their closed form, checkpoints that survive failure, randomness and time kept in hand."""

import itertools
import math
import pickle

import pytest
import torch
from torch import nn

from core import training


def averaged(decay, n_steps):
    """The average after so many steps of a weight that started at 0 and has been 1 ever since."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = training.AveragedModel(model, decay)
    nn.init.ones_(model.weight)
    for step in range(n_steps):
        average.follow(model, step)
    return average.model.weight.item()


@pytest.mark.parametrize("n_steps", [1, 2, 5, 20])
def test_young_average_forgets_its_start(n_steps):
    left = 1 / math.comb(n_steps + 9, 9)  # the product of (1 + t) / (10 + t)
    assert averaged(0.999, n_steps) == pytest.approx(1 - left, abs=1e-6)


def test_old_average_decays_as_it_was_told():
    left = 0.5**12 / math.comb(17, 9)  # (1 + t) / (10 + t) reaches 1/2 at t = 8
    assert averaged(0.5, 20) == pytest.approx(1 - left, abs=1e-6)


def test_average_copies_buffers_and_leaves_the_model_alone():
    model = nn.BatchNorm1d(3).train()
    average = training.AveragedModel(model, 0.9)
    model(torch.randn(8, 3))
    weight = model.weight.clone()
    average.follow(model, 0)
    assert torch.equal(average.model.running_var, model.running_var)
    assert average.model.num_batches_tracked == 1
    assert torch.equal(model.weight, weight)
    assert model.weight.requires_grad
    assert not average.model.weight.requires_grad
    assert not average.model.training


def test_checkpoint_round_trip(tmp_path):
    path = tmp_path / "runs" / "checkpoint.pt"
    training.save_checkpoint(path, {"step": 3, "config": {"channels": (8, 4)}, "weights": torch.arange(4.0)})
    state = training.load_checkpoint(path)
    assert (state["step"], state["config"]) == (3, {"channels": (8, 4)})
    assert torch.equal(state["weights"], torch.arange(4.0))


def test_failed_save_leaves_the_last_good_checkpoint(tmp_path):
    path = tmp_path / "checkpoint.pt"
    training.save_checkpoint(path, {"step": 1})
    with pytest.raises((AttributeError, pickle.PicklingError)):
        training.save_checkpoint(path, {"step": 2, "not to be saved": lambda: None})
    assert training.load_checkpoint(path) == {"step": 1}
    training.save_checkpoint(path, {"step": 3})
    assert training.load_checkpoint(path) == {"step": 3}


def test_missing_checkpoint_is_none(tmp_path):
    assert training.load_checkpoint(tmp_path / "checkpoint.pt") is None


class Hostile:
    """What runs code when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_checkpoint_never_runs_code(tmp_path):
    training.save_checkpoint(tmp_path / "checkpoint.pt", {"step": Hostile(tmp_path / "trace")})
    with pytest.raises(pickle.UnpicklingError):
        training.load_checkpoint(tmp_path / "checkpoint.pt")
    assert not (tmp_path / "trace").exists()


def test_randomness_depends_on_seed_and_step_alone():
    def numbers(seed, step):
        generator = training.seed_everything(seed, step)
        return (torch.rand(4).tolist(), torch.rand(4, generator=generator).tolist())

    assert numbers(3, 7) == numbers(3, 7)
    drawn = [numbers(seed, step) for seed in range(5) for step in range(50)]
    assert len({str(globally) for globally, _ in drawn}) == len({str(own) for _, own in drawn}) == 250


@pytest.mark.parametrize(("minutes", "passed"), [(0, [0]), (60, [0, 1, 2]), (None, [0, 1, 2])])
def test_time_budget_stops_after_the_item_in_hand(minutes, passed):
    made = []

    def progress():
        for step in range(3):
            made.append(step)
            yield step

    assert list(training.within_minutes(progress(), minutes)) == made == passed


@pytest.mark.parametrize(("available", "kind"), [(True, "cuda"), (False, "cpu")])
def test_best_device_is_the_gpu_where_there_is_one(available, kind, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert training.best_device().type == kind


def test_moments_are_dense_at_first():
    moments = training.moments(6000, 48)
    assert moments[0] == 1
    assert moments[-1] == 6000
    assert 30 < len(moments) <= 48
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert gaps[0] == 1
    assert gaps[-1] > 500
    assert training.moments(3000, 8, first=30)[0] == 30
    assert training.moments(5, 1) == [1]


def test_settled_statistics_are_the_means_of_all_batches_and_the_model_keeps_its_own():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2)).eval()
    model[1].running_mean.fill_(7)
    batches = [(torch.randn(6, 1, 4, 4) + k,) for k in range(3)]
    settled = training.settle_statistics(model, batches)
    hidden = [model[0](one).detach() for (one,) in batches]
    assert settled[1].running_mean == pytest.approx(
        torch.stack([one.mean((0, 2, 3)) for one in hidden]).mean(0), abs=1e-5
    )
    assert settled[1].running_var == pytest.approx(
        torch.stack([one.var((0, 2, 3)) for one in hidden]).mean(0), rel=1e-4
    )
    assert not settled.training
    assert (model[1].running_mean == 7).all()


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_a_number_that_is_not_finite_is_named(wrong):
    training.require_finite(3, {"judging": 1.0})
    with pytest.raises(training.DivergedError, match="step 3: fooling not finite"):
        training.require_finite(3, {"judging": 1.0, "fooling": wrong})
