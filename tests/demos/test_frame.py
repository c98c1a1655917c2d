"""The contract that every section keeps, and the page around them."""

import types

import gradio as gr
import pytest

import app
from core import weights
from demos import face, frame, text


@pytest.fixture(params=app.SECTIONS, ids=frame.section_id)
def section(request):
    return request.param


def test_section_has_title_part_and_builder(section):
    assert text.text(section.TITLE, "ko")
    assert section.PART in (1, 2, 3, 4)
    assert section.__doc__
    with gr.Blocks() as page:
        section.build()
    assert page.blocks


def test_section_has_the_common_face(section):
    name = frame.section_id(section)
    with gr.Blocks() as page:
        section.build()
    html = "".join(
        str(block.value or "") + block.html_template for block in page.blocks.values() if isinstance(block, gr.HTML)
    )
    for key in ("place", "title", "idea", "try.1.name", "try.2.do", "try.3.name"):
        assert text.both(f"{name}.{key}") in html
    for key in ("means", "more"):
        assert text.both_blocks(f"{name}.{key}") in html
    assert html.count("data-try=") == face.N_TRIES


def test_sections_share_no_component(section):
    ids = []
    for _ in range(2):
        with gr.Blocks() as page:
            section.build()
        ids.append({id(block) for block in page.blocks.values() if not isinstance(block, gr.Blocks)})
    assert not ids[0] & ids[1]


def test_sections_come_in_the_order_of_the_parts():
    parts = [section.PART for section in app.SECTIONS]
    assert parts == sorted(parts)
    assert frame.contents(app.SECTIONS)[1][0] == "neuron"


def test_page_has_opening_sections_closing_and_glossary():
    page = frame.build_page(app.SECTIONS)
    tabs = [block.id for block in page.blocks.values() if isinstance(block, gr.Tab)]
    assert tabs == ["opening", *map(frame.section_id, app.SECTIONS), "classroom", "review", "closing", "glossary"]


def test_no_component_carries_more_than_a_little(section):
    """The configuration travels with every page: sounds and pictures do not belong in it."""
    with gr.Blocks() as page:
        section.build()
    for block in page.blocks.values():
        assert len(str(block.get_config())) < 60_000


def broken_section(build):
    section = types.ModuleType("demos.neuron")
    section.TITLE, section.PART, section.build = "neuron.title", 1, build
    return section


def test_a_section_that_cannot_be_built_leaves_a_message_and_the_others(tmp_path, caplog):
    def build():
        gr.Textbox(label="half built")
        weights.load_weights(tmp_path / "gone")

    page = frame.build_page([broken_section(build)])
    config = page.get_config_file()
    assert text.both("face.broken") in str(config["components"])
    assert "half built" not in str(config["components"])
    assert text.both("closing.thanks") in str(config["components"])
    assert "MissingWeightsError" in caplog.text
