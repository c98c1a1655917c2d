"""Short trainings by the real run: they learn, repeat themselves, survive a kill, and never see a test digit."""

import copy
import functools
import itertools
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import nn

from core import training, weights
from core.digits import data, train
from core.digits.model import ClassifierConfig
from core.digits.scribbles import scribbles

CPU = torch.device("cpu")
CONFIG = train.Config(
    n_epochs=2, batch=64, peak_learning_rate=1e-2, average_decay=0.9, network=ClassifierConfig((16, 32, 64))
)
STEPS_PER_EPOCH = 20
assert_same = functools.partial(torch.testing.assert_close, rtol=0, atol=0)


@pytest.fixture(scope="module")
def digits(mnist):
    """Training digits for twenty batches, and those to choose by."""
    return mnist.train[: STEPS_PER_EPOCH * CONFIG.batch + data.N_HELD_OUT]


@pytest.fixture(scope="module")
def uninterrupted(digits):
    """A run that has ended, what it reported, and its state after the first of its two epochs."""
    run = train.Run(CONFIG, digits, CPU)
    progress = train.train(run)
    first = list(itertools.islice(progress, STEPS_PER_EPOCH))
    after_first = copy.deepcopy(run.state())
    return run, [*first, *progress], after_first


def test_forty_steps_beat_chance_by_far(uninterrupted):
    run, reported, _ = uninterrupted
    assert [progress.step for progress in reported] == list(range(1, 41))
    assert [progress.step for progress in reported if progress.held_out_accuracy is not None] == [20, 40]
    assert reported[-1].loss < 0.75 * (1 + CONFIG.scribble_weight) * np.log(10)  # of knowing nothing
    assert reported[-1].best_accuracy > 0.6
    assert train.measure(run.average.model, run.held_out_digits, CPU) == reported[-1].held_out_accuracy


def test_killed_run_goes_on_as_if_nothing_had_been(uninterrupted, digits, tmp_path):
    killed = train.Run(CONFIG, digits, CPU)
    for _ in range(10):
        killed.advance()
    training.save_checkpoint(tmp_path / "checkpoint.pt", killed.state())
    torch.rand(1000)
    resumed = train.Run(CONFIG, digits, CPU)
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    assert len(list(itertools.islice(train.train(resumed), 10))) == 10
    now, expected = resumed.state(), uninterrupted[2]
    for part in ("model", "average", "best_weights"):
        assert_same(now[part], expected[part])
    assert_same(now["optimizer"]["state"], expected["optimizer"]["state"])
    assert (now["step"], now["best_accuracy"]) == (expected["step"], expected["best_accuracy"])


def test_before_the_first_epoch_ends_the_best_weights_are_the_latest(digits):
    killed = train.Run(CONFIG, digits, CPU)
    killed.advance()
    resumed = train.Run(CONFIG, digits, CPU)
    resumed.restore(copy.deepcopy(killed.state()))
    for run in (killed, resumed):
        run.advance()
        assert_same(run.best_weights, run.average.model.state_dict())


def test_best_weights_are_kept_when_later_ones_are_worse(uninterrupted, digits):
    run = train.Run(CONFIG, digits, CPU)
    run.restore(copy.deepcopy(uninterrupted[0].state()))
    assert run.choose_best() == run.best_accuracy
    best = copy.deepcopy(run.best_weights)
    nn.init.zeros_(run.average.model.logits.weight)
    assert run.choose_best() < run.best_accuracy
    assert_same(run.best_weights, best)


def test_digits_are_told_from_scribbles(uninterrupted):
    run, *_ = uninterrupted
    digits = torch.from_numpy(run.held_out_digits.images[:500]) / 255
    sureness = [
        run.average.model(images).softmax(1).amax(1).mean().item()
        for images in (scribbles(200, torch.Generator().manual_seed(9)), digits)
    ]
    assert sureness[0] < 0.4 < 0.7 < sureness[1]


def test_checkpoint_of_another_configuration_is_refused(uninterrupted, digits):
    run = train.Run(replace(CONFIG, batch=32), digits, CPU)
    with pytest.raises(ValueError, match="another configuration"):
        run.restore(uninterrupted[0].state())
    assert run.step == 0


def test_an_epoch_sees_every_digit_once(mnist):
    numbered = data.Digits(mnist.train.images[:5640], np.arange(5640))
    run = train.Run(CONFIG, numbered, CPU)
    seen = []
    while run.step < run.n_steps:
        seen.append(run._batch()[1])
        run.step += 1
    first, second = torch.cat(seen).reshape(2, -1).tolist()
    assert sorted(first) == sorted(second) == sorted(run.training_digits.labels)
    assert first != second
    assert sorted([*run.training_digits.labels, *run.held_out_digits.labels]) == list(range(5640))


def test_measure_counts_what_a_network_gets_right(mnist):
    class AlwaysSeven(nn.Module):
        def forward(self, images):
            return nn.functional.one_hot(torch.full((len(images),), 8 if self.training else 7), 10)

    share = train.measure(AlwaysSeven().train(), mnist.train[:2500], CPU)
    assert share == (mnist.train.labels[:2500] == 7).mean()


def test_learning_rate_climbs_and_falls_to_nothing():
    shares = np.array([train.one_cycle(done) for done in np.linspace(0, 1, 1001)])
    assert 0 < shares[0] < 0.02
    assert shares[50] == pytest.approx(0.5)
    assert shares.argmax() == 100
    assert shares.max() == pytest.approx(1)
    assert shares[550] == pytest.approx(0.5)
    assert shares[1000] == pytest.approx(0)
    assert (np.diff(shares[:101]) >= 0).all()
    assert (np.diff(shares[100:]) < 0).all()


def test_command_writes_a_model_without_a_test_digit_and_goes_on(mnist, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(data, "load", lambda: replace(mnist, test=None))
    command = ["--device", "cpu", "--out", str(tmp_path)]
    assert train.main([*command, "--steps", "20"]) == 0
    first, config = weights.load_weights(tmp_path)
    assert config.pop("sha256")
    assert ClassifierConfig(**{**config, "channels": tuple(config["channels"])}) == train.Config().network
    assert training.load_checkpoint(tmp_path / "checkpoint.pt")["step"] == 20
    assert train.main([*command, "--steps", "25", "--resume"]) == 0
    state = training.load_checkpoint(tmp_path / "checkpoint.pt")
    assert (state["step"], state["config"]) == (25, asdict(train.Config()))
    second, _ = weights.load_weights(tmp_path)
    assert torch.equal(second["logits.weight"], state["average"]["logits.weight"].half())
    assert not torch.equal(second["logits.weight"], first["logits.weight"])
    assert train.main([*command, "--seed", "1", "--resume"]) == 1
    assert "another configuration" in capsys.readouterr().err


def test_command_without_mnist_says_how_to_get_it(no_mnist, capsys, tmp_path):
    assert train.main(["--out", str(tmp_path / "run")]) == 1
    assert "core.downloads mnist" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
