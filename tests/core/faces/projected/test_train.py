"""Trainings of twenty steps with small networks, on portraits that nobody sat for."""

import csv
import itertools

import pytest
import torch

from core import training, weights
from core.faces import data, efficientnet
from core.faces.projected import sample, train


@pytest.fixture
def config(small_generator):
    return train.Config(
        n_steps=20, batch=4, judged_sides=(32, 48), larger_from=12, head_width=4, generator=small_generator
    )


@pytest.fixture
def make(config, portraits_folder, small_features):
    pictures, shares = data.load_training(16)

    def made(**changes):
        return train.Run(
            train.Config(**{**vars(config), **changes}), pictures, torch.device("cpu"), shares, small_features
        )

    return made


@pytest.fixture
def command(config, portraits_folder, small_features, monkeypatch):
    """The command with a small profile and small eyes."""
    monkeypatch.setattr(train, "EfficientNetLite", lambda name: small_features)
    monkeypatch.setitem(train.PROFILES, "cpu", config)
    return lambda out, *options: train.main(["--out", str(out), "--device", "cpu", *options])


def after(run, n_steps):
    for progress in training.train(run):
        if progress.step == n_steps:
            break
    return run


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.values(), other.values(), strict=True))


def copied(network):
    return {name: one.clone() for name, one in network.state_dict().items()}


def test_the_same_seed_gives_the_same_weights_and_another_does_not(make):
    first, second, third = after(make(), 14), after(make(), 14), after(make(seed=1), 14)
    assert same(first.average.model.state_dict(), second.average.model.state_dict())
    assert same(first.heads.state_dict(), second.heads.state_dict())
    assert not same(first.generator.state_dict(), third.generator.state_dict())


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 16)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 9).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 16)
    for part in ("generator", "projection", "heads"):
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


def test_the_heads_learn_to_tell(make):
    """Beside a generator that stands still."""
    run = make(n_steps=160, learning_rate=4e-3)
    run.optimizers[0] = torch.optim.SGD(run.generator.parameters(), lr=0.0)
    run._set_learning_rates = lambda: None
    losses = [progress.losses["judging"] for progress in training.train(run)]
    assert sum(losses[-10:]) < 0.85 * sum(losses[:10])


def test_the_generator_learns_to_fool_heads_that_stand_still(make):
    run = make(n_steps=80, learning_rate=4e-3)
    run.optimizers[1] = torch.optim.SGD(run.heads.parameters(), lr=0.0)
    run._set_learning_rates = lambda: None
    losses = [progress.losses["fooling"] for progress in training.train(run)]
    assert sum(losses[-10:]) < sum(losses[:10]) - 0.2


def test_the_generator_never_sees_a_portrait(make):
    """With heads that stand still, other portraits change nothing of what it learns."""
    runs = [make(), make()]
    runs[1].pictures = 255 - runs[1].pictures
    for run in runs:
        run.optimizers[1] = torch.optim.SGD(run.heads.parameters(), lr=0.0)
        run._set_learning_rates = lambda: None
        after(run, 5)
    assert same(runs[0].generator.state_dict(), runs[1].generator.state_dict())


def test_features_and_projection_stand_still(make):
    run = make()
    before = copied(run.features), copied(run.projection)
    after(run, 5)
    assert same(before[0], run.features.state_dict())
    assert same(before[1], run.projection.state_dict())


def test_portraits_are_drawn_by_their_shares(make):
    run = make(batch=400)
    run.shares = torch.zeros(len(run.pictures))
    run.shares[[2, 3]] = torch.tensor([1.0, 3.0])
    drawn = data.to_bytes(run._portraits(torch.Generator().manual_seed(0)))
    of_each = [
        sum(torch.equal(one, kind) for one in drawn for kind in (run.pictures[k], run.pictures[k].flip(2)))
        for k in (2, 3)
    ]
    assert 60 < of_each[0] < 140
    assert 260 < of_each[1] < 340


def test_the_judge_sees_larger_pictures_later(make):
    run, seen = make(), []
    features = run.features
    run.features = lambda pictures: seen.append(pictures.shape[-1]) or features(pictures)
    after(run, 14)
    assert seen == [32] * 2 * 12 + [48] * 2 * 2


