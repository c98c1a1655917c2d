"""Classes, people, rounds and votes in the file, also after another process has opened it."""

import subprocess
import sys
import textwrap

import pytest

from core.classroom import store
from core.classroom.store import (
    CLOSED,
    KEPT_S,
    MOST_PEOPLE,
    OPEN,
    REVEALED,
    BadVoteError,
    ForeignError,
    FullError,
    LateError,
    LockedError,
    Person,
    Store,
    UnknownClassError,
)

NOW = 1_000_000.0
CHOICE = {"n_options": 4, "takes_many": False, "takes_drawing": False}
MANY = {**CHOICE, "takes_many": True}
DRAWING = {"n_options": 10, "takes_many": False, "takes_drawing": True}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "classes.sqlite3"


@pytest.fixture
def kept(path):
    return Store(path)


@pytest.fixture
def code(kept):
    return kept.open_class(NOW)[0]


def test_codes_are_six_characters_that_nobody_reads_wrongly(kept):
    codes = {store.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(store.is_code(code) for code in codes)
    assert not set("".join(codes)) & set("01OI")
    assert not any(map(store.is_code, ["", "ABCDE", "ABCDEFG", "ABCDE0", "abcdef"]))


def test_only_the_secret_steers(kept):
    (code, secret), (other, others) = kept.open_class(NOW), kept.open_class(NOW)
    assert code != other
    kept.require_teacher(code, secret)
    with pytest.raises(ForeignError):
        kept.require_teacher(code, others)
    with pytest.raises(UnknownClassError):
        kept.require_teacher("AAAAAA", secret)


def test_neither_secret_nor_token_stands_in_the_file(kept, path):
    code, secret = kept.open_class(NOW)
    kept.join(code, "token-of-a-phone", "Mina")
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Mina" in written
    assert secret.encode() not in written
    assert b"token-of-a-phone" not in written


def test_who_comes_again_is_the_same(kept, code):
    assert kept.join(code, "a", "Mina") == Person(1, "Mina")
    assert kept.join(code, "b", "") == Person(2, "")
    assert kept.join(code, "a", "Min-a") == Person(1, "Min-a")
    assert kept.person(code, "b") == Person(2, "")
    assert kept.n_people(code) == 2
    assert [person.name for person in kept.people(code)] == ["Min-a", ""]
    with pytest.raises(ForeignError):
        kept.person(code, "c")


def test_classes_do_not_see_each_other(kept, code):
    other, _ = kept.open_class(NOW)
    kept.join(code, "a", "Mina")
    kept.ask(code, "quiz", CHOICE, {"x": ("image/png", b"1")})
    kept.vote(code, 1, 1, [2], NOW)
    assert kept.n_people(other) == 0
    assert kept.current_round(other) is None
    assert kept.votes(other, 1) == []
    assert kept.file(other, 1, "x") is None
    with pytest.raises(ForeignError):
        kept.person(other, "a")


def test_a_locked_class_takes_in_only_who_was_there(kept, code):
    kept.join(code, "a", "")
    kept.lock(code, True)
    assert kept.is_locked(code)
    assert kept.join(code, "a", "").number == 1
    with pytest.raises(LockedError):
        kept.join(code, "b", "")
    kept.lock(code, False)
    assert kept.join(code, "b", "").number == 2


def test_a_class_can_be_full(kept, code, monkeypatch):
    monkeypatch.setattr(store, "MOST_PEOPLE", 3)
    for k in range(3):
        kept.join(code, f"token {k}", "")
    with pytest.raises(FullError):
        kept.join(code, "one more", "")
    assert kept.join(code, "token 1", "").number == 2
    assert MOST_PEOPLE >= 300


def test_there_may_be_too_many_classes(kept, monkeypatch):
    monkeypatch.setattr(store, "MOST_CLASSES", 1)
    kept.open_class(NOW)
    with pytest.raises(FullError):
        kept.open_class(NOW)


def test_the_newest_round_counts_and_closes_the_one_before(kept, code):
    kept.ask(code, "four", CHOICE, {})
    kept.ask(code, "nine", CHOICE, {}, is_hidden=True)
    assert [(one.number, one.kind, one.phase) for one in kept.rounds(code)] == [(1, "four", CLOSED), (2, "nine", OPEN)]
    assert kept.current_round(code).is_hidden
    kept.set_round(code, 2, phase=REVEALED, is_hidden=False)
    assert (kept.current_round(code).phase, kept.current_round(code).is_hidden) == (REVEALED, False)


def test_a_class_may_have_had_enough(kept, code, monkeypatch):
    monkeypatch.setattr(store, "MOST_ROUNDS", 1)
    kept.ask(code, "quiz", CHOICE, {})
    with pytest.raises(FullError):
        kept.ask(code, "quiz", CHOICE, {})
    assert kept.current_round(code).phase == OPEN


def test_files_of_a_round(kept, code):
    kept.ask(code, "four", CHOICE, {"a": ("image/jpeg", b"\xff\x00"), "b": ("audio/flac", b"f")})
    assert kept.file(code, 1, "a") == ("image/jpeg", b"\xff\x00")
    assert kept.file(code, 1, "c") is None


def test_a_vote_counts_once_and_can_be_changed(kept, code):
    for k in range(3):
        kept.join(code, f"{k}", "")
    asked = kept.ask(code, "quiz", CHOICE, {})
    for person, choice in [(1, [0]), (2, [0]), (3, [3]), (2, [0]), (1, [2])]:
        kept.vote(code, 1, person, choice, NOW)
    assert kept.tally(code, asked) == (3, [1, 0, 1, 1])
    assert [(vote.person, vote.choice) for vote in kept.votes(code, 1)] == [(3, (3,)), (2, (0,)), (1, (2,))]
    assert kept.vote_of(code, 1, 1).choice == (2,)
    assert kept.vote_of(code, 1, 9) is None
    assert [vote.person for vote in kept.votes(code, 1, after=kept.vote_of(code, 1, 2).place)] == [1]


def test_several_options_where_the_round_takes_many(kept, code):
    asked = kept.ask(code, "unmask", MANY, {})
    kept.vote(code, 1, 1, [3, 0], NOW)
    kept.vote(code, 1, 2, [], NOW)
    assert kept.tally(code, asked) == (2, [1, 0, 0, 1])


@pytest.mark.parametrize("choice", [[4], [-1], [], [1, 2]])
def test_options_that_are_not_there(kept, code, choice):
    kept.ask(code, "quiz", CHOICE, {})
    with pytest.raises(BadVoteError):
        kept.vote(code, 1, 1, choice, NOW)


@pytest.mark.parametrize(
    ("content", "said"),
    [(MANY, {"choice": [1, 1]}), (CHOICE, {"choice": [1], "drawing": b"x"}), (DRAWING, {"choice": [1]})],
)
def test_votes_of_another_form(kept, code, content, said):
    kept.ask(code, "any", content, {})
    with pytest.raises(BadVoteError):
        kept.vote(code, 1, 1, now=NOW, **said)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_only_the_open_round_takes_votes(kept, code, number):
    with pytest.raises(LateError):
        kept.vote(code, 1, 1, [0], NOW)
    kept.ask(code, "quiz", CHOICE, {})
    kept.ask(code, "quiz", CHOICE, {})
    with pytest.raises(LateError):
        kept.vote(code, number, 1, [0], NOW)
    kept.vote(code, 2, 1, [0], NOW)
    kept.set_round(code, 2, phase=CLOSED)
    with pytest.raises(LateError):
        kept.vote(code, 2, 1, [1], NOW)
    assert kept.vote_of(code, 2, 1).choice == (0,)


def test_a_drawing_that_is_removed_does_not_count(kept, code):
    asked = kept.ask(code, "draw", DRAWING, {})
    kept.vote(code, 1, 1, [], NOW, b"ink", {"digit": 3})
    kept.vote(code, 1, 2, [], NOW, b"dot", {"digit": 4})
    seen = max(vote.place for vote in kept.votes(code, 1))
    kept.remove_drawing(code, 1, 1)
    (removed,) = kept.votes(code, 1, after=seen)
    assert (removed.person, removed.is_removed) == (1, True)
    assert kept.tally(code, asked)[0] == 1
    kept.vote(code, 1, 1, [], NOW, b"better", {"digit": 5})
    assert kept.tally(code, asked)[0] == 2


def test_a_deleted_class_is_gone_from_the_file_too(kept, path, code):
    other, _ = kept.open_class(NOW)
    kept.join(code, "a", "Somebody-Unmistakable")
    kept.ask(code, "draw", DRAWING, {"f": ("image/png", b"picture-unmistakable")})
    kept.vote(code, 1, 1, [], NOW, b"drawing-unmistakable", {})
    kept.delete_class(code)
    with pytest.raises(UnknownClassError):
        kept.opened_at(code)
    assert kept.people(code) == kept.rounds(code) == kept.votes(code, 1) == []
    assert kept.file(code, 1, "f") is None
    assert kept.opened_at(other) == NOW
    assert not any(b"nmistakable" in file.read_bytes() for file in path.parent.iterdir())


def test_classes_go_by_themselves_after_a_day(kept, code):
    young, _ = kept.open_class(NOW + 60)
    assert kept.forget_old(NOW + KEPT_S) == []
    assert kept.forget_old(NOW + KEPT_S + 1) == [code]
    with pytest.raises(UnknownClassError):
        kept.join(code, "a", "")
    assert kept.opened_at(young) == NOW + 60


def test_what_was_said_outlives_a_killed_process(path):
    script = f"""
        import os, signal
        from pathlib import Path
        from core.classroom.store import Store
        kept = Store(Path({str(path)!r}))
        code, secret = kept.open_class({NOW})
        kept.ask(code, "quiz", {CHOICE!r}, {{}})
        for k in range(50):
            kept.join(code, f"token {{k}}", "")
            kept.vote(code, 1, k + 1, [k % 4], {NOW})
        print(code, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    again = Store(path)
    code = ended.stdout.strip()
    assert again.tally(code, again.current_round(code)) == (50, [13, 13, 12, 12])
    assert again.join(code, "token 7", "").number == 8
