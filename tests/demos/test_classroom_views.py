"""What phones and projectors see: nothing of the truth before it is revealed."""

import csv
import io

import numpy as np
import pytest

from core.classroom.store import CLOSED, REVEALED, Store
from demos import classroom_views as views

BOTH = {"ko": "x", "en": "x"}
CHOICE = {
    "ask": BOTH,
    "options": [{"text": BOTH}, {"text": {"ko": "=1+1", "en": "=1+1"}}, {"picture": "p"}],
    "n_options": 3,
    "takes_many": False,
    "takes_drawing": False,
    "answer": [1],
    "why": {"ko": "SECRET", "en": "SECRET"},
    "see": ["neuron", {}],
}
DRAW = {**CHOICE, "options": [], "n_options": 10, "takes_drawing": True, "answer": [], "why": None}
INK = np.arange(784, dtype=np.uint8).tobytes()


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "classes.sqlite3")


@pytest.fixture
def code(kept):
    code, _ = kept.open_class(0)
    for name in ("Mina", "=HYPERLINK(1)"):
        kept.join(code, f"token of {name}", name)
    return code


def phone(kept, code, number):
    return views.phone(kept, code, kept.people(code)[number - 1], views.phones(kept, code))


def test_before_the_first_round(kept, code):
    assert phone(kept, code, 1) == {"number": 1, "name": "Mina", "round": None}
    assert views.screen(kept, code) == {"people": 2, "isLocked": False, "hasForged": False, "round": None}


@pytest.mark.parametrize("phase", ["open", CLOSED])
def test_the_truth_is_in_no_view_before_the_reveal(kept, code, phase):
    kept.ask(code, "quiz", CHOICE, {})
    kept.vote(code, 1, 1, [1], 0)
    kept.set_round(code, 1, phase=phase)
    for view in (phone(kept, code, 1), views.screen(kept, code)):
        assert not {"answer", "why", "see", "judge", "names"} & view["round"].keys()
        assert "SECRET" not in str(view)
    kept.set_round(code, 1, phase=REVEALED)
    for view in (phone(kept, code, 1), views.screen(kept, code)):
        assert view["round"]["answer"] == [1]
        assert view["round"]["why"]["en"] == "SECRET"


def test_a_phone_sees_its_own_vote_and_nobody_elses(kept, code):
    kept.ask(code, "quiz", CHOICE, {})
    kept.vote(code, 1, 1, [2], 0)
    assert phone(kept, code, 1)["round"]["choice"] == [2]
    other = phone(kept, code, 2)["round"]
    assert other["choice"] is None
    assert not {"counts", "votes"} & other.keys()


def test_a_hidden_tally_is_hidden_until_the_reveal(kept, code):
    kept.ask(code, "quiz", CHOICE, {}, is_hidden=True)
    kept.vote(code, 1, 1, [2], 0)
    hidden = views.screen(kept, code)["round"]
    assert hidden["votes"] == 1
    assert "counts" not in hidden
    kept.set_round(code, 1, phase=REVEALED)
    assert views.screen(kept, code)["round"]["counts"] == [0, 0, 1]


def test_everybody_draws_a_digit_of_their_own_and_the_class_measures_the_network(kept, code):
    asked = kept.ask(code, "draw", DRAW, {})
    digits = [views.own_digit(k, asked) for k in range(1, 11)]
    assert sorted(digits) == list(range(10))
    for k, read in ((1, digits[0]), (2, 9)):
        kept.vote(code, 1, k, [], 0, INK, {"digit": read, "share": 0.5, "caught": [True]})
    assert phone(kept, code, 1)["round"]["digit"] == digits[0]
    assert views.screen(kept, code)["round"]["right"] == 1
    first, second = views.drawings(kept, code, 0)
    assert (first["wanted"], first["isRight"], second["isRight"]) == (digits[0], True, False)
    assert views.drawings(kept, code, first["place"]) == [second]
    kept.remove_drawing(code, 1, 1)
    (removed,) = views.drawings(kept, code, second["place"])
    assert removed == {"person": 1, "place": 3, "isRemoved": True}
    assert views.screen(kept, code)["round"]["right"] == 0
    assert not phone(kept, code, 1)["round"]["hasDrawn"]


def test_a_forgery_is_right_where_it_passes_the_last_judge(kept, code):
    kept.ask(code, "forge", {**DRAW, "digit": 4}, {})
    kept.vote(code, 1, 1, [], 0, INK, {"digit": 4, "share": 0.9, "caught": [True, False]})
    kept.vote(code, 1, 2, [], 0, INK, {"digit": 4, "share": 0.9, "caught": [False, True]})
    view = views.screen(kept, code)
    assert (view["hasForged"], view["round"]["digit"], view["round"]["right"]) == (True, 4, 1)


def test_who_forged_is_told_at_the_reveal_alone(kept, code):
    kept.ask(code, "unmask", {**CHOICE, "takes_many": True, "people": [2, None, 1], "judge": [0]}, {})
    assert "names" not in views.screen(kept, code)["round"]
    kept.set_round(code, 1, phase=REVEALED)
    assert views.screen(kept, code)["round"]["names"] == ["=HYPERLINK(1)", None, "Mina"]
    assert "names" not in phone(kept, code, 1)["round"]


def test_the_table_has_every_vote_and_no_formula(kept, code):
    kept.ask(code, "quiz", CHOICE, {})
    kept.vote(code, 1, 1, [2], 0)
    kept.vote(code, 1, 2, [1], 0)
    kept.ask(code, "draw", DRAW, {})
    kept.vote(code, 2, 1, [], 0, INK, {"digit": 3, "share": 0.5, "caught": [True]})
    kept.ask(code, "bet", {**CHOICE, "answer": []}, {})
    kept.vote(code, 3, 1, [0], 0)
    rows = list(csv.reader(io.StringIO(views.table(kept, code, "en").removeprefix("\ufeff"))))
    assert rows[0] == ["round", "kind", "question", "number", "name", "answer", "right"]
    assert [[row[0], *row[3:]] for row in rows[1:]] == [
        ["1", "1", "Mina", "C", "0"],
        ["1", "2", "'=HYPERLINK(1)", "'=1+1", "1"],
        ["2", "1", "Mina", "3", "1"],
        ["3", "1", "Mina", "x", ""],
    ]
