"""The closing page says what was seen, and the film is a plain link, never embedded."""

import gradio as gr

from demos import closing, text


def test_what_was_seen_and_the_film():
    with gr.Blocks() as page:
        closing.build({1: ["neuron"]})
    html = "".join(str(block.value) for block in page.blocks.values() if isinstance(block, gr.HTML))
    assert text.both("neuron.seen") in html
    assert '<a href="https://www.youtube.com/watch?v=qFBQDfPyjoE"' in html
    assert "<iframe" not in html
    assert "<img" not in html
