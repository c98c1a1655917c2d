"""Spectrograms and back: measured as spectral convergence, ‖|S| − |S'|‖ / ‖|S|‖ over STFT magnitudes."""

import numpy as np
import pytest
import torch

from core.audio import spectrogram
from core.audio.spectrogram import spectrograms_to_waves, waves_to_spectrograms
from core.audio.stft import stft

REPRESENTATIONS = {
    name: getattr(spectrogram, name)
    for name in ("LINEAR", "PAPER_LINEAR", "PAPER_MEL", "COMPLEX_MEL_1024", "COMPLEX_MEL_512", "COMPLEX_MEL_256")
}
MEANS = {"PAPER_LINEAR": 0.015, "COMPLEX_MEL_1024": 0.06, "COMPLEX_MEL_512": 0.10, "COMPLEX_MEL_256": 0.30}
PROGRAMS = [0, 6, 11, 19, 21, 24, 40, 42, 46, 56, 60, 65, 71, 73]

each = pytest.mark.parametrize("representation", REPRESENTATIONS.values(), ids=REPRESENTATIONS)


@pytest.fixture(scope="module")
def rendered(renderer):
    return np.stack([renderer.render(program, pitch, 100) for program in PROGRAMS for pitch in (36, 60, 84)])


def convergence(waves, representation):
    """(batch,) of the round trip."""
    back = spectrograms_to_waves(waves_to_spectrograms(waves, representation), representation)
    before, after = (stft(torch.from_numpy(one)).abs().flatten(1) for one in (waves, back))
    return ((before - after).norm(dim=1) / before.norm(dim=1)).numpy()


def test_linear_loses_nothing(rendered):
    assert convergence(rendered, spectrogram.LINEAR).max() < 1e-5


@pytest.mark.parametrize(("name", "bar"), MEANS.items())
def test_what_others_lose_on_rendered_notes(rendered, name, bar):
    errors = convergence(rendered, REPRESENTATIONS[name])
    print(f"{name}: mean {errors.mean():.4f}, worst {errors.max():.4f}")
    assert errors.mean() < bar


def test_the_papers_mel_is_reported_and_loses_more_than_a_quarter_of_ours(rendered):
    paper, ours = (convergence(rendered, REPRESENTATIONS[name]) for name in ("PAPER_MEL", "COMPLEX_MEL_256"))
    print(f"PAPER_MEL: mean {paper.mean():.4f}, worst {paper.max():.4f}")
    assert paper.mean() > ours.mean()


@pytest.mark.parametrize(("name", "bar"), [("LINEAR", 1e-5), *MEANS.items()])
def test_what_they_lose_on_the_shipped_notes(shipped, name, bar):
    assert convergence(np.stack(list(shipped.values())), REPRESENTATIONS[name]).mean() < bar


def test_only_the_mean_is_lost_where_the_lowest_bin_is(tone):
    """The paper's linear bins leave 0 Hz out."""
    wave = tone(440)[None] + np.float32(0.25)
    representation = spectrogram.PAPER_LINEAR
    back = spectrograms_to_waves(waves_to_spectrograms(wave, representation), representation)
    assert abs(back[0, 4000:-4000].mean() - wave[0, 4000:-4000].mean()) > 0.1
    assert convergence(wave, spectrogram.LINEAR)[0] < 1e-5


@each
def test_shapes_and_ranges(random, tone, representation):
    square = np.sign(tone(100, 4))
    impulse = np.zeros(64_000, np.float32)
    impulse[32_000] = 1
    noise = random.uniform(-1, 1, 64_000).astype(np.float32)
    waves = np.stack([square, impulse, noise, np.ones(64_000, np.float32), tone(1000, 4, 1.0)])
    pictures = waves_to_spectrograms(waves, representation)
    assert pictures.shape == (5, 2, 128, representation.n_bins)
    assert pictures.dtype == np.float32
    assert pictures.min() >= -1.0001
    assert pictures.max() <= 1.0001
    assert spectrograms_to_waves(pictures, representation).shape == (5, 64_000)


@each
def test_silence_is_the_lowest_level_and_comes_back(representation):
    pictures = waves_to_spectrograms(np.zeros((1, 4000), np.float32), representation)
    np.testing.assert_allclose(pictures[:, 0], -1, atol=1e-6)
    np.testing.assert_allclose(spectrograms_to_waves(pictures, representation), 0, atol=1e-6)


