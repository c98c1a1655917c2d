"""The server functions of the phase tab: shipped sounds, one's own, and everything else that anybody may send."""

import base64
import io
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi import HTTPException
from starlette.requests import Request

from core.audio import files, notes
from core.audio.variants import NOISY, VARIANTS
from demos import calls, phase

ROOT = Path(__file__).parent.parent.parent
REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})


@pytest.fixture
def token():
    return str(uuid.uuid4())


def hear(token, source="clarinet", variant="true", noise=0):
    return phase.hear({"token": token, "source": source, "variant": variant, "noise": noise}, REQUEST)


def give(token, data):
    return phase.give({"token": token, "file": base64.b64encode(data).decode()}, REQUEST)


def encoded(wave, rate=16_000, kind="WAV"):
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, rate, format=kind)
    return buffer.getvalue()


def tone(frequency_hz=440.0, seconds=1.0, rate=16_000):
    return 0.4 * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate)) / rate)


def samples(answer):
    return np.frombuffer(base64.b64decode(answer["samples"]), "<i2") / 32768


@pytest.mark.parametrize("source", notes.SHIPPED)
def test_every_shipped_note_sounds_in_every_variant_equally_loud(token, source):
    answers = {variant: hear(token, source, variant) for variant in VARIANTS}
    loudness = [answer["lufs"] for answer in answers.values()]
    assert max(loudness) - min(loudness) <= 0.5
    for answer in answers.values():
        wave = samples(answer)
        assert len(wave) == notes.N_SAMPLES
        assert np.abs(wave).max() < 0.99
        assert answer["pitchHz"] == pytest.approx(notes.pitch_to_hz(notes.SHIPPED[source][1]), rel=0.02)


def test_the_variants_differ_but_for_the_one_that_loses_nothing(token):
    true, others = samples(hear(token)), VARIANTS[1:]
    differences = {variant: np.abs(samples(hear(token, variant=variant)) - true).max() for variant in others}
    assert differences.pop("from_if") < 1e-3
    assert min(differences.values()) > 0.05


@pytest.mark.parametrize("variant", NOISY)
def test_noise_is_heard_and_seen(token, variant):
    clean, noisy = hear(token, variant=variant), hear(token, variant=variant, noise=0.6)
    assert clean["coherence"] > 0.9 > noisy["coherence"]
    assert clean["pictures"]["frequency"] != noisy["pictures"]["frequency"]
    assert abs(clean["lufs"] - noisy["lufs"]) <= 0.5


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "kazoo"},
        {"source": None},
        {"source": ["own"]},
        {"variant": "loud"},
        {"variant": 1},
        {"noise": 2},
        {"noise": "0"},
        {"noise": float("nan")},
        {"variant": "random", "noise": 0.5},
        {"source": "own", "token": "guess"},
    ],
)
def test_a_bad_call_gets_one_sentence(token, changes):
    with pytest.raises(HTTPException) as refused:
        hear(**{"token": token, **changes})
    assert refused.value.status_code == 400


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_ones_own_sound_is_taken_and_heard(token, kind):
    taken = give(token, encoded(tone(440, 2, 44_100), 44_100, kind))
    assert taken["seconds"] == pytest.approx(2, abs=0.1)
    assert not taken["isCut"]
    answer = hear(token, "own")
    assert answer["pitchHz"] == pytest.approx(440, rel=0.002)
    assert answer["coherence"] > 0.95
    for variant in VARIANTS:
        assert len(samples(hear(token, "own", variant))) == len(samples(answer))


def test_what_is_longer_than_twenty_seconds_is_cut_and_says_so(token):
    assert give(token, encoded(tone(300, 25))) == {"seconds": files.LONGEST_S, "isCut": True}


def test_a_sound_without_a_pitch_has_no_cycles(token):
    give(token, encoded(np.random.default_rng(0).normal(0, 0.1, 32_000)))
    answer = hear(token, "own")
    assert answer["pitchHz"] is None
    assert "cycles" not in answer


