"""How long a visitor waits: for the server's first answer, for the first view, and for a slider's picture.

    python -m pytest -n 0 tests/benchmarks

The slider is moved by real key presses. Its times are taken in the page, from the event's own time stamp to
the end of drawing and to the frame after it; their medians are in `extra_info` and in the printed lines.
"""

import statistics

import pytest

N_KEYS = 120
FRAME_MS = 17
WATCH = """() => {
  window.drawn = [];
  window.painted = [];
  const note = (list, start) => list.push(performance.now() - start);
  document.addEventListener('input', ({timeStamp}) => {
    note(drawn, timeStamp);
    requestAnimationFrame(() => {
      const afterPaint = new MessageChannel();
      afterPaint.port1.onmessage = () => note(painted, timeStamp);
      afterPaint.port2.postMessage(0);
    });
  });
}"""


def test_start_to_first_answer(benchmark, run_app):
    def start():
        with run_app(["app.py"]):
            pass

    benchmark.pedantic(start, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("tab", ["opening", "neuron"])
def test_first_view(benchmark, open_page, tab):
    ready = {"opening": ".opening h1", "neuron": "#neuron-stage .neuron-formula b"}[tab]
    pages = []

    def close_the_last():
        while pages:
            pages.pop().context.close()

    def view():
        pages.append(open_page(f"?tab={tab}", locale="ko-KR"))  # in a context of its own: nothing is kept
        pages[-1].wait_for_selector(ready)

    benchmark.pedantic(view, setup=close_the_last, rounds=8)


@pytest.mark.parametrize("view", ["cell", "neuron", "layers"])
@pytest.mark.parametrize("activation", ["step", "sigmoid"])
def test_slider_to_picture(benchmark, open_page, view, activation):
    page = open_page("?tab=neuron&lang=ko")
    page.locator(f"button[data-view={view}]").click()
    page.locator(f"button[data-activation={activation}]").click()
    page.locator("button[data-problem=xor]").click()
    page.locator('[data-param="inputs.0"]').focus()
    page.evaluate(WATCH)
    keys = iter(["ArrowRight", "ArrowLeft"] * N_KEYS)
    benchmark.pedantic(
        lambda: page.keyboard.press(next(keys)), setup=lambda: page.wait_for_timeout(2 * FRAME_MS), rounds=N_KEYS
    )
    page.wait_for_timeout(200)
    for name in ("drawn", "painted"):
        milliseconds = statistics.median(page.evaluate(f"window.{name}"))
        benchmark.extra_info[f"{name}_ms"] = round(milliseconds, 2)
        print(f"\n{view} {activation}: event to {name}, median {milliseconds:.2f} ms")
