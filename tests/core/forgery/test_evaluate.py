"""The table has a row for each judge, and its figures are shares."""

import numpy as np
import pytest

from core.digits import data
from core.forgery import evaluate, forge, judge


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(evaluate, "N_JUDGED", 20)
    monkeypatch.setattr(evaluate.read_rightly, "__defaults__", (20,))


@pytest.mark.usefixtures("few")
def test_the_table_says_what_the_judges_say(trained, digits):
    forger, judges = forge.load_from(trained / "forger" / "weights"), judge.load_from(trained / "judges" / "weights")
    real = digits.images[1100:1160]
    head, _, *rows = evaluate.table(forger, judges, real).splitlines()
    assert len(rows) == len(forger.moments)
    assert head.count("rejected") == len(forger.moments) + 2  # and redrawn ones, and scribbles
    accepted = evaluate.accepted(judges, evaluate.prepared(real))
    for k, row in enumerate(rows):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert int(cells[0]) == forger.moments[k]
        assert float(cells[1]) == pytest.approx(100 * accepted[k], abs=0.06)
        assert all(0 <= float(cell) <= 100 for cell in cells[1:])


def test_forgeries_are_each_digit_in_turn(trained):
    forger = forge.load_from(trained / "forger" / "weights")
    images, labels = evaluate.forgeries(forger, 0, 25)
    assert images.shape == (25, 28, 28)
    assert np.bincount(labels).tolist() == [3] * 5 + [2] * 5
    assert 0 <= evaluate.read_rightly(forger, 0, 25) <= 1


@pytest.mark.usefixtures("few")
def test_the_command_prints_both(trained, digits, monkeypatch, capsys):
    monkeypatch.setattr(data, "load", lambda: data.DigitData(digits[:200], digits[200:], "mnist"))
    monkeypatch.setattr(data, "held_out", lambda train: (train[:150], train[150:]))
    folders = ["--forger", str(trained / "forger" / "weights"), "--judges", str(trained / "judges" / "weights")]
    assert evaluate.main(folders) == 0
    printed = capsys.readouterr().out
    assert printed.count("read as the digit") == len(forge.load_from(trained / "forger" / "weights").moments)
    assert "| judge of step" in printed
    assert evaluate.main(["--forger", "nowhere"]) == 1


def test_without_mnist_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(data, "load", lambda: data.DigitData(None, None, "sklearn"))
    assert evaluate.main([]) == 1
    assert "no MNIST" in capsys.readouterr().err
