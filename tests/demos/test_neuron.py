"""The neuron's section: its stage holds every control, and it asks nothing of the server."""

import re

import gradio as gr

from demos import face, neuron, text


def test_stage_has_a_slider_for_every_number():
    html = face.render("neuron/stage.html")
    parameters = re.findall(r'data-param="([\w.]+)"', html)
    assert len(parameters) == len(set(parameters)) == 3 + 4 + 9
    assert len(re.findall(r'<input type="range"[^>]*aria-label=', html)) == 3 + 4 + 9 + 1


def test_nothing_on_it_calls_the_server():
    with gr.Blocks() as page:
        neuron.build()
    assert not page.fns
    assert not [block for block in page.blocks.values() if getattr(block, "server_fns", None)]


def test_live_texts_reach_the_browser_in_both_languages():
    with gr.Blocks() as page:
        neuron.build()
    [stage] = [block for block in page.blocks.values() if getattr(block, "elem_id", "") == "neuron-stage"]
    assert stage.props["live"] == text.live("neuron")
    assert stage.props["live"]["ko"]["quiet"] != stage.props["live"]["en"]["quiet"]
