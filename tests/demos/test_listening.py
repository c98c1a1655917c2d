"""The server functions of the listening tab: what they answer, and what anybody may send."""

import base64
import io
import time

import numpy as np
import pytest
import soundfile
from fastapi import HTTPException
from starlette.requests import Request

from core.audio import pieces
from core.gansynth import listening as core_listening
from demos import listening

REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})
PATIENCE_S = 60


def ask(function, **call):
    answer = function(call, REQUEST)
    while answer.get("isBusy"):
        time.sleep(0.01)
        answer = function(call, REQUEST)
    return answer


def heard(flac):
    wave, rate = soundfile.read(io.BytesIO(base64.b64decode(flac)), dtype="float32")
    assert rate == 16_000
    return wave


def made(name):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = ask(listening.hear, piece=name)
        if "sound" in answer or "hasFailed" in answer:
            return answer
        time.sleep(0.02)
    raise TimeoutError


def test_the_programme_outlines_every_piece():
    answer = ask(listening.programme)
    assert list(answer["pieces"]) == list(core_listening.programme())
    for name, outline in answer["pieces"].items():
        way = np.frombuffer(base64.b64decode(outline["way"]), "<f4").reshape(-1, answer["latentSize"])
        assert way[0] == pytest.approx(core_listening.place(outline["instruments"][0]), abs=1e-3)
        assert (len(way) - 1) * outline["wayStepS"] >= outline["seconds"]
        second = round(outline["secondsPerInstrument"] / outline["wayStepS"])
        nearness = np.linalg.norm(way - core_listening.place(outline["instruments"][1]), axis=1)
        assert abs(int(nearness.argmin()) - second) <= 1
        roll = np.frombuffer(base64.b64decode(outline["roll"]), "<f4").reshape(-1, 3)
        assert len(roll) == len(pieces.load(name).notes)


def test_a_piece_is_made_once_for_everybody(monkeypatch):
    plays = []
    play = core_listening.play
    monkeypatch.setattr(core_listening, "play", lambda number: plays.append(number.piece) or play(number))
    first, second = made("arirang"), made("arirang")
    assert first == second
    assert len(heard(first["sound"])) / 16_000 == pytest.approx(36.3, abs=0.2)
    assert plays.count("arirang") <= 1


def test_a_piece_that_fails_can_be_asked_for_again(monkeypatch, caplog):
    def fail(number):
        raise OSError("the disk is gone")
        yield

    monkeypatch.setattr(core_listening, "play", fail)
    assert made("doraji") == {"hasFailed": True}
    monkeypatch.undo()
    assert "sound" in made("doraji")
    assert "the disk is gone" in caplog.text


def test_trials_are_of_both_kinds_and_the_twin_is_the_other():
    answers = [ask(listening.trial) for _ in range(12)]
    kinds = {answer["isGenerated"] for answer in answers}
    assert kinds == {True, False}  # one kind only: once in 2,048 runs
    for answer in answers[:3]:
        assert len(heard(answer["heard"])) == len(heard(answer["twin"]))
        assert answer["heard"] != answer["twin"]


def test_the_truth_is_told_with_the_trial(monkeypatch):
    """What is heard is the generator's exactly where the answer says so."""
    ones = np.full(16_000, 0.5, dtype=np.float32)
    fixed = core_listening.Trial("arirang", "flute", None, recorded=ones, generated=-ones)
    monkeypatch.setattr(core_listening, "trial", lambda randomness: fixed)
    for _ in range(8):
        answer = ask(listening.trial)
        assert (heard(answer["heard"])[0] < 0) == answer["isGenerated"]
        assert (heard(answer["twin"])[0] < 0) != answer["isGenerated"]


@pytest.mark.parametrize("call", [{}, {"piece": "gangnam-style"}, {"piece": 3}, {"piece": "../prelude-g"}])
def test_a_call_that_no_page_sends_is_refused(call):
    with pytest.raises(HTTPException):
        listening.hear(call, REQUEST)
