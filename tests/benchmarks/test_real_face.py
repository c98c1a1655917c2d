"""How long the faces tab lets one wait.

    python -m pytest -n 0 tests/benchmarks/test_real_face.py -s

From "Next" to nine new faces, taken in the page; frames a second of the walk; eyes found in a picture; a picture
aligned.
"""

import statistics

import numpy as np
import pytest
from PIL import Image

from core.faces import align, data, sample

N_ROUNDS = 12
COUNT_FRAMES = """() => new Promise((resolve) => {
  const times = [];
  const tick = (now) => { times.push(now); if (times.length < 180) requestAnimationFrame(tick); else resolve(times); };
  requestAnimationFrame(tick);
})"""
NEXT = """async () => {
  const find = (selector) => document.querySelector(`#real_face-stage ${selector}`);
  const until = async (test) => { while (!test()) await new Promise(requestAnimationFrame); };
  find('[data-cell="3"]').click();
  find('[data-action=reveal]').click();
  await until(() => !find('[data-action=next]').hidden);
  const began = performance.now();
  find('[data-action=next]').click();
  await until(() => find('.find-cell:not([hidden]) img')?.complete && find('.find-cell:not([hidden])'));
  return performance.now() - began;
}"""


def test_a_new_round(benchmark, open_page):
    if not data.showable(64):
        pytest.skip("no portraits in the data folder")
    page = open_page("?tab=real_face&lang=en&real_face=lineup_nine")
    page.wait_for_selector("#real_face-stage .find-cell:not([hidden])")
    waits = benchmark.pedantic(lambda: [page.evaluate(NEXT) for _ in range(N_ROUNDS)], rounds=1)
    benchmark.extra_info["median_ms"] = round(statistics.median(waits), 1)
    print(f"\nnext to nine faces: median {statistics.median(waits):.0f} ms of {N_ROUNDS}, slowest {max(waits):.0f}")


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_frames_of_the_walk(benchmark, open_page, size):
    page = open_page("?tab=real_face&lang=en&real_face=walk_bet", size)
    page.locator("#real_face-stage [data-action=play]:enabled").click(timeout=60_000)
    times = benchmark.pedantic(page.evaluate, (COUNT_FRAMES,), rounds=1)
    gaps = np.diff(times)
    benchmark.extra_info["frames_a_second"] = round(1000 / np.median(gaps), 1)
    print(f"\nthe walk, {size}: {1000 / gaps.mean():.1f} frames a second")


@pytest.fixture(scope="module")
def portrait():
    face = sample.faces(np.zeros((1, sample.load().latent_size)))[0]
    return Image.fromarray(face).resize((1280, 1280))


def test_eyes_are_looked_for(benchmark, portrait):
    benchmark(align.find_eyes, portrait)


def test_a_picture_is_aligned(benchmark, portrait):
    assert benchmark(align.aligned, portrait, ((448.0, 538.0), (832.0, 538.0)), 64).shape == (64, 64, 3)
