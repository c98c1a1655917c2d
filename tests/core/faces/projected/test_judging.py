"""The police of the page learns to tell, goes on where it was killed, and keeps what its threshold is read off."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from core import training, weights
from core.faces import data
from core.faces.projected import judge, judging
from core.faces.projected.model import Generator


@pytest.fixture
def config(small_discriminator):
    return judging.Config(n_steps=40, batch=6, n_fakes=40, learning_rate=3e-3, discriminator=small_discriminator)


@pytest.fixture
def faces(small_generator, tmp_path):
    """A training's folder with a moment and the last weights of a generator that has learnt nothing."""
    for k, name in enumerate(("moments/000010", "weights")):
        torch.manual_seed(k)
        folder = tmp_path / "faces" / name
        weights.save_weights(folder, Generator(small_generator).state_dict(), {"network": asdict(small_generator)})
    return tmp_path / "faces"


@pytest.fixture
def make(config, faces, portraits_folder):
    real, held_out = (
        judging.as_learnt(data.load(split, 16).permute(0, 2, 3, 1).numpy()) for split in ("train", "heldout")
    )
    fakes = judging.paint_moments(faces, 40, 0)

    def made(**changes):
        changed = judging.Config(**{**vars(config), **changes})
        return judging.Run(changed, real, fakes, held_out, torch.device("cpu"))

    return made


def after(run, n_steps):
    for progress in training.train(run):
        if progress.step == n_steps:
            break
    return run


def test_it_learns_to_tell_and_the_same_seed_learns_the_same(make):
    run, again = make(n_steps=120), make(n_steps=120)
    losses = [progress.losses["judging"] for progress in training.train(run)]
    assert sum(losses[-5:]) < 0.75 * sum(losses[:5])
    after(again, 120)
    assert all(
        torch.equal(one, again.discriminator.state_dict()[k]) for k, one in run.discriminator.state_dict().items()
    )


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 16)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 9).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 16)
    kept = resumed.discriminator.state_dict()
    assert all(torch.equal(one, kept[k]) for k, one in whole.discriminator.state_dict().items())
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=3).restore(whole.state())


def test_what_is_not_finite_ends_the_run(make):
    run = make()
    run.config = judging.Config(**{**vars(run.config), "doubt": float("nan")})
    before = {k: one.clone() for k, one in run.discriminator.state_dict().items()}
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    assert all(torch.equal(one, before[k]) for k, one in run.discriminator.state_dict().items())


def test_half_of_the_fakes_are_of_the_last_moment_and_the_others_of_any(make):
    run = make(batch=400)
    run.fakes = [torch.full_like(one, k) for k, one in enumerate(run.fakes)]
    drawn = run._fakes(torch.Generator().manual_seed(0))[:, 0, 0, 0]
    assert 0.68 < (drawn == 1).float().mean() < 0.82


def test_doubt_draws_answers_to_portraits_away_from_certainty():
    sure, unsure = torch.tensor([20.0]), torch.tensor([2.2])  # 0.9
    fake = torch.tensor([-20.0])
    assert judging.judging_loss(sure, fake, 0.0) == pytest.approx(0, abs=1e-6)
    assert judging.judging_loss(unsure, fake, 0.1) < judging.judging_loss(sure, fake, 0.1)


def test_the_command_leaves_a_discriminator_with_its_line(
    config, faces, portraits_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(judging.PROFILES, "cpu", config)
    arguments = ["--out", str(tmp_path / "out"), "--faces", str(faces), "--device", "cpu"]
    assert judging.main(arguments) == 0
    discriminator = judge.load_from(tmp_path / "out" / "weights")
    held_out = data.load("heldout", 16).permute(0, 2, 3, 1).numpy()[::2]
    kept = weights.load_weights(tmp_path / "out" / "weights")[1]["held_out_logits"]
    assert sorted(discriminator.realness(held_out) + discriminator.threshold) == pytest.approx(kept, abs=1e-3)
    assert np.isfinite(discriminator.threshold)
    assert judging.main([*arguments[:2], "--faces", str(tmp_path / "nothing")]) == 1
    assert "is not there" in capsys.readouterr().err
