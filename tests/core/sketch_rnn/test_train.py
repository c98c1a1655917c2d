"""Trainings of a few steps with a small network, on an alphabet that nobody writes."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from core import training, weights
from core.sketch_rnn import data, sample, train
from core.sketch_rnn.model import SketchConfig

CPU = torch.device("cpu")


@pytest.fixture
def make(config, evened_characters):
    train_drawings, valid = evened_characters["train"], evened_characters["valid"]
    return lambda **changes: train.Run(replace(config, **{"n_steps": 40} | changes), train_drawings, valid, CPU)


def after(run, n_steps):
    while run.step < n_steps:
        run.advance()
    return run


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.values(), other.values(), strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_does_not(make):
    first, second, third = after(make(), 14), after(make(), 14), after(make(seed=1), 14)
    assert same(first.average.model.state_dict(), second.average.model.state_dict())
    assert not same(first.model.state_dict(), third.model.state_dict())


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    """Across the end of an epoch, and with dropout."""
    network = replace(make().config.network, dropout=0.2)
    whole = after(make(network=network), 16)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(network=network), 9).state())
    resumed = make(network=network)
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 16)
    assert same(whole.model.state_dict(), resumed.model.state_dict())
    assert same(whole.average.model.state_dict(), resumed.average.model.state_dict())
    assert whole.loss == resumed.loss
    assert whole.film.keys() == resumed.film.keys()
    assert same(whole.film, resumed.film)


def test_a_checkpoint_of_another_run_is_refused(make):
    state = make().state()
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=8).restore(state)
    with pytest.raises(ValueError, match="other drawings"):
        make().restore({**state, "drawings": "others"})


def test_it_beats_what_one_gaussian_could(config, trained, evened_characters):
    """Its nats for an offset are below the entropy of the Gaussian with the offsets' own covariance."""
    run = train.Run(config, evened_characters["train"], evened_characters["valid"], CPU)
    run.start_from(trained)
    offsets = np.concatenate([data.scaled(one, 1 / run.scale)[1:, :2] for one in evened_characters["train"]])
    gaussian = 1 + math.log(2 * math.pi) + 0.5 * np.linalg.slogdet(np.cov(offsets.T))[1]
    n_points = np.concatenate(evened_characters["valid"]).shape[0]
    share = 1 - len(evened_characters["valid"]) / n_points  # of the costs that are of offsets: not those of ends
    assert run._measured() < gaussian * share - 0.3


def test_what_is_encoded_is_drawn_again(trained, evened_characters):
    """The latent knows more than nothing: what it tells makes the drawing cheaper."""
    sketcher = sample.load_from(trained)
    batch = data.padded([data.scaled(one, 1 / sketcher.scale) for one in evened_characters["test"]])
    network = sketcher.network
    with torch.inference_mode():
        told = [network.encode(batch)[0], network.told_nothing(len(batch))]
        costs = [sum(train.model.reconstruction_losses(network.decode(batch[:, :-1], z)[0], batch)) for z in told]
    assert costs[0].sum() < costs[1].sum()


def test_below_the_floor_the_kl_has_no_say(make):
    run = make(kl_floor=1e6)
    run.advance()
    kl = torch.tensor(3.0, requires_grad=True)
    run._kl_term(kl).backward()
    assert kl.grad == 0
    assert run._kl_term(kl).item() == pytest.approx(
        run.config.kl_weight * (1 - 0.99 * run.config.kl_rate) * 1e6 * run.config.network.latent_size, rel=1e-5
    )


def test_what_is_not_finite_ends_the_run_before_the_step_is_taken(make):
    run = after(make(), 2)
    with torch.no_grad():
        run.model.head.bias.fill_(float("nan"))
    before = {name: value.clone() for name, value in run.average.model.state_dict().items()}
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    assert same(before, run.average.model.state_dict())


def test_a_loss_that_grows_ends_the_run(make):
    run = after(make(), 2)
    run.best_loss = run.loss - 2 * train.DIVERGED
    with pytest.raises(training.DivergedError, match="the loss is"):
        run.advance()


def test_the_learning_rate_rises_and_falls():
    shares = [train.learning_rate_share(step / 1000) for step in range(1001)]
    assert shares[0] < 0.05
    assert max(shares) == pytest.approx(1, abs=0.01)
    assert np.argmax(shares) in range(5, 15)
    assert shares[-1] == pytest.approx(0.01)
    assert (np.diff(shares[15:]) <= 0).all()


@pytest.fixture
def command(strokes_folder, config, monkeypatch):
    monkeypatch.setitem(train.PROFILES, "cpu", replace(config, n_steps=20))
    monkeypatch.setattr(train, "MEASURE_EVERY", 10)
    return lambda out, *options: train.main(["--out", str(out), "--device", "cpu", *options])


def test_the_command_leaves_weights_that_draw(command, tmp_path):
    assert command(tmp_path) == 0
    assert len(sample.load_from(tmp_path / "weights").draw(2)) == 2
    assert (tmp_path / "sheet" / "000020.png").is_file()
    assert (tmp_path / "film" / "000010.png").is_file()
    assert (tmp_path / "film" / "000020.png").is_file()
    with (tmp_path / "losses.csv").open(newline="") as table:
        (row,) = csv.DictReader(table)
    assert row["step"] == "20"
    assert all(math.isfinite(float(row[name])) for name in train.COLUMNS)


def test_the_command_goes_on_and_starts_from_what_was_shipped(command, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert command(first, "--steps", "12") == 0
    assert command(first, "--resume") == 0
    assert training.load_checkpoint(first / "checkpoint.pt")["step"] == 20
    shipped = weights.load_weights(first / "weights")[0]
    assert command(second, "--start-from", str(first / "weights"), "--steps", "1") == 0
    moved = weights.load_weights(second / "weights")[0]
    assert (shipped["head.bias"].float() - moved["head.bias"].float()).abs().max() < 0.01


def test_weights_of_another_size_are_refused(command, tmp_path, monkeypatch, capsys):
    assert command(tmp_path / "first", "--steps", "1") == 0
    larger = train.Config(n_steps=20, batch=20, network=SketchConfig(8, 8, 2, 2))
    monkeypatch.setitem(train.PROFILES, "cpu", larger)
    assert command(tmp_path / "second", "--start-from", str(tmp_path / "first" / "weights")) == 1
    assert "another size" in capsys.readouterr().err


def test_without_drawings_the_command_says_so(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    assert command(tmp_path) == 1
    assert "no handwriting" in capsys.readouterr().err