@each
def test_one_sample_is_a_sound_too(representation):
    back = spectrograms_to_waves(waves_to_spectrograms(np.array([[0.5]], np.float32), representation), representation)
    assert back.shape == (1, 512)
    assert np.isfinite(back).all()
    if representation is spectrogram.LINEAR:
        np.testing.assert_allclose(back[0], [0.5] + [0] * 511, atol=1e-5)


@each
def test_a_batch_is_its_waves_one_by_one_and_tensors_stay_tensors(random, representation):
    waves = torch.from_numpy(random.uniform(-1, 1, (3, 5000)).astype(np.float32))
    together = waves_to_spectrograms(waves, representation)
    assert isinstance(together, torch.Tensor)
    assert isinstance(spectrograms_to_waves(together, representation), torch.Tensor)
    for i, wave in enumerate(waves):
        level = waves_to_spectrograms(wave[None].numpy(), representation)[0, 0]
        np.testing.assert_allclose(together[i, 0], level, atol=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@each
def test_a_gpu_says_the_same(random, representation):
    waves = torch.from_numpy(random.uniform(-1, 1, (2, 8000)).astype(np.float32))
    here = waves_to_spectrograms(waves, representation)
    there = waves_to_spectrograms(waves.cuda(), representation)
    torch.testing.assert_close(here[:, 0], there[:, 0].cpu(), atol=1e-3, rtol=1e-3)
    back = [spectrograms_to_waves(one, representation).cpu() for one in (here, there)]
    torch.testing.assert_close(*back, atol=1e-2, rtol=0)


@pytest.mark.parametrize(
    "waves",
    [
        np.zeros(100, np.float32),
        np.zeros((2, 1, 100), np.float32),
        np.zeros((1, 0), np.float32),
        np.array([[0, np.nan]]),
        np.array([[0, np.inf]]),
    ],
    ids=["one axis", "three axes", "empty", "nan", "infinite"],
)
def test_waves_that_are_none_are_refused(waves):
    with pytest.raises(ValueError, match="waves"):
        waves_to_spectrograms(waves, spectrogram.LINEAR)


@pytest.mark.parametrize("shape", [(2, 128, 1025), (1, 1, 128, 1025), (1, 2, 128, 1024), (1, 2, 3, 1025)])
def test_spectrograms_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"wanted \(batch, 2, 4 or more, 1025\)"):
        spectrograms_to_waves(np.zeros(shape, np.float32), spectrogram.LINEAR)


def test_levels_and_magnitudes_are_inverses():
    magnitudes = torch.logspace(-5, 3, 100, dtype=torch.float64)
    level = spectrogram.magnitude_to_level(magnitudes)
    torch.testing.assert_close(spectrogram.level_to_magnitude(level), magnitudes, rtol=1e-6, atol=1e-12)
    assert float(spectrogram.magnitude_to_level(torch.tensor(1024.0, dtype=torch.float64))) == pytest.approx(1)
    assert float(spectrogram.level_to_magnitude(torch.tensor(-3.0))) == 0


@pytest.mark.parametrize("n_bands", [1024, 512, 256])
def test_the_mel_bands_are_the_triangles_that_they_say(n_bands):
    found = spectrogram.mel_matrix(n_bands)
    edges = 700 * (np.exp(np.linspace(0, np.log(1 + 8000 / 700), n_bands + 2)) - 1)
    for band in range(0, n_bands, 17):
        low, centre, high = edges[band : band + 3]
        low, high = min(low, centre - 1.5 * 7.8125), max(high, centre + 1.5 * 7.8125)
        hertz = np.arange(1, 1025) * 7.8125
        triangle = np.interp(hertz, [low, centre, high], [0, 1, 0])
        np.testing.assert_allclose(found[:, band], triangle / triangle.sum(), atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=0), 1)


def test_a_sine_is_in_its_band(tone):
    pictures = waves_to_spectrograms(tone(1000)[None], spectrogram.COMPLEX_MEL_256)
    band = int(pictures[0, 0, 15].argmax())
    edges = 700 * np.expm1(np.linspace(0, np.log1p(8000 / 700), 258))
    assert edges[band] < 1000 < edges[band + 2]
