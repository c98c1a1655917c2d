"""How long sounds and their pictures take.

    python -m pytest -n 0 tests/benchmarks/test_audio.py -s

A 4 s note to a spectrogram and back beside librosa's STFT and inverse; a change of source in the phase tab, on the
server and in the page; the frames a second of the dots on the wave while a slider moves.
"""

import statistics

import librosa
import numpy as np
import pytest
import torch

from core.audio import files, notes, spectrogram
from demos import phase

N_CHANGES = 24
REPRESENTATIONS = ["LINEAR", "PAPER_MEL", "COMPLEX_MEL_1024", "COMPLEX_MEL_512", "COMPLEX_MEL_256"]


@pytest.fixture(scope="module")
def note():
    return files.read(notes.shipped_path("piano")).samples


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_note_both_ways(benchmark, two_threads, note, name):
    representation = getattr(spectrogram, name)

    def both_ways():
        pictures = spectrogram.waves_to_spectrograms(note[None], representation)
        return spectrogram.spectrograms_to_waves(pictures, representation)

    benchmark.group = "a 4 s note both ways"
    benchmark(both_ways)


def test_librosa_both_ways(benchmark, note):
    benchmark.group = "a 4 s note both ways"
    benchmark(lambda: librosa.istft(librosa.stft(note, n_fft=2048, hop_length=512), hop_length=512))


def test_rendering_a_note(benchmark):
    renderer = notes.Renderer()
    benchmark(lambda: renderer.render(40, 69, 100))


@pytest.mark.parametrize("seconds", [4, 20])
def test_a_change_of_source_on_the_server(benchmark, note, seconds):
    """Everything but reading the file: the pitch, the common loudness, one variant, its pictures and its cycles."""
    wave = np.tile(note, seconds // 4)

    def change():
        source = phase.Source(phase.Variants(wave), phase.pictures.clock(wave, 261.6))
        return phase._sound(source, "true", 0.0)

    benchmark(change)


def test_griffin_lim(benchmark, note):
    variants = phase.Variants(note)
    benchmark(lambda: variants.make("griffin_lim"))


CHANGES = """async ({names, selector}) => {
  const select = document.querySelector(selector);
  const picture = document.querySelector("[data-spectrogram=frequency]");
  const shown = () => document.querySelector("[data-text=cyclesHint]").textContent + picture.toDataURL().length;
  const waits = [];
  for (const name of names) {
    const before = shown();
    const start = performance.now();
    select.value = name;
    select.dispatchEvent(new Event("change", {bubbles: true}));
    while (shown() === before && performance.now() - start < 5000) await new Promise(requestAnimationFrame);
    waits.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 1200));
  }
  return waits;
}"""


def test_from_another_source_to_its_pictures_in_the_page(open_page):
    page = open_page("?tab=phase&lang=en&phase=sound_70_32_piano_true_0")
    page.wait_for_function("document.querySelector('[data-text=coherence]').textContent")
    page.wait_for_timeout(4000)
    names = (list(notes.SHIPPED)[1:] + list(notes.SHIPPED))[:N_CHANGES]
    waits = page.evaluate(CHANGES, {"names": names, "selector": "[data-source]"})
    first, again = waits[: len(notes.SHIPPED) - 1], waits[len(notes.SHIPPED) - 1 :]
    print(
        f"\nanother source to its pictures: median {statistics.median(first):.0f} ms at first, slowest {max(first):.0f}"
    )
    print(f"again: median {statistics.median(again):.0f} ms")


FRAMES = """async () => {
  const slider = document.querySelector("[data-setting=hz]");
  const costs = [];
  const starts = [];
  for (let i = 0; i < 120; i++) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    starts.push(start);
    slider.value = 40 + i / 2;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    costs.push(performance.now() - start);
  }
  return {costs, fps: 1000 * (starts.length - 1) / (starts.at(-1) - starts[0])};
}"""


@pytest.mark.parametrize("size", ["hall", "phone"])
def test_the_dots_at_frame_rate(open_page, size):
    found = open_page("?tab=phase&lang=en", size).evaluate(FRAMES)
    print(
        f"\ndots, {size}: median {statistics.median(found['costs']):.1f} ms a frame, {found['fps']:.0f} frames a second"
    )