def test_visitors_do_not_hear_one_another(token):
    give(token, encoded(tone()))
    assert hear(str(uuid.uuid4()), "own") == {"isGone": True}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "unreadable"),
        (b"no sound" * 100, "unreadable"),
        (encoded(np.zeros(16_000)), "silent"),
        (encoded(tone(440, 0.01)), "too_short"),
        (bytes(files.LARGEST_FILE + 1), "too_large"),
    ],
    ids=["empty", "text", "silence", "short", "large"],
)
def test_what_cannot_be_used_is_refused_with_a_reason_and_the_old_sound_stays(token, data, reason):
    give(token, encoded(tone()))
    assert give(token, data) == {"reason": reason}
    assert hear(token, "own")["pitchHz"] == pytest.approx(440, rel=0.01)


@pytest.mark.parametrize("file", [None, 1, "%%%", "a", "A" * 14_000_000])
def test_a_file_that_is_no_base64_is_a_bad_call(token, file):
    with pytest.raises(HTTPException) as refused:
        phase.give({"token": token, "file": file}, REQUEST)
    assert refused.value.status_code == 400


def test_a_busy_server_asks_to_come_again(token):
    give(token, encoded(tone()))
    permits = [calls._heavy.acquire(blocking=False) for _ in range(2)]
    try:
        assert permits == [True, True]
        assert hear(token, "own", "griffin_lim") == {"isBusy": True}
        assert give(token, encoded(tone())) == {"isBusy": True}
        assert "samples" in hear(token, "own", "random")
    finally:
        for _ in permits:
            calls._heavy.release()
    assert "samples" in hear(token, "own", "griffin_lim")


def test_the_oldest_sounds_are_forgotten(token):
    give(token, encoded(tone()))
    for _ in range(phase.N_KEPT):
        give(str(uuid.uuid4()), encoded(tone()))
    assert hear(token, "own") == {"isGone": True}
    assert len(phase._own) == phase.N_KEPT


WATCHED = """
import base64, io, sys, uuid
import numpy as np, soundfile
from demos import phase
from starlette.requests import Request

buffer = io.BytesIO()
soundfile.write(buffer, 0.3 * np.sin(np.arange(64_000) / 5), 44_100, format=sys.argv[1])
request = Request({"type": "http", "headers": []})
token = str(uuid.uuid4())

def use():
    phase.give({"token": token, "file": base64.b64encode(buffer.getvalue()).decode()}, request)
    for variant in phase.VARIANTS:
        assert phase.hear({"token": token, "source": "own", "variant": variant, "noise": 0}, request)["samples"]

use()  # libraries write what they compile
written = []
def watch(event, arguments):
    if event == "open" and (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+") or arguments[2] & 3):
        written.append(arguments)
    elif event.split(".")[0] in ("tempfile", "shutil") or event in ("os.rename", "os.mkdir"):
        written.append((event, arguments))
sys.addaudithook(watch)
use()
assert not written, written
open("/dev/null", "w").close()
assert written
"""


@pytest.mark.parametrize("kind", ["WAV", "MP3"])
def test_nothing_of_ones_own_sound_is_written_to_the_disk(kind):
    subprocess.run([sys.executable, "-c", WATCHED, kind], cwd=ROOT, check=True, timeout=120)


def test_gansynths_note_is_of_the_chosen_instrument(token):
    first = np.random.default_rng(0).standard_normal(24).tolist()
    calls = [{"latent": first}, {"latent": [-one for one in first]}, {}]
    answers = [
        phase.hear({"token": token, "source": "gansynth", "variant": "true", "noise": 0} | call, REQUEST)
        for call in calls
    ]
    waves = [samples(answer) for answer in answers]
    assert all(answer["pitchHz"] == pytest.approx(notes.pitch_to_hz(60), rel=0.01) for answer in answers)
    assert np.abs(waves[0] - waves[1]).max() > 0.1
    assert np.abs(waves[0] - waves[2]).max() > 0.1
    wrong = {"token": token, "source": "gansynth", "variant": "true", "noise": 0, "latent": [0.0]}
    with pytest.raises(HTTPException):
        phase.hear(wrong, REQUEST)
