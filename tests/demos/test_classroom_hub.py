"""Streams of what changed, and classes that go."""

import asyncio
import json

import pytest

from core.classroom.store import KEPT_S, UnknownClassError
from demos import classroom_hub
from demos.classroom_hub import Classroom

BOTH = {"ko": "x", "en": "x"}


@pytest.fixture
def classroom(tmp_path, clock):
    return Classroom(tmp_path / "classes.sqlite3", clock)


async def next_of(stream):
    return await asyncio.wait_for(anext(stream), 5)


def test_a_stream_tells_what_is_at_once_and_then_what_changed(classroom):
    async def run():
        code, _ = await classroom.kept(classroom.store.open_class, 0)
        stream = classroom.stream(code, "screens", lambda: {"n": classroom.store.n_people(code)}, 0)
        assert await next_of(stream) == 'data: {"n": 0}\n\n'
        await classroom.kept(classroom.store.join, code, "token", "")
        classroom.changed(code, "phones")  # is not for this one
        classroom.changed(code, "screens")
        assert json.loads((await next_of(stream)).removeprefix("data: ")) == {"n": 1}
        await stream.aclose()
        assert not classroom._listening

    asyncio.run(run())


def test_a_quiet_stream_shows_that_it_is_alive(classroom, monkeypatch):
    monkeypatch.setattr(classroom_hub, "HEARTBEAT_S", 0.01)

    async def run():
        stream = classroom.stream("ABCDEF", "phones", dict, 0)
        assert [await next_of(stream) for _ in range(3)] == ["data: {}\n\n", ": \n\n", ": \n\n"]

    asyncio.run(run())


def test_what_changes_while_a_state_is_sent_is_not_missed(classroom):
    states = iter([{"n": 0}, {"n": 1}])

    async def run():
        code, _ = await classroom.kept(classroom.store.open_class, 0)

        def view():
            state = next(states)
            if state["n"] == 0:
                loop.call_soon_threadsafe(classroom.changed, code, "phones")
            return state

        loop = asyncio.get_running_loop()
        stream = classroom.stream(code, "phones", view, 0)
        assert [await next_of(stream) for _ in range(2)] == ['data: {"n": 0}\n\n', 'data: {"n": 1}\n\n']

    asyncio.run(run())


def test_a_deleted_class_ends_its_streams(classroom):
    async def run():
        code, _ = await classroom.kept(classroom.store.open_class, 0)
        stream = classroom.stream(code, "phones", lambda: {"at": classroom.store.opened_at(code)}, 0)
        await next_of(stream)
        await classroom.forget(code)
        assert (await next_of(stream)).startswith("event: gone")
        with pytest.raises(StopAsyncIteration):
            await next_of(stream)

    asyncio.run(run())


def test_classes_are_swept_out_after_a_day(classroom, clock):
    async def run():
        code, _ = await classroom.kept(classroom.store.open_class, clock())
        clock.now += KEPT_S - 1
        await classroom.forget_old()
        assert await classroom.kept(classroom.store.is_locked, code) is False
        clock.now += 2
        sweeping = asyncio.create_task(classroom.sweep())
        while True:
            await asyncio.sleep(0.01)
            try:
                await classroom.kept(classroom.store.opened_at, code)
            except UnknownClassError:
                break
        sweeping.cancel()

    asyncio.run(asyncio.wait_for(run(), 10))


def test_a_sweep_that_fails_is_tried_again(classroom, monkeypatch, caplog):
    monkeypatch.setattr(classroom_hub, "SWEEP_S", 0.01)
    calls = []

    async def failing():
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is full")

    async def run():
        monkeypatch.setattr(classroom, "forget_old", failing)
        sweeping = asyncio.create_task(classroom.sweep())
        while len(calls) < 3:
            await asyncio.sleep(0.01)
        sweeping.cancel()

    asyncio.run(asyncio.wait_for(run(), 10))
    assert "the disk is full" in caplog.text


def test_a_round_reaches_phones_and_screens(classroom):
    async def run():
        code, _ = await classroom.kept(classroom.store.open_class, 0)

        def view():
            current = classroom.store.current_round(code)
            return {"kind": current and current.kind}

        streams = [classroom.stream(code, who, view, 0) for who in ("phones", "screens")]
        for stream in streams:
            await next_of(stream)
        await classroom.ask(code, "neuron", {}, False)
        assert [await next_of(stream) for stream in streams] == ['data: {"kind": "neuron"}\n\n'] * 2

    asyncio.run(run())


def test_what_all_see_alike_is_made_once_after_each_change(classroom):
    looked = []

    def look(store, code):
        looked.append(code)
        return len(looked)

    assert [classroom.common("A", "phones", look) for _ in range(3)] == [1, 1, 1]
    classroom.changed("A", "screens")
    classroom.changed("B", "phones")
    assert classroom.common("A", "phones", look) == 1
    classroom.changed("A", "phones")
    assert [classroom.common("A", "phones", look) for _ in range(2)] == [2, 2]


def test_what_changes_while_it_is_looked_at_is_looked_at_again(classroom):
    def look(store, code):
        classroom.changed(code, "phones")
        return "old"

    assert classroom.common("A", "phones", look) == "old"
    assert classroom.common("A", "phones", lambda store, code: "new") == "new"


def test_a_flood_from_an_address_does_not_refuse_who_is_known_there(classroom):
    classroom.came("a phone of the class")
    burst = classroom.limits["visits"].burst
    refused = [classroom.may_come("visits", "10.0.0.1", f"stranger {k}") for k in range(2 * burst)].count(False)
    assert refused > burst / 2
    assert classroom.may_come("visits", "10.0.0.1", "a phone of the class")
    assert classroom.may_come("visits", "10.0.0.2", "stranger 0")


def test_who_is_known_has_a_limit_of_their_own(classroom):
    for one in ("flooding", "quiet"):
        classroom.came(one)
    most = classroom.limits["known"].burst
    assert [classroom.may_come("visits", "a", "flooding") for _ in range(3 * most)].count(False) > most
    assert classroom.may_come("visits", "a", "quiet")


def test_a_full_class_gets_all_pictures_of_a_round_at_once(classroom):
    assert all(classroom.may_come("fetches", "10.0.0.1", "") for _ in range(400 * 12))
