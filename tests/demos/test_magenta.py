"""The tour: every card has all it needs in both languages, in the order of the years, and calls no server."""

import re

import gradio as gr
import pytest

import app
from demos import face, frame, magenta, text

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
    with gr.Blocks() as page:
        magenta.build()
    assert not page.fns
    places = [magenta.place(system) for system in magenta.SYSTEMS]
    html = face.render(
        "magenta/stage.html", systems=magenta.SYSTEMS, kinds=magenta.KINDS, years=magenta.YEARS, places=places
    )
    assert html.count("<svg") == 2 * len(NAMES)
    assert len(set(re.findall(r"<svg.*?</svg>", html, re.DOTALL))) == len(NAMES)  # no two alike
    assert re.findall(r'data-system="(\w+)"', html) == NAMES == re.findall(r'data-dot="(\w+)"', html)
