"""The line of long work: one at a time, in turn, and out of it at any moment."""

import threading
import time

import pytest

from demos.performances import Performances

PATIENCE_S = 20


@pytest.fixture
def performances():
    line = Performances()
    yield line
    line.close()


def wait_until(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


class Gate:
    """Work of three steps; each waits to be let through."""

    def __init__(self):
        self.open, self.steps, self.ended = threading.Semaphore(0), [], False

    def __call__(self):
        try:
            for step in range(1, 4):
                assert self.open.acquire(timeout=PATIENCE_S)
                self.steps.append(step)
                yield step
        finally:
            self.ended = True


def test_steps_are_seen_one_after_the_other(performances):
    gate = Gate()
    performances.start("a", gate)
    for step in range(1, 4):
        gate.open.release()
        wait_until(lambda wanted=step: performances.job("a")[0].step == wanted)
    wait_until(lambda: performances.job("a")[0].is_done)


def test_the_second_waits_for_the_first(performances):
    first, second = Gate(), Gate()
    performances.start("a", first)
    performances.start("b", second)
    assert performances.job("b")[1] == 1
    for gate in (first, second):
        gate.open.release(3)
    wait_until(lambda: performances.job("b")[0].is_done)
    assert performances.job("b")[1] == 0
    assert second.steps == [1, 2, 3]


def test_cancelled_work_ends_at_its_next_step_and_is_forgotten(performances):
    gate = Gate()
    performances.start("a", gate)
    gate.open.release()
    wait_until(lambda: gate.steps == [1])
    performances.cancel("a")
    gate.open.release()
    wait_until(lambda: gate.ended)
    assert gate.steps in ([1], [1, 2])
    assert performances.job("a") == (None, 0)
    performances.cancel("a")
    performances.cancel("nobody")


def test_new_work_takes_the_place_of_the_old(performances):
    old, new = Gate(), Gate()
    performances.start("a", old)
    old.open.release()
    wait_until(lambda: old.steps == [1])
    performances.start("a", new)
    old.open.release(3)
    new.open.release(3)
    wait_until(lambda: performances.job("a")[0].is_done)
    assert old.steps in ([1], [1, 2])
    assert new.steps == [1, 2, 3]


def test_work_that_fails_says_so_and_the_next_is_done(performances, caplog):
    def broken():
        yield 1
        raise RuntimeError("no")

    performances.start("a", broken)
    gate = Gate()
    gate.open.release(3)
    performances.start("b", gate)
    wait_until(lambda: performances.job("b")[0].is_done)
    assert performances.job("a")[0].has_failed
    assert "a piece of work failed" in caplog.text


def test_work_that_nobody_asks_for_ends():
    now = [0.0]
    line = Performances(clock=lambda: now[0])
    gate = Gate()
    line.start("a", gate)
    gate.open.release()
    wait_until(lambda: gate.steps == [1])
    now[0] = 14
    line.job("a")
    now[0] = 28
    gate.open.release()
    wait_until(lambda: gate.steps == [1, 2])
    now[0] = 44
    gate.open.release()
    wait_until(lambda: gate.ended)
    assert gate.steps in ([1, 2], [1, 2, 3])
    wait_until(lambda: line.job("a")[0].is_done)
    assert line.job("a")[0].has_failed
    line.close()
