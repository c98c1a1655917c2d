"""Digits with MNIST and without it, and studies that have learned for as long as a test needs."""

import pytest

from core.digits import data
from core.digits.study import Study, StudyConfig


@pytest.fixture
def no_mnist(tmp_path, monkeypatch):
    """The data folder is empty."""
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    data._load.cache_clear()
    yield
    data._load.cache_clear()


@pytest.fixture(scope="session")
def learn_until():
    """A function that gives a study that has seen so many examples, however slow the machine is."""

    def learn_until(n_seen, digits, **config):
        study = Study(StudyConfig(**config), digits)
        while study.n_seen < n_seen:
            study.learn(0.3)
        return study

    return learn_until


@pytest.fixture(scope="module")
def learned(mnist, learn_until):
    """A study that gets nine in ten test digits right."""
    return learn_until(16_000, mnist)
