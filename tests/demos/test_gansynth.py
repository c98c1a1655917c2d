"""The server functions of the GANSynth tab: what they answer, and what anybody may send."""

import base64
import io
import time
import uuid

import numpy as np
import pytest
import soundfile
from fastapi import HTTPException
from starlette.requests import Request

from core.audio import midi
from core.audio.midi import ScoreNote
from core.gansynth import synthesize, twin
from demos import gansynth

REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})
PATIENCE_S = 60


@pytest.fixture
def latent():
    return np.random.default_rng(0).standard_normal(synthesize.load().latent_size).round(3).tolist()


@pytest.fixture
def token():
    return str(uuid.uuid4())


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


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


def test_the_survey_has_points_directions_and_the_range():
    survey = ask(gansynth.survey)
    n, size = len(survey["families"]), survey["latentSize"]
    assert unpacked(survey["points"], "<f4").shape == (2 * n,)
    assert unpacked(survey["latents"], "<f4").shape == (n * size,)
    assert unpacked(survey["moves"], "<f4").shape == (len(survey["directions"]) * size,)
    assert (survey["lowest"], survey["highest"]) == (24, 84)
    assert {"string", "guitar", "between"} <= set(survey["families"])


def test_notes_are_those_of_the_model(latent):
    answer = ask(gansynth.play, latent=latent, pitches=[60, 67])
    expected = synthesize.notes(np.tile(latent, (2, 1)), np.array([60, 67]))
    for flac, wave in zip(answer["notes"], expected, strict=True):
        assert heard(flac) == pytest.approx(wave, abs=2e-3)
    assert answer["msPerNote"] > 0


def test_the_pictures_are_of_the_note(latent):
    pictures = ask(gansynth.look, latent=latent, pitch=60)["pictures"]
    assert pictures["frames"] == 128
    assert unpacked(pictures["level"], np.uint8).max() > 150


def test_the_sound_grows_in_six_stages(latent):
    stages = ask(gansynth.grow, latent=latent, pitch=60)["stages"]
    assert [(stage["frames"], stage["bins"]) for stage in stages] == [(4 << k, 16 << k) for k in range(6)]
    for stage in stages:
        assert unpacked(stage["level"], np.uint8).shape == (stage["frames"] * stage["bins"],)
        assert len(heard(stage["sound"])) == 64_000


def start(sender, latent, **changes):
    call = {"token": sender, "piece": "arirang", "latents": latent, "seconds": 5, "outOfRange": "fold"}
    return ask(gansynth.start, **(call | changes))


def finished(token):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = ask(gansynth.progress, token=token)
        if "report" in answer or answer.get("isGone") or answer.get("hasFailed"):
            return answer
        time.sleep(0.02)
    raise TimeoutError


def file_of(*pitches):
    path = io.BytesIO()
    midi.write([ScoreNote(k / 4, k / 4 + 0.2, pitch, 100) for k, pitch in enumerate(pitches)], path)
    return base64.b64encode(path.getvalue()).decode()


def test_keys_that_were_played_are_not_made_again(latent, monkeypatch):
    wanted = {"latent": latent, "pitches": [61, 62]}
    first = ask(gansynth.play, **wanted)
    monkeypatch.setattr(synthesize, "notes", None)
    assert ask(gansynth.play, **wanted) == first
    with pytest.raises(TypeError):
        gansynth.play({**wanted, "pitches": [61, 63]}, REQUEST)


def test_a_shipped_piece_is_played_to_its_end(token, latent):
    answer = start(token, latent)
    assert answer["nNotes"] == 59
    assert unpacked(answer["roll"], "<f4").shape == (3 * 59,)
    done = finished(token)
    assert done["report"]["nPlayed"] == 59
    assert len(heard(done["sound"])) / 16_000 == pytest.approx(36.3, abs=0.2)


def test_a_visitors_file_is_played_with_two_instruments(token, latent):
    both = [*latent, *(-np.array(latent)).tolist()]
    assert start(token, both, piece="own", file=file_of(60, 60, 20, 100))["nNotes"] == 4
    report = finished(token)["report"]
    assert (report["nPlayed"], report["nDifferent"], report["nFolded"]) == (4, 4, 2)


def test_what_is_left_out_may_be_all(token, latent):
    start(token, latent, piece="own", file=file_of(100, 101), outOfRange="leave_out")
    done = finished(token)
    assert done["sound"] is None
    assert done["report"]["nLeftOut"] == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "unreadable"), (b"no MIDI at all", "unreadable"), (bytes(200_001), "too_large")],
)
def test_a_file_that_cannot_be_played_says_why(token, latent, data, reason):
    assert start(token, latent, piece="own", file=base64.b64encode(data).decode()) == {"reason": reason}


def test_a_cancelled_piece_is_gone(token, latent):
    start(token, latent, piece="prelude-g", seconds=1, latents=[*latent, *latent[::-1]])
    ask(gansynth.cancel, token=token)
    assert ask(gansynth.progress, token=token) == {"isGone": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"latent": None},
        {"latent": [0.0]},
        {"latent": [float("nan")] * 24},
        {"latent": [9.0] * 24},
        {"latent": ["0"] * 24},
        {"latent": [0.0] * 10_000},
        {"pitches": []},
        {"pitches": [23]},
        {"pitches": [60.5]},
        {"pitches": [60] * 9},
        {"pitches": 60},
    ],
)
def test_notes_that_no_page_asks_for_are_refused(latent, changes):
    with pytest.raises(HTTPException) as error:
        gansynth.play({"latent": latent, "pitches": [60]} | changes, REQUEST)
    assert error.value.status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "me"},
        {"piece": "../../etc/passwd"},
        {"piece": "own"},
        {"latents": []},
        {"latents": [0.0] * 25},
        {"latents": [0.0] * 24 * 13},
        {"seconds": 0},
        {"seconds": None},
        {"outOfRange": "shout"},
    ],
)
def test_performances_that_no_page_asks_for_are_refused(token, latent, changes):
    with pytest.raises(HTTPException) as error:
        start(token, latent, **changes)
    assert error.value.status_code == 400


def test_a_melody_is_compared_with_the_recording_and_with_the_twin():
    answer = ask(gansynth.compare, instrument="violin", melody="arirang")
    takes = {one["kind"]: one for one in answer["takes"]}
    assert list(takes) == ["recorded", "frequency", "phase"]
    assert min(takes["recorded"]["share"], takes["frequency"]["share"]) > takes["phase"]["share"] + 0.2
    for one in takes.values():
        assert 1 < len(heard(one["melody"])) / 16_000 < 30
        assert unpacked(one["level"], np.uint8).size == one["frames"] * one["bins"]
        assert unpacked(one["cycles"], np.int8).size % one["nCycles"] == 0


@pytest.mark.parametrize("wrong", [{"instrument": "theremin"}, {"melody": "frere-jacques"}, {"melody": None}])
def test_what_cannot_be_compared_is_refused(wrong):
    with pytest.raises(HTTPException):
        ask(gansynth.compare, **{"instrument": "flute", "melody": "arirang", **wrong})


def test_without_the_twin_it_says_so_and_the_rest_plays(monkeypatch, tmp_path, latent):
    monkeypatch.setattr(twin, "FOLDER", tmp_path)
    assert ask(gansynth.compare, instrument="harp", melody="doraji") == {"noModel": True}
    assert ask(gansynth.play, latent=latent, pitches=[60])["notes"]
