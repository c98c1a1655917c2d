"""Everybody's own work, and a line that is fair, on a clock that the tests move."""

import itertools
import threading
import time
import weakref
from collections import Counter

import pytest

from demos.seats import SILENT_S, TURN_S, Seats


@pytest.fixture
def seats(clock):
    """Two may learn, three pieces of work are kept."""
    return Seats(object, n_learning=2, n_kept=3, clock=clock)


@pytest.fixture
def line(clock):
    """Only one may learn."""
    return Seats(object, n_learning=1, n_kept=3, clock=clock)


def places(seats, tokens):
    return [seats.place_in_line(token) for token in tokens]


def pass_time(clock, seconds, seats, tokens):
    """Lets time pass in steps of a second while the tokens go on asking, in their order."""
    for _ in range(int(seconds)):
        clock.now += 1
        places(seats, tokens)


def test_same_visitor_same_work(seats):
    works = {token: seats.work(token) for token in "abc"}
    assert len(set(works.values())) == 3
    assert {token: seats.work(token) for token in "cab"} == works


def test_work_used_longest_ago_is_dropped_first(seats):
    works = {token: seats.work(token) for token in "abc"}
    seats.work("a")
    seats.work("d")  # one too many: "b" goes
    assert seats.work("a") is works["a"]
    assert seats.work("c") is works["c"]
    assert seats.work("b") is not works["b"]


def test_replaced_work_is_the_visitors_from_then_on(seats):
    old, new = seats.work("a"), object()
    seats.replace("a", new)
    assert seats.work("a") is new is not old


def test_replacing_is_using(seats):
    works = {token: seats.work(token) for token in "abc"}
    seats.replace("a", works["a"])
    seats.work("d")
    assert seats.work("a") is works["a"]


@pytest.mark.parametrize("come", [Seats.work, lambda seats, token: seats.replace(token, seats.make())])
def test_no_more_work_is_held_than_is_kept(come):
    held = weakref.WeakSet()

    def make():
        work = threading.Event()  # anything that can be referred to weakly
        held.add(work)
        return work

    seats = Seats(make, n_learning=2, n_kept=3)
    for token in "abcdefg":
        come(seats, token)
    assert len(held) == 3


def test_work_that_is_empty_is_work_too(clock):
    seats = Seats(list, n_learning=1, n_kept=3, clock=clock)
    assert seats.work("a") is seats.work("a")


def test_the_first_learn_at_once_and_the_next_wait_in_order(seats):
    assert places(seats, "abcde") == [0, 0, 1, 2, 3]
    assert places(seats, "edcba") == [3, 2, 1, 0, 0]


def test_a_place_is_free_when_somebody_leaves(seats):
    places(seats, "abcd")
    seats.leave("a")
    assert places(seats, "dcb") == [1, 0, 0], "asking earlier does not help: c was first in the line"
    assert places(seats, "ad") == [2, 1]


def test_who_leaves_the_line_makes_it_shorter(seats):
    places(seats, "abcde")
    seats.leave("d")
    assert places(seats, "abce") == [0, 0, 1, 2]


def test_leaving_without_having_come_changes_nothing(seats):
    seats.leave("x")
    assert places(seats, "abc") == [0, 0, 1]
    seats.leave("x")
    assert places(seats, "abc") == [0, 0, 1]


def test_leaving_the_line_keeps_the_work(seats):
    work = seats.work("a")
    places(seats, "a")
    seats.leave("a")
    assert seats.work("a") is work


def test_a_place_is_free_when_somebody_falls_silent(seats, clock):
    places(seats, "abc")
    clock.now += SILENT_S
    assert places(seats, "bc") == [0, 1]
    clock.now += 0.1
    assert places(seats, "bc") == [0, 0]
    assert places(seats, "a") == [1]


def test_who_waits_in_silence_loses_the_place_in_the_line(seats, clock):
    places(seats, "abcd")
    pass_time(clock, SILENT_S + 1, seats, "abd")
    assert places(seats, "dc") == [1, 2]


def test_a_long_turn_ends_only_when_somebody_waits(line, clock):
    pass_time(clock, 3 * TURN_S, line, "a")
    assert places(line, "a") == [0]
    assert places(line, "b") == [1]
    assert places(line, "ab") == [1, 0]


def test_a_turn_is_not_cut_short(line, clock):
    places(line, "ab")
    pass_time(clock, TURN_S, line, "ab")
    assert places(line, "ab") == [0, 1]
    pass_time(clock, 1, line, "ab")
    assert places(line, "ab") == [1, 0]


def test_who_gives_way_goes_to_the_end_of_the_line(line, clock):
    places(line, "abcd")
    pass_time(clock, TURN_S + 1, line, "abcd")
    assert places(line, "abcd") == [3, 0, 1, 2]


def test_everybody_gets_whole_turns_again_and_again(line, clock):
    learners = []
    for _ in range(int(9 * TURN_S)):
        learners += [token for token in "abc" if line.place_in_line(token) == 0]
        clock.now += 1
    turns = [(token, len(list(run))) for token, run in itertools.groupby(learners)]
    assert [token for token, _ in turns] == list("abcabcabc")
    assert {seconds for _, seconds in turns[:-1]} <= {TURN_S, TURN_S + 1}


class Token(str):
    """A name at which all other threads get a chance whenever it is looked up."""

    def __hash__(self):
        time.sleep(0)
        return super().__hash__()

    def __eq__(self, other):
        time.sleep(0)
        return super().__eq__(other)


def run_together(function, arguments):
    """Calls the function in one thread for each argument, all at once."""
    together = threading.Barrier(len(arguments))
    threads = [
        threading.Thread(target=lambda argument=argument: (together.wait(), function(argument)), daemon=True)
        for argument in arguments
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_no_more_than_the_allowed_learn_however_many_ask_at_once():
    seats = Seats(object, n_learning=3, n_kept=30, clock=lambda: 0.0)
    learning, crowds, turns = [], [], Counter()

    def visit(number):
        for _ in range(20):
            while seats.place_in_line(Token(number)):
                time.sleep(0)
            learning.append(number)
            crowds.append(len(learning))
            learning.remove(number)
            seats.leave(Token(number))
            turns[number] += 1

    run_together(visit, list(range(12)))
    assert turns == dict.fromkeys(range(12), 20), "nobody is forgotten in the line"
    assert 1 <= max(crowds) <= 3


def test_everybody_who_comes_at_once_gets_one_piece_of_work():
    made, found = [], {token: set() for token in "abcdefgh"}

    def make():
        time.sleep(0)
        made.append(object())
        return made[-1]

    seats = Seats(make, n_learning=1, n_kept=50)
    run_together(lambda token: found[token].add(seats.work(Token(token))), [*found] * 4)
    assert [len(works) for works in found.values()] == [1] * 8
    assert len(made) == 8
