"""The stops: as many as the lecture has, in tabs that are there, told in both languages, in parts of ten minutes."""

import json
import re

import gradio as gr
import pytest

import app
from demos import frame, presenter, text

TABS = ["opening", *map(frame.section_id, app.SECTIONS), "review", "closing", "glossary"]


@pytest.fixture(scope="module")
def html():
    with gr.Blocks() as page:
        presenter.build(TABS)
    return next(block.value for block in page.blocks.values() if isinstance(block, gr.HTML))


def test_the_bar_has_every_stop_in_both_languages(html):
    for n in range(len(presenter.STOPS)):
        for what in ("title", "line", "click"):
            assert text.both(f"presenter.stop.{n}.{what}") in html
    assert html.count("data-jump=") == len(presenter.STOPS) == 23


def test_a_stop_in_a_tab_that_is_not_there_is_an_error():
    with gr.Blocks(), pytest.raises(ValueError, match="closing"):
        presenter.build([tab for tab in TABS if tab != "closing"])


def test_the_bar_is_on_the_lectures_page_and_on_none_without_its_tabs():
    for sections, has_bar in ((app.SECTIONS, True), (app.SECTIONS[:1], False)):
        page = frame.build_page(sections)
        assert ("presenter-stage" in {block.elem_id for block in page.blocks.values()}) == has_bar


def test_the_stops_follow_the_lecture():
    parts = [stop.part for stop in presenter.STOPS]
    assert parts == sorted(parts)
    assert parts[0] == 0
    assert set(parts[1:]) == set(range(1, len(presenter.MINUTES) + 1)) == set(frame.contents(app.SECTIONS))
    assert {stop.tab for stop in presenter.STOPS} == set(TABS) - {"review", "glossary"}


def test_each_part_begins_when_those_before_it_are_over():
    planned = [int(minute) + int(second) / 60 for minute, second in (stop.at.split(":") for stop in presenter.STOPS)]
    assert planned == sorted(planned)
    for part in (2, 3, 4):
        first = next(n for n, stop in enumerate(presenter.STOPS) if stop.part == part)
        assert planned[first] == sum(presenter.MINUTES[: part - 1])


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_minutes_are_those_that_the_contents_say(part):
    for lang in text.LANGUAGES:
        assert str(presenter.MINUTES[part - 1]) in text.text(f"part.{part}.minutes", lang)


def test_what_to_click_is_said_politely():
    for n in range(len(presenter.STOPS)):
        assert re.search(r"요\.$|요\?$", text.text(f"presenter.stop.{n}.click", "ko")), n


def test_data_for_the_browser_survives_the_attribute(html):
    packed = re.search('data-stops="([^"]*)"', html).group(1)
    stops = json.loads(packed.replace("&#34;", '"').replace("&#39;", "'"))
    assert [stop["tab"] for stop in stops] == [stop.tab for stop in presenter.STOPS]
