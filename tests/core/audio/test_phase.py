"""Phase and instantaneous frequency against their closed forms."""

import math

import numpy as np
import pytest
import torch

from core.audio import phase
from core.audio.stft import BIN_HZ, FRAME_HZ, bin_frequencies_hz, istft, stft

FREQUENCIES = [31.25, 100.0, 440.0, 446.1, 1000.0, 1234.5, 3999.0, 7000.3]


@pytest.fixture
def spectrum(random):
    return stft(torch.from_numpy(random.normal(0, 0.1, 32_000).astype(np.float32)))


def apart(a, b, period=2 * math.pi):
    """How far two angles are apart, whole turns left out."""
    return np.abs((np.asarray(a) - np.asarray(b) + period / 2) % period - period / 2)


def loudest(frequency_hz):
    return round(frequency_hz / BIN_HZ)


@pytest.mark.parametrize("frequency_hz", FREQUENCIES)
def test_a_sine_moves_by_the_wrapped_formula(tone, frequency_hz):
    found = phase.phase_to_instantaneous_frequency(stft(torch.from_numpy(tone(frequency_hz))).angle())
    inside = found[5:-5, loudest(frequency_hz)]
    assert apart(inside, phase.sine_instantaneous_frequency(frequency_hz), 2).max() < 1e-3


def test_the_designs_example():
    assert phase.sine_instantaneous_frequency(440) == pytest.approx(0.16)


@pytest.mark.parametrize("frequency_hz", FREQUENCIES)
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_the_bin_gives_the_lost_turns_back(tone, frequency_hz, beside):
    frequencies = phase.phase_to_instantaneous_frequency(stft(torch.from_numpy(tone(frequency_hz))).angle())
    heard = phase.frequency_hz(frequencies, bin_frequencies_hz())
    np.testing.assert_allclose(heard[5:-5, loudest(frequency_hz) + beside], frequency_hz, atol=0.05)


def test_numpy_unwraps_alike(spectrum):
    angles = spectrum.angle()
    np.testing.assert_allclose(phase.unwrap(angles), np.unwrap(angles.double().numpy(), axis=0), atol=1e-5)


def test_a_sine_unwraps_to_a_straight_line(tone):
    line = phase.unwrap(stft(torch.from_numpy(tone(440))).angle())[5:-5, loudest(440)]
    slope = math.pi * phase.sine_instantaneous_frequency(440)
    np.testing.assert_allclose(line - line[0], slope * np.arange(len(line)), atol=0.01)


def test_the_instantaneous_frequency_gives_the_phase_back(spectrum):
    angles = spectrum.angle()
    frequencies = phase.phase_to_instantaneous_frequency(angles)
    assert frequencies.abs().max() <= 1
    assert apart(frequencies[0] * math.pi, angles[0]).max() < 1e-5
    assert apart(phase.instantaneous_frequency_to_phase(frequencies), angles).max() < 1e-4


def test_the_instantaneous_frequency_does_not_mind_whole_turns(spectrum):
    angles = spectrum.angle()
    turned = angles + 2 * math.pi * torch.randint(-3, 4, angles.shape, generator=torch.Generator().manual_seed(0))
    difference = apart(*map(phase.phase_to_instantaneous_frequency, (angles, turned)), period=2)
    assert difference.max() < 1e-5


@pytest.mark.parametrize("angle", [-10.0, -math.pi, 0.0, 3.0, math.pi, 100.0])
def test_wrapped_angles_are_the_same_angles(angle):
    wrapped = float(phase.wrap(torch.tensor(angle, dtype=torch.float64)))
    assert -math.pi <= wrapped <= math.pi
    assert math.isclose(math.cos(wrapped), math.cos(angle), abs_tol=1e-12)
    assert math.isclose(math.sin(wrapped), math.sin(angle), abs_tol=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        phase.zero_phase,
        lambda spectrum: phase.random_phase(spectrum, 1),
        lambda spectrum: phase.noise_on_phase(spectrum, 0.4, 1),
        lambda spectrum: phase.noise_on_instantaneous_frequency(spectrum, 0.4, 1),
    ],
    ids=["zero", "random", "noise on phase", "noise on IF"],
)
def test_the_magnitudes_stay(spectrum, change):
    changed = change(spectrum)
    torch.testing.assert_close(changed.abs(), spectrum.abs(), atol=1e-4, rtol=1e-5)
    assert apart(changed.angle(), spectrum.angle()).mean() > 0.1


