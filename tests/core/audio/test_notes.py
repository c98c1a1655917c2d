"""Notes in NSynth's format: rendered the same each time, resumed where it was killed, read from anywhere."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.io.wavfile
import soundfile

from core.audio import notes, pictures

ROOT = Path(__file__).parent.parent.parent.parent
FEW = [notes.Instrument(40, "string", 60, 62), notes.Instrument(73, "flute", 72, 73)]
NSYNTHS_OWN = {
    "note": 201034,
    "sample_rate": 16000,
    "instrument_family": 3,
    "qualities": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "instrument_source_str": "acoustic",
    "note_str": "bass_synthetic_033-022-050",
    "instrument_family_str": "bass",
    "instrument_str": "bass_synthetic_033",
    "pitch": 22,
    "instrument": 417,
    "velocity": 50,
    "instrument_source": 2,
    "qualities_str": ["dark"],
}


def cents(found, wanted):
    return abs(1200 * np.log2(found / wanted))


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_note(folder, name="bass_synthetic_033-022-050", rate=16_000, samples=64_000, dtype=np.int16, **changes):
    (folder / "audio").mkdir(exist_ok=True)
    scipy.io.wavfile.write(folder / "audio" / f"{name}.wav", rate, np.full(samples, 3, dtype))
    (folder / "examples.json").write_text(json.dumps({name: {**NSYNTHS_OWN, "note_str": name, **changes}}))


def test_instruments_have_names_and_ranges_of_their_own():
    assert len(notes.INSTRUMENTS) >= 60
    assert len({one.name for one in notes.INSTRUMENTS}) == len(notes.INSTRUMENTS)
    for one in notes.INSTRUMENTS:
        assert one.pitches()
        assert min(one.pitches()) >= 24
        assert max(one.pitches()) <= 84


def test_shipped_pitches_are_within_their_instruments():
    ranges = {one.program: one.pitches() for one in notes.INSTRUMENTS}
    for program, pitch in notes.SHIPPED.values():
        assert pitch in ranges[program]


@pytest.mark.parametrize(("program", "pitch"), [(0, 40), (24, 52), (42, 48), (40, 69), (56, 67), (73, 84), (11, 60)])
def test_notes_have_the_pitch_they_say(renderer, program, pitch):
    wave = renderer.render(program, pitch, 100)
    assert wave.shape == (64_000,)
    assert wave.dtype == np.float32
    assert np.abs(wave).max() == pytest.approx(notes.PEAK, abs=1e-6)
    assert wave[-1] == 0
    wanted = notes.pitch_to_hz(pitch)
    assert cents(pictures.fundamental_hz(wave), wanted) < 50


def test_a_note_does_not_hang_on_those_before_it(renderer):
    first = renderer.render(24, 60, 50)
    for before in [(19, 36), (56, 84), (0, 24)]:
        renderer.render(*before, 127)
        np.testing.assert_array_equal(renderer.render(24, 60, 50), first)


def test_a_killed_run_goes_on_and_leaves_the_same_bytes(renderer, tmp_path):
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    assert notes.render_notes(whole, (50, 100), FEW) == 10
    notes.render_notes(resumed, (50, 100), FEW)
    for path in sorted((resumed / "audio").iterdir())[::3]:
        path.unlink()
    (resumed / "examples.json").unlink()
    (resumed / "audio" / "string_acoustic_040-060-050.part").write_bytes(b"half a note")
    kept = {path: path.stat().st_mtime_ns for path in (resumed / "audio").glob("*.wav")}
    assert notes.render_notes(resumed, (50, 100), FEW) == 10
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert contents(resumed) == contents(whole)


def test_what_was_rendered_is_read(renderer, tmp_path):
    notes.render_notes(tmp_path, (100,), FEW)
    found = notes.read_notes(tmp_path)
    assert [note.name for note in found] == sorted(note.name for note in found)
    violin = found[-1]
    assert (violin.instrument, violin.family, violin.pitch, violin.velocity) == (
        "string_acoustic_040",
        "string",
        62,
        100,
    )
    np.testing.assert_allclose(notes.read_wave(violin), renderer.render(40, 62, 100), atol=1 / 16_000)


def test_nsynths_own_format_is_read(tmp_path):
    write_note(tmp_path)
    (note,) = notes.read_notes(tmp_path)
    assert (note.pitch, note.velocity, note.family) == (22, 50, "bass")
    np.testing.assert_allclose(notes.read_wave(note), 3 / 32768)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m core.audio.notes"):
        notes.read_notes(tmp_path)
    write_note(tmp_path)
    next((tmp_path / "audio").iterdir()).unlink()
    with pytest.raises(FileNotFoundError, match="bass_synthetic_033-022-050"):
        notes.read_notes(tmp_path)


@pytest.mark.parametrize("listing", ["", "[1]", "{", '{"a": {"pitch": 3}}', '{"a": 1}'])
def test_another_format_is_refused(tmp_path, listing):
    (tmp_path / "examples.json").write_text(listing)
    with pytest.raises(ValueError, match="NSynth's format"):
        notes.read_notes(tmp_path)


@pytest.mark.parametrize("changes", [{"rate": 44_100}, {"samples": 63_999}, {"dtype": np.float32}])
def test_another_form_of_sound_is_refused(tmp_path, changes):
    write_note(tmp_path, **changes)
    with pytest.raises(ValueError, match=r"wanted \(64000,\) int16"):
        notes.read_wave(notes.read_notes(tmp_path)[0])


def named(count):
    return [notes.Note(f"note-{i}", "", "", 60, 100, Path()) for i in range(count)]


def test_the_split_is_four_to_one_and_stays(tmp_path):
    train, test = notes.split(named(5000))
    assert sorted(train + test, key=lambda note: int(note.name[5:])) == named(5000)
    assert 0.18 < len(test) / 5000 < 0.22
    more_train, more_test = notes.split(named(6000))
    assert set(train) < set(more_train)
    assert set(test) < set(more_test)


def test_without_a_soundfont_the_line_that_brings_one_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(notes, "SOUNDFONTS", ())
    monkeypatch.delenv("LECTURE_SOUNDFONT", raising=False)
    with pytest.raises(notes.CannotRenderError, match="apt-get install fluidr3mono-gm-soundfont"):
        notes.find_soundfont()
    monkeypatch.setenv("LECTURE_SOUNDFONT", str(tmp_path / "mine.sf2"))
    with pytest.raises(notes.CannotRenderError, match=r"mine\.sf2 is not there"):
        notes.find_soundfont()
    (tmp_path / "mine.sf2").write_bytes(b"x")
    assert notes.find_soundfont() == tmp_path / "mine.sf2"


def test_a_file_that_is_no_soundfont_is_said(renderer, tmp_path):
    path = tmp_path / "no.sf2"
    path.write_bytes(b"no soundfont")
    with pytest.raises(notes.CannotRenderError, match=r"no\.sf2 is no soundfont"):
        notes.Renderer(path)


def test_without_a_synthesizer_the_line_that_brings_one_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "tinysoundfont", None)
    with pytest.raises(notes.CannotRenderError, match="pip install --no-deps tinysoundfont"):
        notes.Renderer()


def test_the_command_ends_with_that_line(renderer, tmp_path):
    command = [
        sys.executable,
        "-m",
        "core.audio.notes",
        "--soundfont",
        str(tmp_path / "no.sf2"),
        "--out",
        str(tmp_path),
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert "apt-get install" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_command_renders_the_shipped_notes(renderer, shipped, tmp_path):
    command = [sys.executable, "-m", "core.audio.notes", "--shipped", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    fresh = {path.name.split("-")[0]: soundfile.read(path, dtype="float32")[0] for path in tmp_path.iterdir()}
    assert fresh.keys() == shipped.keys()
    for name, wave in fresh.items():
        np.testing.assert_allclose(wave, shipped[name], atol=2 / 32768)


def test_the_shipped_notes_are_small_and_in_one_form():
    paths = list((ROOT / "assets" / "audio").glob("*.flac"))
    assert len(paths) == len(notes.SHIPPED) == 12
    for path in paths:
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.frames, info.subtype) == (16_000, 1, 64_000, "PCM_16")
        assert path.stat().st_size < 110_000
