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


def test_what_is_accepted_is_counted_over_all_batches(trained, digits, monkeypatch):
    judges = judge.load_from(trained / "judges" / "weights")
    at_once = evaluate.accepted(judges, digits.images[:50])
    monkeypatch.setattr(evaluate, "BATCH", 20)
    assert evaluate.accepted(judges, digits.images[:50]) == pytest.approx(at_once)


def test_forgeries_are_each_digit_in_turn(trained):
    forger = forge.load_from(trained / "forger" / "weights")
    images, labels = evaluate.forgeries(forger, 0, 25)
    assert images.shape == (25, 28, 28)
    assert np.bincount(labels).tolist() == [3] * 5 + [2] * 5
    assert 0 <= evaluate.read_rightly(forger, 0, 25) <= 1


@pytest.mark.usefixtures("few")
def test_the_command_prints_both_of_the_test_digits(trained, digits, monkeypatch, capsys):
    """Real digits of the test half are white noise here, which no judge accepts as it does those it has learnt from."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
    test = data.Digits(noise, np.zeros(40, np.int64))
    monkeypatch.setattr(data, "load", lambda: data.DigitData(digits, test, "mnist"))
    folders = ["--forger", str(trained / "forger" / "weights"), "--judges", str(trained / "judges" / "weights")]
    assert evaluate.main(folders) == 0
    printed = capsys.readouterr().out
    assert printed.count("read as the digit") == len(forge.load_from(trained / "forger" / "weights").moments)
    _, _, *rows = printed[printed.index("| judge of step") :].splitlines()
    judges = judge.load_from(trained / "judges" / "weights")
    accepted = [float(row.split("|")[2]) for row in rows]
    assert accepted == pytest.approx(100 * evaluate.accepted(judges, evaluate.prepared(noise)), abs=0.06)
    assert accepted != pytest.approx(100 * evaluate.accepted(judges, digits.images[1000:1100]), abs=5)
    assert evaluate.main(["--forger", "nowhere"]) == 1


def test_without_mnist_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(data, "load", lambda: data.DigitData(None, None, "sklearn"))
    assert evaluate.main([]) == 1
    assert "no MNIST" in capsys.readouterr().err
