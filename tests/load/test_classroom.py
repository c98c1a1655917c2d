"""The class of tests/load/classroom.py, held once: every vote counts exactly once. How soon is for the program."""

import asyncio
import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("load_classroom", Path(__file__).parent / "classroom.py")
load = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(load)

N_PHONES, N_SCREENS = 100, 10


@pytest.fixture(scope="module")
def held(tmp_path_factory, guarded_environment):
    """A class of two rounds, the second under attack, and a third in which the server is killed: (report, words)."""
    server = load.Server(tmp_path_factory.mktemp("load"), guarded_environment)
    server.start()
    try:
        return asyncio.run(hold(server))
    finally:
        server.stop()


async def hold(server):
    report, words = load.Report(), {}
    await server.answers()
    lesson = await load.begin(server.port, N_PHONES, N_SCREENS, report)
    await load.hold_round(lesson, report)

    async def attack(lesson, number):
        words.update(await load.attack(lesson, number))

    await load.hold_round(lesson, report, attack)
    await load.kill_in_the_middle(server, lesson, report)
    await lesson.end()
    return report, words


def test_every_vote_counts_exactly_once_also_under_attack_and_when_the_server_is_killed(held):
    report, _ = held
    assert report.broken == []
    assert len(report.tallies) == 3


def test_bad_votes_are_refused_with_a_word(held):
    _, words = held
    assert {word: words[word] for word in ("foreign", "unknown", "late", "large")} == dict.fromkeys(
        ("foreign", "unknown", "late", "large"), 1
    )
    assert words["bad"] == 1
    assert words["many"] > 30
    assert 0 < words["accepted"] < 30