@pytest.mark.parametrize("broken", ["generator", "heads"])
def test_what_is_not_finite_ends_the_run_before_the_step_is_taken(make, broken):
    run = after(make(), 2)
    with torch.no_grad():
        next(getattr(run, broken).parameters()).fill_(float("nan"))
    before = copied(run.generator), copied(run.average.model)
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    for was, now in zip(before, (run.generator, run.average.model), strict=True):
        assert all(torch.equal(was[k], one) for k, one in now.named_parameters() if was[k].isfinite().all())
    assert run.step == 2


def test_shipped_statistics_are_those_of_the_shipped_weights(make):
    """Normalised with them, what goes into the first rectifier has mean 0 and deviation 1 again."""
    run = after(make(n_steps=40, learning_rate=2e-3), 40)
    settled = run._settled()
    latents = torch.randn(2000, 6)
    before = settled.start[:2](6**0.5 * torch.nn.functional.normalize(latents, dim=1))
    norm = settled.start[2]
    assert norm.running_mean == pytest.approx(before.mean(dim=(0, 2, 3)).detach(), abs=0.15)
    assert norm.running_var == pytest.approx(before.var(dim=(0, 2, 3)).detach(), rel=0.35)


def test_learning_rates_stay_and_fall():
    shares = [train.learning_rate_share(step / 1000) for step in range(1001)]
    assert shares[0] == shares[600] == 1
    assert shares[-1] == pytest.approx(train.LEAST_RATE)
    assert all(later <= earlier for earlier, later in itertools.pairwise(shares))


def test_the_command_leaves_weights_that_paint(command, tmp_path):
    assert command(tmp_path) == 0
    model = sample.load_from(tmp_path / "weights")
    assert model.faces(torch.randn(3, 6).numpy()).shape == (3, 16, 16, 3)
    assert (tmp_path / "sheet" / "000020.png").is_file()
    assert (tmp_path / "film" / "000001.png").is_file()
    assert (tmp_path / "film" / "000020.png").is_file()
    assert sample.load_from(tmp_path / "moments" / "000020").latent_size == 6
    with (tmp_path / "losses.csv").open(newline="") as table:
        assert [int(row["step"]) for row in csv.DictReader(table)] == [20]


def test_moments_are_kept_farther_and_farther_apart(make, tmp_path):
    run = make()
    for step in range(1, 15):
        run.step = step
        run.keep(tmp_path)
    assert [int(one.name) for one in sorted((tmp_path / "moments").iterdir())] == [1, 2, 3, 4, 6, 8, 11]


def test_the_command_goes_on_and_starts_from_what_was_shipped(command, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert command(first, "--steps", "12") == 0
    assert command(first, "--resume") == 0
    assert training.load_checkpoint(first / "checkpoint.pt")["step"] == 20
    assert command(second, "--start-from", str(first / "weights"), "--steps", "1") == 0
    for part in ("", "projected_discriminator"):
        shipped, moved = (weights.load_weights(folder / "weights" / part)[0] for folder in (first, second))
        for name in shipped:
            if "running" not in name and "_u" not in name and "_v" not in name and "batches" not in name:
                assert (shipped[name].float() - moved[name].float()).abs().max() < 0.01, name


def test_weights_of_another_size_are_refused(command, tmp_path, monkeypatch, config, capsys):
    assert command(tmp_path / "first", "--steps", "1") == 0
    larger = train.Config(**{**vars(config), "generator": train.GeneratorConfig(4, (8, 8, 8))})
    monkeypatch.setitem(train.PROFILES, "cpu", larger)
    assert command(tmp_path / "second", "--start-from", str(tmp_path / "first" / "weights")) == 1
    assert "another size" in capsys.readouterr().err


def test_without_portraits_or_eyes_the_command_says_so(command, tmp_path, monkeypatch, capsys):
    def missing(name):
        raise efficientnet.NoFeaturesError("the package is not installed")

    monkeypatch.setattr(train, "EfficientNetLite", missing)
    assert command(tmp_path) == 1
    assert "not installed" in capsys.readouterr().err
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    assert command(tmp_path) == 1
    assert "no portraits" in capsys.readouterr().err
