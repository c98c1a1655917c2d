"""The tour: every card has all it needs in both languages, in the order of the years; and what Sketch-RNN answers."""

import re

import gradio as gr
import numpy as np
import pytest
from fastapi import HTTPException
from starlette.requests import Request

import app
from core import weights
from core.sketch_rnn import sample
from demos import face, frame, magenta, text

REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})
BEGUN = [0.3, 0.3, 0, 0.3, 0.5, 0, 0.3, 0.7, 1, 0.3, 0.5, 0, 0.5, 0.5, 1]  # two strokes, as the page sends them
NAMES = [system.name for system in magenta.SYSTEMS]
PARTS = ("name", "what", "in", "out", "figure", "says", "do")


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_the_texts_are_those_of_the_cards(lang):
    keys = {key for key in text.texts(lang) if key.startswith("magenta.system.")}
    assert keys == {f"magenta.system.{name}.{part}" for name in NAMES for part in PARTS}


def test_cards_come_in_the_order_of_their_months_and_stand_there():
    months = [system.month for system in magenta.SYSTEMS]
    assert months == sorted(months)
    places = [magenta.place(system) for system in magenta.SYSTEMS]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] < 1
    assert {year for year, _ in months} == set(magenta.YEARS)


def test_every_kind_has_a_card_and_every_card_a_kind():
    assert {system.makes for system in magenta.SYSTEMS} == set(magenta.KINDS)


def test_what_a_card_opens_is_a_tab():
    tabs = set(map(frame.section_id, app.SECTIONS))
    assert [system.opens for system in magenta.SYSTEMS if system.opens] == ["gansynth"]
    assert all(system.opens in tabs for system in magenta.SYSTEMS if system.opens)


def test_papers_are_addresses():
    assert all(re.fullmatch(r"https://\S+", system.paper) for system in magenta.SYSTEMS)
    numbers = re.findall(r"abs/(\d{4}\.\d{5})$", "\n".join(system.paper for system in magenta.SYSTEMS), re.MULTILINE)
    assert len(numbers) == len(magenta.SYSTEMS) - 1  # Performance RNN is an article


def test_the_stage_has_a_drawing_and_a_place_for_each():
    with gr.Blocks():
        magenta.build()
    places = [magenta.place(system) for system in magenta.SYSTEMS]
    html = face.render(
        "magenta/stage.html",
        systems=magenta.SYSTEMS,
        kinds=magenta.KINDS,
        years=magenta.YEARS,
        places=places,
        n_ways=magenta.N_WAYS,
        n_between=magenta.N_BETWEEN,
    )
    assert html.count("<svg") == 2 * len(NAMES)
    assert len(set(re.findall(r"<svg.*?</svg>", html, re.DOTALL))) == len(NAMES)  # no two alike
    assert re.findall(r'data-system="(\w+)"', html) == NAMES == re.findall(r'data-dot="(\w+)"', html)


# ---- Sketch-RNN ----


def ask(function, **call):
    return function(call, REQUEST)


def drawings(answer):
    return [np.reshape(one, (-1, 3)) for one in answer["drawings"]]


def test_what_was_begun_is_continued_in_several_ways():
    answer = ask(magenta.complete, points=BEGUN, temperature=0.6, seed=1)
    ways = drawings(answer)
    assert len(ways) == magenta.N_WAYS
    assert len({way.tobytes() for way in ways}) > 1
    assert all(len(way) and way[-1, 2] == 1 and np.isin(way[:, 2], (0, 1)).all() for way in ways)
    assert answer == ask(magenta.complete, points=BEGUN, temperature=0.6, seed=1)
    assert answer != ask(magenta.complete, points=BEGUN, temperature=0.6, seed=2)


def test_the_page_gets_what_the_model_adds_and_nothing_else():
    begun = np.array([[0.3, 0.3, 0], [0, 0.2, 0], [0, 0.2, 1], [0, -0.2, 0], [0.2, 0, 1]])
    wanted = sample.complete(begun, magenta.N_WAYS, 0.4, 5, 1.0)
    for way, one in zip(drawings(ask(magenta.complete, points=BEGUN, temperature=0.4, seed=5)), wanted, strict=True):
        places = np.cumsum(one[:, :2], axis=0)[len(begun) :]
        assert way[:, :2] == pytest.approx(places, abs=1e-3)


def test_an_empty_page_gets_whole_characters_in_the_middle():
    for one in drawings(ask(magenta.complete, points=[], temperature=0.4, seed=3)):
        middle = (one[:, :2].min(axis=0) + one[:, :2].max(axis=0)) / 2
        assert middle == pytest.approx([0.5, 0.5], abs=1e-3)


def test_between_goes_from_one_to_the_other():
    last = [0.2, 0.2, 0, 0.8, 0.2, 0, 0.8, 0.8, 0, 0.2, 0.8, 0, 0.2, 0.2, 1]
    way = drawings(ask(magenta.between, first=BEGUN, last=last, seed=0))
    assert len(way) == magenta.N_BETWEEN
    middles = [(one[:, :2].min(axis=0) + one[:, :2].max(axis=0)) / 2 for one in way]
    assert middles[0] == pytest.approx([0.4, 0.5], abs=0.02)
    assert middles[-1] == pytest.approx([0.5, 0.5], abs=0.02)
    own = ask(magenta.between, first=[], last=[], seed=0)
    assert own != ask(magenta.between, first=[], last=[], seed=2)


def test_a_way_that_is_too_long_is_said():
    there_and_back = [0, 0, 0, 1, 1, 0] * 499 + [0, 0, 1]
    assert ask(magenta.complete, points=there_and_back, temperature=0.4, seed=0) == {"isTooLong": True}


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (magenta.complete, {"points": BEGUN, "temperature": 3, "seed": 0}),
        (magenta.complete, {"points": BEGUN[:-1], "temperature": 0.4, "seed": 0}),
        (magenta.complete, {"points": [0.1, 0.1, 0.5], "temperature": 0.4, "seed": 0}),
        (magenta.complete, {"points": [0.1, 7, 1], "temperature": 0.4, "seed": 0}),
        (magenta.complete, {"points": [0.5] * 9003, "temperature": 0.4, "seed": 0}),
        (magenta.complete, {"points": "abc", "temperature": 0.4, "seed": 0}),
        (magenta.between, {"first": [], "seed": 0}),
        (magenta.between, {"first": [], "last": [], "seed": -1}),
        (magenta.between, []),
    ],
)
def test_what_no_page_would_send_is_refused(function, call):
    with pytest.raises(HTTPException) as refusal:
        function(call, REQUEST)
    assert refusal.value.status_code == 400
    assert refusal.value.detail == "알아들을 수 없는 요청이에요."


def test_without_the_model_it_says_so(monkeypatch):
    def missing():
        raise weights.MissingWeightsError("model.safetensors is not there")

    monkeypatch.setattr(sample, "load", missing)
    assert ask(magenta.complete, points=BEGUN, temperature=0.4, seed=0) == {"noModel": True}
    assert ask(magenta.complete, points=[], temperature=0.4, seed=0) == {"noModel": True}
    assert ask(magenta.between, first=[], last=BEGUN, seed=0) == {"noModel": True}
