"""Sound files of all kinds become 16 kHz mono, or say why they cannot."""

import contextlib
import io

import numpy as np
import pytest
import soundfile

from core.audio import files


def encoded(wave, rate=16_000, kind="WAV", subtype=None):
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def sine(rate, seconds=1.0, frequency_hz=440.0, level=0.4):
    return level * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate)) / rate)


def strongest_hz(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return spectrum.argmax() * 16_000 / (1 << 18)


def reason(data):
    with pytest.raises(files.SoundError) as refused:
        files.decode(data)
    return refused.value.reason


FORMS = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_U8"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]


@pytest.mark.parametrize(("kind", "subtype"), FORMS)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000, 96_000])
def test_every_form_and_rate_keeps_pitch_and_length(kind, subtype, rate):
    compressed = kind in ("OGG", "MP3")
    if (compressed and rate == 96_000) or (subtype == "OPUS" and rate == 44_100):
        pytest.skip("the format has no such rate")
    recording = files.decode(encoded(sine(rate), rate, kind, subtype))
    assert recording.samples.dtype == np.float32
    assert len(recording.samples) == pytest.approx(16_000, rel=0.1 if compressed else 0.001)
    assert recording.given_s == pytest.approx(1, rel=0.1 if compressed else 0.001)
    assert strongest_hz(recording.samples) == pytest.approx(440, abs=1)
    assert np.abs(recording.samples[3000:-3000]).max() == pytest.approx(0.4, rel=0.12 if compressed else 0.02)
    assert not recording.is_cut


def test_channels_are_averaged():
    stereo = np.stack([sine(16_000), -0.5 * sine(16_000)], axis=1)
    np.testing.assert_allclose(files.decode(encoded(stereo, subtype="FLOAT")).samples, 0.25 * sine(16_000), atol=1e-4)


def test_what_is_louder_than_one_is_brought_down():
    found = files.decode(encoded(sine(16_000, level=3.0), subtype="FLOAT")).samples
    assert np.abs(found).max() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found / np.abs(found).max(), sine(16_000, level=1.0), atol=2e-3)


def test_the_first_twenty_seconds_are_kept():
    recording = files.decode(encoded(sine(44_100, 25), 44_100))
    assert len(recording.samples) == 320_000
    assert recording.given_s == pytest.approx(25)
    assert recording.is_cut


def test_an_hour_of_silence_in_a_small_file_is_no_burden():
    zeros = np.zeros(16_000 * 600, np.int16)
    zeros[8000] = 20_000
    data = encoded(zeros, kind="FLAC")
    assert len(data) < files.LARGEST_FILE
    assert len(files.decode(data).samples) == 320_000


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "unreadable"),
        (b"RIFF", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "unreadable"),
        (np.random.default_rng(0).bytes(5000), "unreadable"),
        (encoded(np.array([0.5])), "too_short"),
        (encoded(np.zeros(0)), "too_short"),
        (encoded(sine(16_000, 0.04)), "too_short"),
        (encoded(np.zeros(16_000)), "silent"),
        (encoded(np.full(16_000, np.nan), subtype="FLOAT"), "not_finite"),
        (encoded(np.full(16_000, np.inf), subtype="FLOAT"), "not_finite"),
        (bytes(files.LARGEST_FILE + 1), "too_large"),
        (encoded(np.zeros((100, 9))), "unreadable"),
        (encoded(sine(16_000), 200_000), "unreadable"),
        (encoded(sine(16_000), 1_000), "unreadable"),
        (encoded(sine(16_000)).replace(b"\x80\x3e\0\0", bytes(4), 1), "unreadable"),  # 0 samples a second
    ],
)
def test_what_cannot_be_used_says_why(data, why):
    assert reason(data) == why


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_ends_too_early_is_read_as_far_as_it_goes_or_refused(kind, share):
    data = encoded(sine(16_000, 3), kind=kind)
    short = data[: int(share * len(data))]
    try:
        samples = files.decode(short).samples
    except files.SoundError:
        assert reason(short) in ("unreadable", "too_short")
    else:
        assert 0 < len(samples) <= 50_000
        whole = files.decode(data).samples
        n_sure = min(len(samples), len(whole)) - 4000
        assert np.abs(samples[:n_sure] - whole[:n_sure]).max(initial=0) < 0.05


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_broken_bytes_never_raise_anything_else(kind, random):
    data = bytearray(encoded(sine(16_000), kind=kind))
    for _ in range(30):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 20):
            broken[place] = random.integers(256)
        with contextlib.suppress(files.SoundError):
            assert np.isfinite(files.decode(bytes(broken)).samples).all()


def test_a_file_on_the_disk(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded(sine(16_000)))
    assert len(files.read(tmp_path / "a.wav").samples) == 16_000
