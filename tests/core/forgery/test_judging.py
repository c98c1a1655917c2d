"""What judges learn from, and that they learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core import training
from core.forgery import judging
from core.forgery.redraw import prepared

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def fakes(digits):
    """Of two moments: noise, and digits upside down."""
    noise = np.random.default_rng(0).integers(0, 256, (60, 28, 28), dtype=np.uint8)
    return [noise, digits.images[300:360, ::-1]]


@pytest.fixture(scope="module")
def evidence(digits, fakes, judge_config):
    return judging.gather(digits.images[:300], fakes, judge_config)


@pytest.fixture
def make(digits, evidence, judge_config):
    def make(**changes):
        return judging.Run(replace(judge_config, **changes), evidence, digits.images[1000:1200], CPU)

    return make


def after(run, n_steps):
    while run.step < n_steps:
        run.advance()
    return run


def same(one, other):
    return all(
        torch.equal(a, b)
        for mine, theirs in zip(one.judges, other.judges, strict=True)
        for a, b in zip(mine.state_dict().values(), theirs.state_dict().values(), strict=True)
    )


def test_all_evidence_is_prepared_and_a_third_redrawn(digits, evidence):
    assert np.array_equal(evidence.real.numpy(), prepared(digits.images[:300]))
    assert [len(one) for one in (evidence.real_redrawn, *evidence.fakes, *evidence.fakes_redrawn)] == [
        100,
        60,
        60,
        20,
        20,
    ]


def test_judges_learn_in_turn_and_only_the_fakes_of_their_time(make):
    run = make()
    untouched = [one.clone() for one in run.judges[1].state_dict().values()]
    after(run, run.config.n_steps_each)
    assert all(torch.equal(a, b) for a, b in zip(untouched, run.judges[1].state_dict().values(), strict=True))
    randomness = torch.Generator().manual_seed(0)
    first = run._fake(0, randomness)
    assert first.std() > 0.25  # noise
    after(run, run.n_steps)
    assert run.step == 2 * run.config.n_steps_each


def test_a_judge_learns_to_tell(make):
    run = make(n_steps_each=120)
    apart = [numbers["real_logit"] - numbers["fake_logit"] for numbers in (run.advance() for _ in range(240))]
    for start in (0, 120):
        assert abs(sum(apart[start : start + 5])) < 1
        assert sum(apart[start + 110 : start + 120]) > 5


def test_the_loss_is_weighted_and_doubts(make):
    """Against its closed form, for one logit for all of a kind."""
    run = make()
    config = run.config
    real, fake = torch.full((config.batch,), 1.5), torch.full((config.batch,), -0.5)
    share = run._n_redrawn() / config.batch
    assert share == pytest.approx(1 / 3, abs=0.05)
    softplus = torch.nn.functional.softplus
    wanted = (1 - share + share * config.redrawn_real_weight) * (0.9 * softplus(-real[0]) + 0.1 * softplus(real[0]))
    wanted = wanted + (1 - share + share * config.redrawn_fake_weight) * softplus(fake[0])  # of as many, here
    assert run._loss(real, fake) == pytest.approx(wanted.item(), abs=1e-5)


def test_quantiles_rise_and_hold_the_setting_digits(make):
    run = after(make(), 60)
    for row in run.quantiles():
        assert len(row) == judging.N_QUANTILES
        assert row == sorted(row)
        assert row[-1] > row[0]


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 50)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 35).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    assert same(whole, after(resumed, 50))
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=8).restore(resumed.state())


def test_what_is_not_finite_ends_the_run(make):
    run = make()
    with torch.no_grad():
        run.judges[0].score.bias.fill_(float("nan"))
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
