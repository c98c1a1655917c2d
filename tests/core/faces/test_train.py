"""Trainings of twenty steps with small networks, on portraits that nobody sat for."""

import csv
import itertools

import pytest
import torch

from core import training, weights
from core.faces import data, sample, train


@pytest.fixture
def config(small_generator, small_discriminator):
    return train.Config(
        n_steps=20,
        batch=4,
        n_judged=2,
        n_drawn=3,
        spread_every=5,
        generator=small_generator,
        discriminator=small_discriminator,
        penalty_every=4,
    )


@pytest.fixture
def make(config, portraits_folder):
    pictures = data.load("train", 16)
    return lambda **changes: train.Run(train.Config(**{**vars(config), **changes}), pictures, torch.device("cpu"))


def after(run, n_steps):
    for progress in training.train(run):
        if progress.step == n_steps:
            break
    return run


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.values(), other.values(), strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_does_not(make):
    first, second, third = after(make(), 14), after(make(), 14), after(make(seed=1), 14)
    assert same(first.average.model.state_dict(), second.average.model.state_dict())
    assert same(first.discriminator.state_dict(), second.discriminator.state_dict())
    assert not same(first.generator.state_dict(), third.generator.state_dict())


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 16)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 9).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 16)
    for part in ("generator", "discriminator", "encoder"):
        assert same(getattr(whole, part).state_dict(), getattr(resumed, part).state_dict())
    assert same(whole.average.model.state_dict(), resumed.average.model.state_dict())
    assert whole.film.keys() == resumed.film.keys()
    assert all(torch.equal(whole.film[step], resumed.film[step]) for step in whole.film)


def test_a_checkpoint_of_another_run_is_refused(make):
    state = make().state()
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=8).restore(state)
    with pytest.raises(ValueError, match="other pictures"):
        make().restore({**state, "pictures": "others"})


def test_portraits_are_painted_better_and_better(make):
    losses = [progress.losses["painting"] for progress in training.train(make(n_steps=400, adversary_from=1.0))]
    assert sum(losses[-10:]) < 0.6 * sum(losses[:10])


def test_the_adversary_comes_when_it_is_told(make):
    losses = [progress.losses for progress in training.train(make(adversary_from=0.5))]
    assert all("judging" not in one for one in losses[:10])
    assert all("judging" in one and "agreeing" in one for one in losses[10:])


def test_latents_are_drawn_from_where_the_portraits_lie(make):
    run = after(make(), 6)  # looked at step 5
    with torch.no_grad():
        wanted = run._places()
    assert len(wanted) == 2 * len(run.pictures)
    places = run.generator.places(torch.randn(20_000, wanted.shape[1]))
    assert places.mean(dim=0) == pytest.approx(wanted.mean(dim=0), abs=0.25)  # a step has passed since
    assert torch.equal(run.average.model.spread, run.generator.spread)


def test_drawn_latents_are_truncated_as_they_are_offered(make):
    lengths = make(least_truncation=0.5)._latents(4000).norm(dim=1) / 6**0.5
    assert lengths.square().mean().sqrt() == pytest.approx((1 / 0.5 * (1 - 0.5**3) / 3) ** 0.5, abs=0.02)
    whole = make(least_truncation=1.0)._latents(4000)
    assert whole.std() == pytest.approx(1, abs=0.03)


def test_the_discriminator_learns_to_tell(make):
    """Beside a generator that stands still."""
    run = make(adversary_from=0.0, learning_rate=0.0, n_steps=300, discriminator_learning_rate=4e-3)
    losses = [progress.losses["judging"] for progress in training.train(run)]
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])


def test_what_is_not_finite_ends_the_run_before_the_step_is_taken(make):
    run = after(make(), 2)
    with torch.no_grad():
        run.generator.stages[-1].paint.bias.fill_(float("nan"))
    before = {name: value.clone() for name, value in run.average.model.state_dict().items()}
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    assert same(before, run.average.model.state_dict())


def test_an_error_that_grows_ends_the_run(make):
    run = after(make(), 2)
    run.best_error = run.error / 3
    with pytest.raises(training.DivergedError, match="the error is"):
        run.advance()


def test_painting_is_measured_at_four_sizes():
    real = torch.zeros(1, 3, 16, 16)
    assert train.painting_loss(real + 0.5, real) == pytest.approx(0.5)
    checks = real.clone()
    checks[:, :, ::2, ::2] = checks[:, :, 1::2, 1::2] = 1
    checks[:, :, ::2, 1::2] = checks[:, :, 1::2, ::2] = -1  # gone at half the side
    assert train.painting_loss(checks, real) == pytest.approx(0.25)


def test_learning_rates_rise_stay_and_fall():
    shares = [train.learning_rate_share(step / 1000, 0.3) for step in range(1001)]
    assert shares[0] < 0.02
    assert shares[20] == shares[299] == 1
    assert shares[300] == shares[600] == pytest.approx(0.33)
    assert shares[-1] == pytest.approx(0.01)
    assert all(later <= earlier for earlier, later in itertools.pairwise(shares[20:]))


def command(out, monkeypatch, config, *options):
    monkeypatch.setitem(train.PROFILES, "cpu", config)
    return train.main(["--out", str(out), "--device", "cpu", *options])


def test_the_command_leaves_weights_that_paint(portraits_folder, tmp_path, monkeypatch, config):
    assert command(tmp_path, monkeypatch, config) == 0
    model = sample.load_from(tmp_path / "weights")
    assert model.faces(torch.randn(3, 6).numpy()).shape == (3, 16, 16, 3)
    assert (tmp_path / "sheet" / "000020.png").is_file()
    assert (tmp_path / "film" / "000001.png").is_file()
    assert (tmp_path / "film" / "000020.png").is_file()
    with (tmp_path / "losses.csv").open(newline="") as table:
        assert [int(row["step"]) for row in csv.DictReader(table)] == [20]


def test_the_command_goes_on_and_starts_from_what_was_shipped(portraits_folder, tmp_path, monkeypatch, config):
    first, second = tmp_path / "first", tmp_path / "second"
    assert command(first, monkeypatch, config, "--steps", "12") == 0
    assert command(first, monkeypatch, config, "--resume") == 0
    assert training.load_checkpoint(first / "checkpoint.pt")["step"] == 20
    shipped = weights.load_weights(first / "weights")[0]
    assert command(second, monkeypatch, config, "--start-from", str(first / "weights"), "--steps", "1") == 0
    moved = weights.load_weights(second / "weights")[0]
    assert (shipped["start.weight"].float() - moved["start.weight"].float()).abs().max() < 0.01


def test_weights_of_another_size_are_refused(portraits_folder, tmp_path, monkeypatch, config, capsys):
    assert command(tmp_path / "first", monkeypatch, config, "--steps", "1") == 0
    larger = train.Config(**{**vars(config), "generator": train.GeneratorConfig(4, 8, (8, 8, 8))})
    options = ("--start-from", str(tmp_path / "first" / "weights"))
    assert command(tmp_path / "second", monkeypatch, larger, *options) == 1
    assert "another size" in capsys.readouterr().err


def test_without_portraits_the_command_says_so(tmp_path, monkeypatch, config, capsys):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    assert command(tmp_path, monkeypatch, config) == 1
    assert "no portraits" in capsys.readouterr().err
