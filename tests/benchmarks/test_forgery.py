"""How long the forgery tab lets one wait.

    python -m pytest -n 0 tests/benchmarks/test_forgery.py -s

From pen-up to the judges' verdicts, taken in the page; frames a second and the time of one round while the duel runs;
eight judges on one drawing; forgeries.
"""

import statistics

import numpy as np
import pytest

from core.digits import data
from core.forgery import forge, judge

N_STROKES = 30
WATCH = """() => {
  window.waits = [];
  let lifted = null;
  document.addEventListener('pointerup', ({timeStamp}) => { lifted = timeStamp; }, true);
  const canvas = document.querySelector('#forgery-stage [data-chart=judges]');
  new MutationObserver(() => {
    if (lifted === null) return;
    waits.push(performance.now() - lifted);
    lifted = null;
  }).observe(canvas, {attributes: true});  // sharpened, and so drawn
}"""
COUNT_FRAMES = """() => new Promise((resolve) => {
  const times = [];
  const tick = (now) => { times.push(now); if (times.length < 180) requestAnimationFrame(tick); else resolve(times); };
  requestAnimationFrame(tick);
})"""


def test_pen_up_to_curve(benchmark, open_page):
    page = open_page("?tab=forgery&lang=en&forgery=forge_7_0_5_balance_ring_digits")
    page.wait_for_selector("#forgery-stage [data-text=realSays]:not(:empty)")
    pad = page.locator(".forge-pad")
    pad.scroll_into_view_if_needed()
    pad.click()
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)

    def draw():
        box = pad.bounding_box()
        for i in range(N_STROKES):
            x = box["x"] + box["width"] * (0.3 + 0.4 * i / N_STROKES)
            page.mouse.move(x, box["y"] + box["height"] * 0.3)
            page.mouse.down()
            page.mouse.move(x, box["y"] + box["height"] * (0.5 + 0.3 * (i % 2)), steps=3)
            page.wait_for_timeout(200)  # the answers during the stroke have come
            page.mouse.up()
            page.wait_for_timeout(400)
        return page.evaluate("window.waits")

    waits = benchmark.pedantic(draw, rounds=1)
    assert len(waits) > N_STROKES / 2
    benchmark.extra_info["median_ms"] = round(statistics.median(waits), 1)
    print(f"\npen-up to curve: median {statistics.median(waits):.1f} ms of {len(waits)}, slowest {max(waits):.0f}")


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("preset", ["balance", "strongPolice", "collapse"])
def test_frames_of_the_duel(benchmark, open_page, preset, size):
    page = open_page(f"?tab=forgery&lang=en&forgery=duel_7_0_5_{preset}_ring_digits", size)
    page.locator("#forgery-stage [data-action=run]").click()
    times = benchmark.pedantic(page.evaluate, (COUNT_FRAMES,), rounds=1)
    gaps = np.diff(times)
    shown = page.locator("#forgery-stage [data-text=time]").inner_text()
    benchmark.extra_info["frames_a_second"] = round(1000 / np.median(gaps), 1)
    print(f"\n{preset}, {size}: {1000 / gaps.mean():.1f} frames a second, one round {shown}")


def test_eight_judges_on_one_drawing(benchmark):
    image = data.load().test.images[:1].astype(np.float32) / 255
    assert benchmark(judge.load().standing, image).shape == (1, 8)


def test_twelve_forgeries(benchmark):
    latents = np.random.default_rng(0).standard_normal((12, forge.load().latent_size))
    assert benchmark(forge.digits, latents, np.arange(12) % 10).shape == (12, 28, 28)
