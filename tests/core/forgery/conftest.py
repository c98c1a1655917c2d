"""Small forgers and judges that have learnt for a moment, on scikit-learn's digits."""

import argparse

import pytest
import torch

from core import training
from core.digits import data
from core.forgery import judging, train
from core.forgery.model import ForgerConfig, JudgeConfig

CPU = torch.device("cpu")


@pytest.fixture(scope="session", autouse=True)
def few_of_all():
    """Thousands of scribbles take seconds to draw, and small judges learn nothing else from them; and thousands of
    forgeries settle what hundreds do nearly as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "N_SCRIBBLES", 200)
        patch.setattr(train, "N_SETTLING", 1)
        yield


@pytest.fixture(scope="session")
def digits():
    return data.sklearn_digits()


@pytest.fixture(scope="session")
def forger_config():
    network = ForgerConfig(latent_size=8, channels=(16, 12, 8))
    return train.Config(n_steps=60, batch=16, forger=network, discriminator=JudgeConfig(channels=(4, 8, 8)))


@pytest.fixture(scope="session")
def judge_config():
    return judging.Config(n_steps_each=30, batch=16, n_real=300, n_fakes=60, judge=JudgeConfig(channels=(4, 8, 8)))


@pytest.fixture(scope="session")
def trained(digits, forger_config, judge_config, tmp_path_factory):
    """The folder of a forger and of its judges, who saw only noise and scrawl."""
    folder = tmp_path_factory.mktemp("forgery")
    run = train.Run(forger_config, digits[:1000], CPU)
    options = argparse.Namespace(out=folder / "forger", minutes=None, steps=None, resume=False)
    assert training.follow(run, options, train.COLUMNS) == 0
    fakes = [run.fakes(step, judge_config.n_fakes, seed=1)[0] for step in run.kept]
    evidence = judging.gather(digits.images[:300], fakes, judge_config)
    judges = judging.Run(judge_config, evidence, digits.images[1000:1200], CPU)
    options.out = folder / "judges"
    assert training.follow(judges, options, judging.COLUMNS) == 0
    return folder
