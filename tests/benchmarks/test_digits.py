"""How long the digits tab lets one wait.

    python -m pytest -n 0 tests/benchmarks/test_digits.py -s

From pen-up to the bars, taken in the page, beside `gr.Sketchpad` with the same function behind it; the seconds of
learning until a newborn network has 98 % on the unseen digits; preparing and classifying one drawing.
"""

import statistics

import numpy as np
import pytest
import torch

from core.digits import data, explain, predict, study

N_STROKES = 30
WATCH = """(selector) => {
  window.waits = [];
  let lifted = null;
  document.addEventListener('pointerup', ({timeStamp}) => { lifted = timeStamp; }, true);
  new MutationObserver(() => {
    if (lifted === null) return;
    waits.push(performance.now() - lifted);
    lifted = null;
  }).observe(document.querySelector(selector), {subtree: true, childList: true, characterData: true, attributes: true});
}"""
SKETCHPAD = """
import os
import sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
sys.path.insert(0, ".")
import gradio as gr
import numpy as np
from core.digits import predict

def answer(sketch):
    image = predict.prepare(255 - np.asarray(sketch["composite"].convert("L")))
    return {str(digit): float(p) for digit, p in enumerate(predict.probabilities(image[None])[0])}

with gr.Blocks() as page:
    sketchpad = gr.Sketchpad(type="pil", canvas_size=(280, 280), elem_id="sketchpad")
    label = gr.Label(elem_id="label")
    sketchpad.change(answer, sketchpad, label, show_progress="hidden")
page.launch(server_port=int(sys.argv[sys.argv.index("--port") + 1]), quiet=True)
"""


def draw(page, pad, rounds, pause_ms):
    """Short strokes down, each a little further to the right; returns the waits in milliseconds."""
    box = page.locator(pad).bounding_box()
    for i in range(rounds):
        x = box["x"] + box["width"] * (0.3 + 0.4 * i / rounds)
        page.mouse.move(x, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        page.mouse.move(x, box["y"] + box["height"] * (0.5 + 0.3 * (i % 2)), steps=3)
        page.wait_for_timeout(150)  # the answers during the stroke have come
        page.mouse.up()
        page.wait_for_timeout(pause_ms)
    return page.evaluate("window.waits")


def test_pen_up_to_bars(benchmark, open_page):
    page = open_page("?tab=digits&lang=en")
    page.locator("#digits-stage button[data-view=draw]").click()
    page.locator("[data-pen=thin]").click()
    page.locator("canvas.pad").scroll_into_view_if_needed()
    draw_once = page.locator("canvas.pad")
    draw_once.click()
    page.wait_for_timeout(3000)  # the classifier is loaded at the first stroke
    page.evaluate(WATCH, "[data-bars=pad]")
    waits = benchmark.pedantic(draw, (page, "canvas.pad", N_STROKES, 400), rounds=1)
    report(benchmark, "pen-up to bars", waits)


def test_pen_up_to_label_with_gradios_sketchpad(benchmark, run_app, chromium, tmp_path):
    script = tmp_path / "sketchpad.py"
    script.write_text(SKETCHPAD)
    with run_app([str(script)]) as (address, _):
        page = chromium.new_page(viewport={"width": 420, "height": 800})  # the sheet fills the pad
        page.goto(address)
        page.locator("#sketchpad button[aria-label=Brush]").click()
        page.wait_for_timeout(2000)
        page.evaluate(WATCH, "#label")
        draw(page, "#sketchpad canvas >> nth=0", 1, 5000)  # the classifier is loaded at the first stroke
        page.evaluate("window.waits.length = 0")
        waits = benchmark.pedantic(draw, (page, "#sketchpad canvas >> nth=0", 8, 3000), rounds=1)
        report(benchmark, "pen-up to gr.Sketchpad's label", waits)
        page.close()


def report(benchmark, name, waits):
    assert waits
    benchmark.extra_info["median_ms"] = round(statistics.median(waits), 1)
    print(f"\n{name}: median {statistics.median(waits):.1f} ms of {len(waits)}, slowest {max(waits):.0f}")


@pytest.mark.skipif(data.load().source != "mnist", reason="no MNIST in the data folder")
def test_seconds_of_learning_to_98_per_cent(benchmark):
    def learn():
        torch.set_num_threads(1)  # as the server does
        work = study.Study(study.StudyConfig(seed=next(seeds)), data.load())
        while work.learn(0.25).test_accuracy < 0.98:
            assert work.seconds < 60
        seconds.append(work.seconds)

    seeds, seconds = iter(range(100)), []
    benchmark.pedantic(learn, rounds=5)
    benchmark.extra_info["median_learning_s"] = statistics.median(seconds)
    print(
        f"\nlearning to 98 %: median {statistics.median(seconds):.1f} s of learning, {[round(s, 1) for s in seconds]}"
    )


@pytest.fixture(scope="module")
def drawing():
    return data.enlarge(data.load().test.images[0])


def test_prepare(benchmark, drawing):
    benchmark(predict.prepare, drawing)


def test_probabilities_of_one(benchmark, drawing):
    benchmark(predict.probabilities, predict.prepare(drawing)[None])


def test_occlusion_map(benchmark, drawing):
    benchmark(explain.occlusion_map, predict.load(), predict.prepare(drawing), 7)


def test_picture_from_a_label(benchmark):
    benchmark.pedantic(lambda: np.stack([frame for frame, _ in explain.ascend(predict.load(), 5)]), rounds=5)
