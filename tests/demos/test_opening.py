"""The opening page lists what is there, with its minutes, and starts with the first section."""

import gradio as gr

from demos import opening, text


def html_of(parts):
    with gr.Blocks() as page:
        opening.build(parts)
    return "".join(str(block.value) for block in page.blocks.values() if isinstance(block, gr.HTML))


def test_lists_the_parts_that_have_sections():
    html = html_of({1: ["neuron"]})
    assert text.both("part.1.minutes") in html
    assert text.both("neuron.idea") in html
    assert html.count("opening-minutes") == 1


def test_starts_with_the_first_section():
    html = html_of({1: ["neuron", "neuron"]})
    assert html.count("button-primary") == 1
    assert html.index('href="?tab=neuron"') < html.index(text.both("opening.contents"))