@pytest.mark.parametrize("shake", [phase.noise_on_phase, phase.noise_on_instantaneous_frequency])
def test_no_noise_changes_nothing(spectrum, shake):
    torch.testing.assert_close(shake(spectrum, 0.0, 1), spectrum, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("shake", [phase.noise_on_phase, phase.noise_on_instantaneous_frequency])
def test_a_seed_repeats(spectrum, shake):
    torch.testing.assert_close(shake(spectrum, 0.5, 1), shake(spectrum, 0.5, 1), atol=0, rtol=0)
    assert (shake(spectrum, 0.5, 1) - shake(spectrum, 0.5, 2)).abs().max() > 0.1


def test_noise_on_phase_is_even_and_bounded(spectrum):
    errors = apart(phase.noise_on_phase(spectrum, 0.25, 3).angle()[:, 1:-1], spectrum.angle()[:, 1:-1])
    assert errors.max() <= 0.25 * math.pi + 1e-3
    assert errors.mean() == pytest.approx(0.125 * math.pi, rel=0.02)


def test_errors_of_the_instantaneous_frequency_add_up(spectrum):
    """A random walk: the mean square grows with the frames, 1/3 of the square of π times the amount each."""
    changed = phase.noise_on_instantaneous_frequency(spectrum, 0.05, 3)
    squares = np.square(apart(changed.angle(), spectrum.angle())[:, 1:-1]).mean(axis=1)
    for frame in (3, 10, 40):
        assert squares[frame] == pytest.approx((frame + 1) * (0.05 * math.pi) ** 2 / 3, rel=0.2)


def test_zero_phase_is_zero_in_the_middle_of_the_frame(tone):
    """Each frame is an even function around its middle: the wave is symmetrical there."""
    frame = torch.fft.irfft(phase.zero_phase(stft(torch.from_numpy(tone(440)))))[10]
    torch.testing.assert_close(frame[1025:1500], frame[549:1024].flip(0), atol=1e-4, rtol=0)
    assert frame.argmax() == 1024


def test_griffin_lim_finds_phases_that_agree(shipped):
    magnitudes = stft(torch.from_numpy(shipped["piano"])).abs()

    def convergence(wave):
        return float((stft(wave).abs() - magnitudes).norm() / magnitudes.norm())

    found = phase.griffin_lim(magnitudes, 0)
    chance = istft(phase.random_phase(magnitudes.to(torch.complex64), 0))
    assert found.shape == (64_000,)
    assert convergence(found) < 0.3 * convergence(chance)
    torch.testing.assert_close(found, phase.griffin_lim(magnitudes, 0))


def test_the_cycles_of_a_sine_are_alike(tone):
    cut = phase.cycles(tone(200), 200, 0.1, 20)
    assert cut.shape == (20, 96)
    np.testing.assert_allclose(cut, np.broadcast_to(cut[0], cut.shape), atol=2e-3)
    assert phase.coherence(cut) > 0.9999


def test_another_clock_slips_by_the_same_amount_each_cycle(tone):
    cut = phase.cycles(tone(200), 201, 0.0, 30)
    angles = 2 * np.pi * 200 / 201 * (np.arange(30)[:, None] + np.arange(96) / 96)
    np.testing.assert_allclose(cut, 0.5 * np.sin(angles), atol=2e-3)


def test_cycles_may_be_spread_over_a_time(tone):
    wave = tone(200) * np.linspace(0, 1, 16_000, dtype=np.float32)
    close, wide = phase.cycles(wave, 200, 0.1, 10), phase.cycles(wave, 200, 0.1, 10, span_s=0.5)
    assert np.abs(close[-1]).max() == pytest.approx(0.5 * (0.1 + 0.05), rel=0.05)
    assert np.abs(wide[-1]).max() == pytest.approx(0.5 * (0.1 + 0.495), rel=0.05)


def test_a_sound_that_is_too_short_has_no_cycles(tone):
    with pytest.raises(ValueError, match="too short"):
        phase.cycles(tone(200, 0.1), 200, 0.05, 24)


def test_coherence_is_one_for_equals_and_small_for_noise(random):
    assert phase.coherence(np.tile(random.normal(size=96), (24, 1))) == pytest.approx(1)
    assert phase.coherence(random.normal(size=(24, 4000))) == pytest.approx(1 / 24, rel=0.1)
    assert phase.coherence(np.zeros((24, 96))) == 0
    assert phase.coherence(np.stack([np.ones(96), -np.ones(96)])) == 0


def test_frames_a_second():
    assert FRAME_HZ == 31.25
