"""Trainings of a few steps, on scikit-learn's digits."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import training
from core.digits import data
from core.forgery import forge, judge, judging, train
from core.forgery.model import DigitDiscriminator, DigitForger

CPU = torch.device("cpu")


@pytest.fixture
def make(forger_config, digits):
    return lambda **changes: train.Run(replace(forger_config, **changes), digits[:1000], CPU)


def after(run, n_steps):
    while run.step < n_steps:
        run.advance()
    return run


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.values(), other.values(), strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_does_not(make):
    first, second, third = after(make(), 12), after(make(), 12), after(make(seed=1), 12)
    assert same(first.average.model.state_dict(), second.average.model.state_dict())
    assert not same(first.forger.state_dict(), third.forger.state_dict())


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 45)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 33).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 45)
    assert same(whole.forger.state_dict(), resumed.forger.state_dict())
    assert same(whole.discriminator.state_dict(), resumed.discriminator.state_dict())
    assert whole.kept.keys() == resumed.kept.keys()
    assert whole.film.keys() == resumed.film.keys()


def test_a_checkpoint_of_another_run_is_refused(make):
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=8).restore(make().state())


def test_eight_moments_are_kept_and_the_last_is_the_end(make):
    run = after(make(n_steps=400), 400)
    assert len(run.kept) == train.N_MOMENTS
    assert next(iter(run.kept)) == train.FIRST_MOMENT
    assert list(run.kept)[-1] == 400
    assert all(frame.shape == (train.N_SHOWN, 28, 28) for frame in run.film.values())


def test_the_discriminator_learns_to_tell(make):
    """Beside a forger that stands still."""
    run = make(learning_rate=0.0, n_steps=150)
    losses = [run.advance()["judging"] for _ in range(150)]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])


def test_the_forger_learns_where_ink_belongs(make, digits):
    """What it makes comes nearer to the mean digit than noise was."""
    run = after(make(n_steps=300), 300)
    mean = digits.images[:1000].mean(0)
    apart = [np.abs(frame.float().mean(0).numpy() - mean).mean() for frame in run.film.values()]
    assert apart[-1] < 0.4 * apart[0]


def test_what_is_not_finite_ends_the_run_before_the_step_is_taken(make):
    run = after(make(), 2)
    with torch.no_grad():
        run.discriminator.score.bias.fill_(float("nan"))
    before = {name: value.clone() for name, value in run.forger.state_dict().items() if "weight" in name}
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    assert all(torch.equal(value, run.forger.state_dict()[name]) for name, value in before.items())


def test_one_way_back_through_the_discriminator_serves_both(forger_config):
    """The gradient that the forger gets is autograd's of its own loss."""
    discriminator = DigitDiscriminator(forger_config.discriminator)
    images, digits = torch.rand(6, 28, 28, requires_grad=True), torch.arange(6)
    logits = discriminator(images, digits) * torch.tensor([-25.0, -5, -1, 1, 5, 25])
    softplus = torch.nn.functional.softplus
    (wanted,) = torch.autograd.grad(softplus(-logits).mean(), images, retain_graph=True)
    (others,) = torch.autograd.grad(softplus(logits).mean(), images)
    turned = train.fooling_gradient(others, logits.detach())
    assert turned.numpy() == pytest.approx(wanted.numpy(), rel=1e-3, abs=1e-9)
    assert train.fooling_gradient(others, torch.full((6,), -200.0)).isfinite().all()


def test_statistics_are_settled_on_a_forgers_own_forgeries(forger_config, monkeypatch):
    """Whatever they were: what every normalisation gives has then the mean and the spread that it was built for."""
    monkeypatch.setattr(train, "N_SETTLING", 20)
    forger = DigitForger(forger_config.forger).eval()
    normalise = forger.grow[0]
    normalise.running_mean.fill_(7.0)
    settled = train.settle_statistics(forger)
    assert normalise.running_mean.eq(7).all()  # a copy was settled
    digits = torch.arange(2000) % data.N_CLASSES
    hidden = settled.start(torch.cat([torch.randn(2000, 8), settled.digit(digits)], dim=1))
    normal = settled.grow[0](hidden.unflatten(1, (-1, 7, 7)))
    assert normal.mean((0, 2, 3)).detach().numpy() == pytest.approx(0, abs=0.1)
    assert normal.std((0, 2, 3)).detach().numpy() == pytest.approx(1, abs=0.1)
    assert same(settled.state_dict(), train.settle_statistics(forger).state_dict())


def test_learning_rates_stay_and_then_fall(make):
    run = make(n_steps=40, cooling=0.5, learning_rate=0.01)
    rates = []
    for _ in range(40):
        run.advance()
        rates.append([optimizer.param_groups[0]["lr"] for optimizer in run.optimizers])
    assert rates[:20] == [[0.01, 0.001]] * 20
    assert np.diff(rates[20:], axis=0)[:, 0] == pytest.approx(-0.01 / 20)
    assert rates[-1] == pytest.approx([0.01 / 20, 0.001 / 20])


def command(out, *options):
    return train.main(["--out", str(out), "--device", "cpu", *options])


@pytest.fixture
def small_profile(forger_config, judge_config, digits, monkeypatch):
    """The command, with small networks and with scikit-learn's digits for MNIST's."""
    monkeypatch.setitem(train.PROFILES, "cpu", (replace(forger_config, n_steps=40), judge_config))
    monkeypatch.setattr(data, "load", lambda: data.DigitData(digits[:1500], digits[1500:], "mnist"))
    monkeypatch.setattr(data, "held_out", lambda train: (train[:1200], train[1200:]))


@pytest.mark.usefixtures("small_profile")
def test_one_command_trains_both_and_goes_on(tmp_path):
    assert command(tmp_path, "--steps", "33") == 0
    assert not (tmp_path / "judges").exists()
    assert command(tmp_path, "--resume") == 0
    forger, judges = forge.load_from(tmp_path / "forger" / "weights"), judge.load_from(tmp_path / "judges" / "weights")
    assert len(forger.moments) == len(judges.judges)
    for folder, last in (("forger", 40), ("judges", judging.Config().n_steps_each)):
        with (tmp_path / folder / "losses.csv").open(newline="") as table:
            assert int(list(csv.DictReader(table))[-1]["step"]) <= last
    assert (tmp_path / "forger" / "film" / "000001.png").is_file()
    assert (tmp_path / "forger" / "sheet" / "000040.png").is_file()


@pytest.mark.usefixtures("small_profile")
def test_another_seed_does_not_go_on_from_a_checkpoint(tmp_path, capsys):
    assert command(tmp_path, "--steps", "5") == 0
    assert command(tmp_path, "--resume", "--seed", "1") == 1
    assert "another configuration" in capsys.readouterr().err


def test_without_mnist_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "load", lambda: data.DigitData(None, None, "sklearn"))
    assert command(tmp_path) == 1
    assert "no MNIST" in capsys.readouterr().err
