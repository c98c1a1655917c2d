"""The GANSynth tab as a visitor meets it: keys that sound, instruments between instruments, growth, and pieces."""

import base64
import io
import re
from pathlib import Path

import axe_playwright_python
import numpy as np
import pytest

from core.audio import midi
from core.audio.midi import ScoreNote
from core.gansynth import measures

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy
VIEWS = ["play", "grow", "piece", "twin"]

WATCH_SOUND = """() => {
  window.starts = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, offset) {
    const samples = this.buffer.getChannelData(0);
    const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    const {sampleRate: rate} = this.buffer;
    const bytes = new Uint8Array(samples.slice(0, 40000).buffer);
    const wave = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));  // an array travels slowly
    window.starts.push({n: samples.length, rate, peak, wave});
    return start.call(this, when, offset);
  };
}"""


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page
        page.evaluate(WATCH_SOUND)

    def find(self, selector):
        return self.page.locator(f"#gansynth-stage {selector}")

    def act(self, action):
        self.find(f"[data-action={action}]").click()

    def view(self, name):
        self.find(f"button[data-view={name}]").click()

    def wait_for(self, selector, pattern):
        locator = self.find(selector).filter(has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def wait_for_keys(self):
        self.wait_for("[data-text=ready]", "All")

    def slide(self, selector, value):
        change = """(input, value) => { input.value = value;
          for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {bubbles: true})); }"""
        self.find(f"input[{selector}]").evaluate(change, value)

    def starts(self, n=1):
        """What has sounded since the last time, at least so many."""
        self.page.wait_for_function(f"window.starts.length >= {n}", timeout=PATIENCE_MS)
        starts = self.page.evaluate("window.starts.splice(0)")
        return [one | {"wave": np.frombuffer(base64.b64decode(one["wave"]), "<f4")} for one in starts]

    def key(self, pitch):
        """The middle of a white key on the canvas."""
        box = self.find("[data-figure=keys]").bounding_box()
        low, high = (24, 84) if box["width"] > 1440 else (36, 84)
        white = [one for one in range(low, high + 1) if one % 12 not in (1, 3, 6, 8, 10)]
        return box["x"] + box["width"] * (white.index(pitch) + 0.5) / len(white), box["y"] + 0.9 * box["height"]


@pytest.fixture
def stage(open_page):
    stage = Stage(open_page("?tab=gansynth&lang=en"))
    stage.wait_for_keys()
    return stage


def pitch_of(start):
    """The MIDI pitch of what sounded, by pYIN."""
    assert start["rate"] == 16_000
    return measures.heard_pitch(start["wave"].astype(float))


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_in_any_view(open_page, switch_to, size):
    stage = Stage(open_page("?tab=gansynth&lang=en", size))
    for view in VIEWS:
        stage.view(view)
        stage.page.wait_for_timeout(300)
        if view == "twin":
            stage.find("[data-hear=phase]:enabled").wait_for(timeout=PATIENCE_MS)
        for lang in ("ko", "en"):
            switch_to(stage.page, lang)
            layout = stage.page.evaluate(LAYOUT)
            assert layout["sideways"] <= 0, (view, lang)
            assert [layout["overlaps"], layout["outside"], layout["smallTargets"]] == [[], [], []], (view, lang)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_other_views(open_page, theme):
    stage = Stage(open_page(f"?tab=gansynth&lang=ko&__theme={theme}", reduced_motion="reduce"))
    stage.page.evaluate(AXE)
    for view in VIEWS[1:]:
        stage.view(view)
        if view == "twin":
            stage.find("[data-hear=phase]:enabled").wait_for(timeout=PATIENCE_MS)
        found = stage.page.evaluate("() => axe.run({resultTypes: ['violations']})")
        assert [node["target"] for rule in found["violations"] for node in rule["nodes"]] == [], view


# ---- the keys ----


def test_a_key_sounds_the_pitch_it_shows(stage):
    stage.page.mouse.move(*stage.key(60))
    stage.page.mouse.down()
    (start,) = stage.starts()
    assert start["peak"] == pytest.approx(0.9, abs=0.02)
    assert start["n"] == 4 * start["rate"]
    assert pitch_of(start) == pytest.approx(60, abs=0.5)
    assert stage.find("[data-figure=keys]").get_attribute("data-held") == "60"
    stage.page.mouse.up()
    assert stage.find("[data-figure=keys]").get_attribute("data-held") == ""


def test_a_finger_glides_from_key_to_key(stage):
    stage.page.mouse.move(*stage.key(60))
    stage.page.mouse.down()
    stage.page.mouse.move(*stage.key(65), steps=12)
    stage.page.mouse.up()
    pitches = [round(pitch_of(start)) for start in stage.starts(4)]
    assert pitches == [60, 62, 64, 65]


def test_computer_keys_play_chords(stage):
    for letter in "adg":
        stage.page.keyboard.down(letter)
    assert sorted(round(pitch_of(start)) for start in stage.starts(3)) == [60, 64, 67]
    assert stage.find("[data-figure=keys]").get_attribute("data-held") == "60 64 67"
    stage.page.keyboard.up("d")
    assert stage.find("[data-figure=keys]").get_attribute("data-held") == "60 67"
    for letter in "ag":
        stage.page.keyboard.up(letter)


def test_computer_keys_are_silent_where_the_keyboard_is_not_seen(stage):
    stage.view("grow")
    stage.page.keyboard.press("a")
    stage.page.wait_for_timeout(200)
    assert stage.page.evaluate("window.starts.length") == 0


def test_octaves_can_be_reached(open_page):
    stage = Stage(open_page("?tab=gansynth&lang=en", "phone"))
    stage.wait_for_keys()
    stage.act("lower")
    stage.wait_for_keys()
    stage.page.keyboard.press("a")
    assert round(pitch_of(stage.starts()[0])) == 48


FAKE_MIDI = """() => {
  const inputs = new Map();
  const access = {inputs, onstatechange: null};
  navigator.requestMIDIAccess = async () => access;
  window.plugIn = () => { inputs.set('one', {onmidimessage: null}); access.onstatechange(); };
  window.sendMidi = (...data) => inputs.get('one').onmidimessage({data});
}"""


def test_a_midi_keyboard_plays_with_velocity_and_pedal(stage):
    """Chromium has no MIDI keyboard here: what it would send is sent by hand."""
    stage.page.evaluate(FAKE_MIDI)
    stage.act("midi")
    stage.wait_for(".gan-notice", "No MIDI keyboard")
    stage.page.evaluate("plugIn()")
    stage.wait_for(".gan-notice", "1 MIDI keyboard")
    assert stage.find("[data-action=midi]").get_attribute("aria-pressed") == "true"
    held = stage.find("[data-figure=keys]")
    stage.page.evaluate("sendMidi(0x90, 64, 100)")
    assert round(pitch_of(stage.starts()[0])) == 64
    assert held.get_attribute("data-held") == "64"
    stage.page.evaluate("sendMidi(0xb0, 64, 127)")
    assert stage.find("[data-action=sustain]").get_attribute("aria-pressed") == "true"
    stage.page.evaluate("sendMidi(0x90, 64, 0)")  # a note-on without velocity lifts the key
    assert held.get_attribute("data-held") == ""
    stage.page.evaluate("sendMidi(0xb0, 64, 0)")
    assert stage.find("[data-action=sustain]").get_attribute("aria-pressed") == "false"
    stage.page.evaluate("sendMidi(0x91, 20, 100)")  # below the range
    assert held.get_attribute("data-held") == ""


def test_where_midi_is_refused_it_is_said(stage):
    stage.page.evaluate("() => { navigator.requestMIDIAccess = () => Promise.reject(new Error('no')); }")
    stage.act("midi")
    stage.wait_for(".gan-notice", "no leave")


def test_a_note_can_be_saved(stage):
    with stage.page.expect_download() as download:
        stage.act("save")
    data = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "gansynth-60.wav"
    assert data[:4] == b"RIFF"
    assert len(data) == 44 + 2 * 64_000


# ---- instruments ----


def test_a_new_instrument_is_heard_and_undone(stage):
    before = stage.page.evaluate("location.search")
    stage.act("random")
    first = stage.starts()[0]
    stage.wait_for_keys()
    stage.page.wait_for_function("before => location.search !== before", arg=before)
    stage.act("undo")
    back = stage.starts()[0]
    assert np.abs(np.subtract(first["wave"], back["wave"])).max() > 0.1
    assert stage.find("[data-action=undo]").is_disabled()


def test_between_two_instruments_lies_another(stage):
    heard = {}
    for percent in (0, 50, 100):
        stage.slide("data-morph", percent)
        heard[percent] = stage.starts()[-1]["wave"]
        stage.wait_for_keys()
    assert np.abs(np.subtract(heard[0], heard[50])).max() > 0.1
    assert np.abs(np.subtract(heard[50], heard[100])).max() > 0.1


def test_the_nearest_recording_is_named_in_the_language(stage):
    first = stage.wait_for("[data-text=near]", "nearest recording: ")
    stage.slide("data-morph", 100)
    assert stage.wait_for("[data-text=near]", "guitar") != first
    stage.page.locator("[data-lang=ko]").click()
    stage.wait_for("[data-text=near]", "기타")


def test_a_direction_makes_it_brighter(stage):
    def centre(start):
        power = np.abs(np.fft.rfft(start["wave"])) ** 2
        return (power * np.arange(len(power))).sum() / power.sum()

    stage.slide("data-direction='0'", -15)
    dark = stage.starts()[-1]
    stage.wait_for_keys()
    stage.slide("data-direction='0'", 20)
    assert centre(stage.starts()[-1]) > 1.3 * centre(dark)


def test_the_map_gives_an_instrument_to_mouse_and_arrows(stage):
    stage.find("[data-figure=map]").scroll_into_view_if_needed()
    box = stage.find("[data-figure=map]").bounding_box()
    stage.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    first = stage.starts()[0]["wave"]
    stage.find("[data-figure=map]").focus()
    stage.page.keyboard.press("ArrowLeft")
    assert np.abs(np.subtract(first, stage.starts()[0]["wave"])).max() > 0.05


def test_a_link_brings_back_the_instrument(stage, open_page):
    stage.act("random")
    stage.starts()
    stage.slide("data-morph", 30)
    stage.wait_for_keys()
    stage.page.keyboard.press("a")
    first = stage.starts()[-1]["wave"]
    stage.page.wait_for_timeout(600)
    again = Stage(open_page(stage.page.evaluate("location.search")))
    again.wait_for_keys()
    assert again.find("[data-morph]").input_value() == "30"
    again.page.keyboard.press("a")
    assert np.abs(np.subtract(first, again.starts()[0]["wave"])).max() < 1e-3


def test_a_damaged_link_opens_the_lectures_setting(open_page):
    page = open_page("?tab=gansynth&lang=en&gansynth=play_zz_zz_0")
    stage = Stage(page)
    stage.wait_for_keys()
    assert page.locator(".lecture-notice").inner_text().strip()


# ---- growing ----


def test_the_picture_and_the_sound_grow(stage):
    stage.page.locator("[data-section=gansynth][data-try='2']").click()
    stage.wait_for("[data-text=stage]", "Stage 1: 4 frames × 16 bands")
    pixels = "document.querySelector('#gansynth-stage [data-figure=stage]').toDataURL().length"
    heard, drawn = [], []
    for number in range(6):
        stage.find(f"[data-stage='{number}']").click()
        stage.wait_for("[data-text=stage]", f"Stage {number + 1}: {4 << number} frames × {16 << number} bands")
        heard.append(stage.starts()[-1]["wave"])
        drawn.append(stage.page.evaluate(pixels))
    assert drawn[5] > drawn[0]
    assert np.abs(np.subtract(heard[0], heard[5])).max() > 0.1
    assert "128 frames × 512 bands" in stage.wait_for(".gan-notice", "Stage 1 has only")


# ---- pieces ----


def test_a_piece_is_made_played_paused_and_saved(stage):
    stage.page.locator("[data-section=gansynth][data-try='3']").click()
    stage.find("[data-piece]").select_option("arirang")
    stage.act("make")
    stage.wait_for("[data-text=piece]", r"59 notes played, \d+ of them different, 36\.\d s long")
    (start,) = stage.starts()
    assert start["n"] == pytest.approx(36.3 * start["rate"], rel=0.01)
    assert start["peak"] == pytest.approx(0.9, abs=0.02)
    stage.wait_for(".gan-notice", "different notes were made")
    stage.act("hearPiece")
    stage.wait_for("[data-action=hearPiece]", "Play")
    with stage.page.expect_download() as download:
        stage.act("savePiece")
    assert Path(download.value.path()).stat().st_size > 1_000_000


def test_a_touch_of_the_roll_goes_on_from_there(stage):
    stage.page.locator("[data-section=gansynth][data-try='3']").click()
    stage.find("[data-piece]").select_option("arirang")
    stage.act("make")
    stage.starts()
    stage.find("[data-figure=roll]").click(position={"x": 300, "y": 40})
    stage.page.wait_for_timeout(500)
    assert len(stage.starts()) == 1
    assert "is-playing" in stage.find(".gansynth").get_attribute("class")


def test_a_long_piece_can_be_given_up(stage):
    stage.view("piece")
    stage.find("[data-how=many]").click()
    stage.act("make")
    stage.wait_for("[data-text=piece]", r"of 656 notes made")
    stage.act("make")
    stage.page.wait_for_timeout(600)
    assert stage.find("[data-text=piece]").inner_text() == ""
    assert stage.page.evaluate("window.starts.length") == 0


def bring(stage, data, name="piece.mid"):
    stage.find("input[type=file]").set_input_files({"name": name, "mimeType": "audio/midi", "buffer": data})


def test_ones_own_file_is_played_and_reported(stage):
    stage.view("piece")
    out = io.BytesIO()
    midi.write([ScoreNote(0, 0.5, 60, 100), ScoreNote(0.5, 1, 96, 100), ScoreNote(1, 6, 48, 100)], out)
    bring(stage, out.getvalue())
    said = stage.wait_for("[data-text=piece]", "3 notes played")
    assert "1 notes out of range were moved by octaves" in said
    assert "1 notes longer than 3 s end early" in said


@pytest.mark.parametrize(
    ("data", "said"), [(b"not MIDI", "cannot be read"), (b"", "cannot be read"), (bytes(300_000), "200 KB")]
)
def test_a_file_that_cannot_be_played_is_explained(stage, data, said):
    stage.view("piece")
    bring(stage, data)
    stage.wait_for(".gan-notice", said)


def test_the_first_try_ends_between_the_instruments(stage):
    stage.page.locator("[data-section=gansynth][data-try='1']").click()
    stage.wait_for(".gan-notice", "three places")
    for percent in (20, 50, 80):
        stage.slide("data-morph", percent)
        stage.wait_for_keys()
        stage.page.keyboard.press("a")
    stage.wait_for(".gan-notice", "instruments between")


def test_the_phase_tab_takes_the_instrument_that_was_chosen(stage):
    stage.slide("data-morph", 50)
    stage.wait_for_keys()
    stage.page.wait_for_timeout(600)  # until the address has it
    stage.page.locator("button[role=tab]", has_text="Phase").click()
    source = stage.page.locator("#phase-stage [data-source]")
    stage.page.wait_for_selector("#phase-stage button[data-view][aria-pressed=true]")  # it is alive
    stage.page.locator("#phase-stage button[data-view=sound]").click()
    source.select_option("gansynth")
    sounding = stage.page.locator("#phase-stage [data-text=sounding]").filter(has_text="LUFS")
    sounding.wait_for(timeout=PATIENCE_MS)
    stage.starts(0)
    stage.page.locator("#phase-stage [data-action=play]").click()
    first = stage.starts()[0]
    assert pitch_of(first | {"rate": 16_000}) == pytest.approx(60, abs=0.5)


# ---- IF or phase ----


@pytest.fixture
def comparison(open_page):
    """A function that opens the comparison, when its sounds have come."""

    def open_one(text="twin_violin_doraji", lang="en"):
        stage = Stage(open_page(f"?tab=gansynth&lang={lang}&gansynth={text}"))
        stage.find("[data-hear=phase]:enabled").wait_for(timeout=PATIENCE_MS)
        return stage

    return open_one


def shares(stage):
    """The percentages that the three cards name: recorded, frequency, phase."""
    return [int(re.search(r"(\d+)%", text)[1]) for text in stage.find("[data-share]").all_inner_texts()]


def test_a_melody_is_heard_thrice_and_the_twin_is_the_hoarse_one(comparison):
    stage = comparison()
    recorded, frequency, phase = shares(stage)
    assert min(recorded, frequency) > 90 > phase
    stage.act("hearTakes")
    stage.find("[data-take=recorded].is-sounding").wait_for()
    takes = stage.starts(3)
    assert len({one["n"] for one in takes}) == 1
    assert all(0.1 < one["peak"] <= 1 for one in takes)
    assert len({one["wave"].tobytes() for one in takes}) == 3
    stage.find("[data-take=phase].is-sounding").wait_for()
    stage.find("[data-hear=phase]").click()
    stage.page.wait_for_function("() => !document.querySelector('#gansynth-stage .is-sounding')")


def test_one_take_ends_when_another_begins_and_when_the_view_changes(comparison):
    stage = comparison()
    for kind in ("frequency", "phase"):
        stage.find(f"[data-hear={kind}]").click()
        assert stage.find(".is-sounding").evaluate_all("(all) => all.map((one) => one.dataset.take)") == [kind]
    stage.view("play")
    stage.view("twin")
    assert stage.find(".is-sounding").count() == 0
    assert len(stage.starts(2)) == 2


def test_another_instrument_is_compared_and_stands_in_the_address(comparison):
    stage = comparison()
    before = stage.find("[data-take=phase] .twin-level").evaluate("(canvas) => canvas.toDataURL()")
    stage.find("[data-hear=phase]").click()
    stage.find("select[data-instrument]").select_option("organ")
    assert stage.find("[data-share]").first.inner_text() == "Making it…"  # nothing of the violin stays
    assert stage.find(".is-sounding").count() == 0
    stage.find("button[data-melody=arirang]").click()
    stage.page.wait_for_function("location.search.includes('gansynth=twin_organ_arirang')")
    stage.find("[data-hear=phase]:enabled").wait_for(timeout=PATIENCE_MS)
    after = stage.find("[data-take=phase] .twin-level").evaluate("(canvas) => canvas.toDataURL()")
    assert after != before
    again = comparison("twin_organ_arirang", "ko")
    assert again.find("select[data-instrument]").input_value() == "organ"
    assert again.find("select[data-instrument] option:checked").inner_text() == "교회 오르간"


@pytest.mark.parametrize("text", ["twin_theremin_arirang", "twin_flute_", "twin_flute_arirang_1"])
def test_an_unreadable_comparison_opens_the_lectures_setting(open_page, text):
    stage = Stage(open_page(f"?tab=gansynth&lang=en&gansynth={text}"))
    stage.page.locator("[data-notice=unreadableState]").wait_for(timeout=PATIENCE_MS)
    assert stage.find(".gansynth").get_attribute("data-view") == "play"


def test_a_link_in_the_phase_tab_opens_the_comparison_in_this_page(open_page):
    page = open_page("?tab=phase&lang=en")
    page.evaluate("window.isSamePage = true")
    page.locator("a[href$='gansynth=twin']:visible").click()
    stage = Stage(page)
    stage.find("[data-hear=phase]:enabled").wait_for(timeout=PATIENCE_MS)
    assert page.evaluate("window.isSamePage")
    stage.view("play")
    page.locator("a[href$='gansynth=twin']:visible").click()
    stage.find("[data-take=phase]").wait_for()
