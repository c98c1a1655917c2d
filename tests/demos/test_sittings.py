"""What belongs to a visitor: kept while it is asked for, gone afterwards, also where nobody asks any more."""

import time

import pytest

from demos import sittings


@pytest.fixture
def visits(clock):
    return sittings.Sittings(list, kept_s=100, clock=clock)


def test_each_visitor_has_their_own_and_gets_it_back(visits):
    visits.of("a").append(1)
    assert visits.of("a") == [1]
    assert visits.of("b") == []


def test_asking_keeps_it_and_silence_loses_it(visits, clock):
    visits.of("a").append(1)
    for _ in range(3):
        clock.now += 60
        assert visits.of("a") == [1]
    clock.now += 101
    assert visits.there("a") is None
    assert visits.of("a") == []


def test_looking_makes_nothing(visits):
    assert visits.there("a") is None
    assert len(visits) == 0


def test_a_visitor_is_forgotten_who_asks_for_it(visits):
    visits.of("a").append(1)
    visits.forget("a")
    visits.forget("never there")
    assert visits.of("a") == []


def test_the_oldest_goes_when_too_many_come(visits):
    for k in range(sittings.N_KEPT + 1):
        visits.of(str(k)).append(k)
    assert visits.there("0") is None
    assert visits.there(str(sittings.N_KEPT)) == [sittings.N_KEPT]


def test_it_goes_by_itself_where_nobody_asks_any_more():
    gone = []

    class Kept:
        def __del__(self):
            gone.append(True)

    visits = sittings.Sittings(Kept, kept_s=0.3)
    visits.of("a")
    deadline = time.monotonic() + 20
    while not gone and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone
