"""The server functions of the forgery tab: what they answer, and what anybody may send."""

import base64

import numpy as np
import pytest
from fastapi import HTTPException
from starlette.requests import Request

from core import weights
from core.digits import data
from core.forgery import forge, judge
from core.forgery.redraw import prepared, redrawn
from demos import calls, forgery

REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})
LAST = forgery.N_MOMENTS - 1


def ask(function, **call):
    return function(call, REQUEST)


def pictures(packed):
    return np.frombuffer(base64.b64decode(packed), np.uint8).reshape(-1, 28, 28)


def drawing(image):
    height, width = image.shape
    return {"width": width, "height": height, "pixels": calls.packed(image.astype(np.uint8))}


@pytest.fixture(scope="module")
def five():
    """A real 5 as somebody would draw it on the pad."""
    test = data.load().test
    return redrawn(test.images[test.labels == 5][0], 24).round().astype(np.uint8)


def test_the_scene_shows_what_the_judge_of_the_moment_says():
    for moment in (0, LAST):
        answer = ask(forgery.scene, moment=moment, seed=3)
        for kind in ("real", "fakes"):
            images = pictures(answer[kind])
            assert len(images) == forgery.N_SHOWN
            caught = judge.load().caught(images.astype(np.float32) / 255)[:, moment]
            is_judged = kind == "fakes" or answer["source"] == "mnist"
            assert answer[f"{kind}Caught"] == (caught.tolist() if is_judged else None)


def test_the_first_forgeries_are_all_caught_and_the_real_ones_mostly_pass():
    answers = [ask(forgery.scene, moment=0, seed=seed) for seed in range(8)]
    assert np.mean([answer["fakesCaught"] for answer in answers]) > 0.95
    if answers[0]["source"] == "mnist":
        assert np.mean([answer["realCaught"] for answer in answers]) < 0.2


def test_a_seed_shows_the_same_digits_and_another_others():
    first, again, other = (ask(forgery.scene, moment=4, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first["fakes"] != other["fakes"]
    assert first["real"] != other["real"]


def test_a_drawing_gets_the_judges_opinions(five):
    answer = ask(forgery.inspect, moment=LAST, **drawing(five))
    [seen] = pictures(answer["seen"])
    assert np.array_equal(seen, prepared(five[None])[0])
    image = seen.astype(np.float32)[None] / 255
    assert answer["standing"] == pytest.approx(judge.load().standing(image)[0], abs=1e-4)
    assert answer["caught"] == judge.load().caught(image)[0].tolist()
    wishes = np.frombuffer(base64.b64decode(answer["wishes"]), np.int8)
    assert np.abs(wishes).max() == 127
    gradient = judge.load().wishes(image[0], LAST)
    assert wishes == pytest.approx((gradient / np.abs(gradient).max() * 127).ravel(), abs=1.01)


def test_following_the_wishes_looks_more_real(five):
    image = prepared(five[None])[0].astype(np.float32) / 255
    judges = judge.load()
    wishes = judges.wishes(image, LAST)
    followed = np.clip(image + 0.005 * np.sign(wishes), 0, 1)  # a gradient speaks of small steps
    before, after = judges.logits(np.stack([image, followed]))[:, LAST]
    assert after > before


def test_an_empty_pad_is_said(five):
    assert ask(forgery.inspect, moment=0, **drawing(np.zeros((20, 30)))) == {"noModel": False, "isEmpty": True}


def test_twins_are_of_the_digit_that_was_asked_for():
    answer = ask(forgery.twins, digit=7, seed=0)
    test = data.load().test
    [real] = pictures(answer["real"]["image"])
    assert any(np.array_equal(real, one) for one in prepared(test.images[test.labels == 7]))
    for kind in ("real", "fake") if answer["source"] == "mnist" else ("fake",):
        assert len(answer[kind]["standing"]) == len(answer[kind]["caught"]) == forgery.N_MOMENTS
    assert ask(forgery.twins, digit=7, seed=1)["fake"] != answer["fake"]


def test_handwriting_that_no_judge_knows_is_not_judged(monkeypatch):
    digits = data.sklearn_digits()
    monkeypatch.setattr(data, "load", lambda: data.DigitData(digits[:1400], digits[1400:], "sklearn"))
    scene, pair = ask(forgery.scene, moment=4, seed=0), ask(forgery.twins, digit=3, seed=0)
    assert scene["realCaught"] is None
    assert len(scene["fakesCaught"]) == forgery.N_SHOWN
    assert pair["real"].keys() == {"image"}
    assert len(pair["fake"]["caught"]) == forgery.N_MOMENTS


def test_the_same_real_digits_come_before_every_judge():
    first, later = (ask(forgery.scene, moment=moment, seed=5) for moment in (1, 6))
    assert first["real"] == later["real"]
    assert first["fakes"] != later["fakes"]


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (forgery.scene, {"moment": forgery.N_MOMENTS, "seed": 0}),
        (forgery.scene, {"moment": 0.5, "seed": 0}),
        (forgery.scene, {"moment": 0, "seed": -1}),
        (forgery.scene, {}),
        (forgery.inspect, {"moment": 0}),
        (forgery.inspect, {"moment": 0, "width": 281, "height": 1, "pixels": ""}),
        (forgery.inspect, {"moment": 0, "width": 2, "height": 2, "pixels": "AAAA"}),
        (forgery.inspect, {"moment": True, "width": 1, "height": 1, "pixels": "/w=="}),
        (forgery.twins, {"digit": 10, "seed": 0}),
        (forgery.twins, {"digit": "5", "seed": 0}),
        (forgery.twins, ["digit"]),
    ],
)
def test_what_no_page_would_send_is_refused(function, call):
    with pytest.raises(HTTPException) as refusal:
        function(call, REQUEST)
    assert refusal.value.status_code == 400
    assert refusal.value.detail == "알아들을 수 없는 요청이에요."


@pytest.mark.parametrize("broken", [forge, judge])
def test_without_the_models_it_says_so(broken, five, monkeypatch):
    def missing():
        raise weights.MissingWeightsError("model.safetensors is not there")

    monkeypatch.setattr(broken, "load", missing)
    assert ask(forgery.scene, moment=0, seed=0) == {"noModel": True}
    assert ask(forgery.twins, digit=1, seed=0) == {"noModel": True}
    assert ask(forgery.inspect, moment=0, **drawing(five))["noModel"]
