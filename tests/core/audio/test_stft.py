"""The STFT and its inverse: librosa says the same, and every length comes back."""

import librosa
import numpy as np
import pytest
import torch

from core.audio import stft


@pytest.fixture
def wave(random):
    return random.normal(0, 0.2, 64_000).astype(np.float32)


def test_librosa_says_the_same(wave):
    padded = np.pad(wave, (stft.PADDING, stft.PADDING))
    expected = librosa.stft(padded, n_fft=2048, hop_length=512, center=False).T
    found = stft.stft(torch.from_numpy(wave)).numpy()
    assert found.shape == (128, 1025)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_librosas_inverse_says_the_same(random):
    """Also for a spectrum that no wave has."""
    parts = random.normal(size=(2, 20, 1025))
    spectrum = torch.from_numpy(parts[0] + 1j * parts[1])
    spectrum[:, [0, -1]] = spectrum[:, [0, -1]].real + 0j
    expected = librosa.istft(spectrum.numpy().T, n_fft=2048, hop_length=512, center=False)
    found = stft.istft(spectrum).numpy()
    np.testing.assert_allclose(found, expected[stft.PADDING : stft.PADDING + len(found)], atol=1e-9)


@pytest.mark.parametrize("n_samples", [1, 2, 511, 512, 513, 1000, 2048, 5000, 64_000])
def test_every_length_comes_back(random, n_samples):
    wave = torch.from_numpy(random.normal(size=n_samples))
    spectrum = stft.stft(wave)
    assert spectrum.shape == (stft.n_frames_of(n_samples), 1025)
    back = stft.istft(spectrum)
    assert back.shape == (stft.n_samples_of(len(spectrum)),)
    assert 0 <= len(back) - n_samples < 512
    np.testing.assert_allclose(back[:n_samples], wave, atol=1e-12)
    np.testing.assert_allclose(back[n_samples:], 0, atol=1e-12)


def test_a_batch_is_its_waves_one_by_one(random):
    waves = torch.from_numpy(random.normal(size=(2, 3, 4000)).astype(np.float32))
    spectra = stft.stft(waves)
    for i, j in np.ndindex(2, 3):
        torch.testing.assert_close(spectra[i, j], stft.stft(waves[i, j]))
        torch.testing.assert_close(stft.istft(spectra)[i, j], stft.istft(spectra[i, j]))


def test_a_note_has_128_frames():
    assert stft.n_frames_of(64_000) == 128
    assert stft.n_samples_of(128) == 64_000


def test_the_squared_windows_add_up_to_the_same_everywhere():
    window = torch.hann_window(2048, dtype=torch.float64).square().reshape(4, 512)
    np.testing.assert_allclose(window.sum(dim=0), stft.WINDOW_POWER)


@pytest.mark.parametrize("first", [0, 1])
def test_the_signs_move_the_reference_to_the_middle_of_a_frame(first):
    """An impulse in the middle of a frame has phase 0 there."""
    frame = torch.zeros(2048)
    frame[1024] = 1
    spectrum = torch.fft.rfft(frame)[first:]
    moved = spectrum * stft.centre_signs(len(spectrum), first)
    torch.testing.assert_close(moved, torch.ones_like(moved))


def test_a_sine_is_in_its_bin(tone):
    middle = stft.stft(torch.from_numpy(tone(440)))[10].abs()
    assert abs(float(stft.bin_frequencies_hz()[middle.argmax()]) - 440) <= stft.BIN_HZ / 2
