"""How long notes take, and a whole piece.

    python -m pytest -n 0 tests/benchmarks/test_gansynth.py -s

One note and sixteen, from latents to samples; beside them the generator of the paper, channels 256, 256, 256, 256, 128,
64, 32 from 2 × 16 to 128 × 1024, random weights, without what turns its pictures into sound; the G major Prelude on
instruments that change, so that no two of its 656 notes are equal; in the page, from a key that goes down to the start
of its sound.
"""

import statistics

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.audio import pieces
from core.gansynth import perform, synthesize


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def asked(n):
    random = np.random.default_rng(0)
    return random.standard_normal((n, synthesize.load().latent_size)), random.integers(36, 85, n)


@pytest.mark.parametrize("n", [1, 16])
def test_notes(benchmark, n):
    latents, pitches = asked(n)
    waves = benchmark(synthesize.notes, latents, pitches)
    assert waves.shape == (n, 64_000)


@pytest.mark.parametrize("n", [1, 16])
def test_the_pictures_alone(benchmark, n):
    latents, pitches = asked(n)
    assert benchmark(synthesize.load().spectrograms, latents, pitches).shape[0] == n


class PapersGenerator(nn.Module):
    """Two 3 × 3 convolutions a resolution, pixel norm, leaky ReLU, nearest upsampling (arXiv 1902.08710, appendix)."""

    def __init__(self):
        super().__init__()
        layers, before = [], 256 + 61
        for stage, width in enumerate((256, 256, 256, 256, 128, 64, 32)):
            layers += [
                nn.Conv2d(before, width, (2, 16), padding=(1, 15))
                if stage == 0
                else nn.Conv2d(before, width, 3, padding=1),
                nn.Conv2d(width, width, 3, padding=1),
            ]
            before = width
        self.layers = nn.ModuleList(layers)
        self.paint = nn.Conv2d(before, 2, 1)

    def forward(self, hidden):
        for place, layer in enumerate(self.layers):
            if place and place % 2 == 0:
                hidden = F.interpolate(hidden, scale_factor=2)
            hidden = F.leaky_relu(layer(hidden), 0.2)
            hidden = hidden * torch.rsqrt(hidden.square().mean(dim=1, keepdim=True) + 1e-8)
        return torch.tanh(self.paint(hidden))


@pytest.mark.parametrize("n", [1, 16])
def test_the_papers_generator(benchmark, n):
    generator = PapersGenerator().eval()
    latents = torch.randn(n, 256 + 61, 1, 1)

    def paint():
        with torch.inference_mode():
            return generator(latents)

    assert benchmark.pedantic(paint, rounds=5, warmup_rounds=1).shape == (n, 2, 128, 1024)


def test_a_prelude(benchmark):
    score = pieces.load("prelude-g")
    latents = np.random.default_rng(7).standard_normal(
        (26, synthesize.load().latent_size)
    )  # 5 s each: none comes again

    def play():
        *_, done = perform.perform(synthesize.notes, score, latents, 5.0)
        return done

    done = benchmark.pedantic(play, rounds=3)
    assert done.report.n_different == 656


N_KEYS = 40


def test_a_key_until_it_sounds(open_page):
    page = open_page("?tab=gansynth&lang=en")
    page.locator("#gansynth-stage [data-text=ready]").filter(has_text="All").wait_for(timeout=60_000)
    page.evaluate(
        """() => {
      window.took = [];
      let pressed = null;
      document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function (...when) {
        start.apply(this, when);
        window.took.push(performance.now() - pressed + 1000 * (this.context.baseLatency || 0));
      };
    }"""
    )
    for place in range(N_KEYS):
        page.keyboard.press("asdfghjk"[place % 8])
        page.wait_for_timeout(60)
    took = page.evaluate("window.took")
    print(f"key to sound: median {statistics.median(took):.1f} ms of {len(took)}, longest {max(took):.1f} ms")
    assert len(took) == N_KEYS
