"""The phase tab as a visitor meets it: dots on a wave, four pictures with one cursor, sounds with and without phase."""

import base64
import io
import re
from pathlib import Path

import axe_playwright_python
import numpy as np
import pytest
import soundfile
from PIL import Image

from core.audio import files, notes, phase
from core.audio.variants import VARIANTS
from demos import text

ROOT = Path(__file__).parent.parent.parent
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
STATES = {"wave": "wave_70_32_clarinet_true_0", "sound": "sound_70_32_trumpet_random_0"}
PATIENCE_MS = 60_000  # the machine may be busy

WATCH_SOUND = """() => {
  window.starts = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, offset) {
    const samples = this.buffer.getChannelData(0);
    const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    window.starts.push({when, offset, peak, n: samples.length, first: [...samples.subarray(16000, 16064)]});
    return start.call(this, when, offset);
  };
}"""
REFUSE_MICROPHONE = """(name) => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(Object.assign(new Error("no"), {name}));
}"""


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page

    def act(self, action):
        self.page.locator(f"#phase-stage [data-action={action}]").click()

    def vary(self, variant):
        self.page.locator(f"#phase-stage [data-variant={variant}]").click()

    def read(self, name):
        return self.page.locator(f"#phase-stage [data-text={name}]").inner_text()

    def value(self, name):
        return self.page.locator(f"#phase-stage [data-value={name}]").inner_text()

    def wait_for(self, selector, pattern):
        locator = self.page.locator(f"#phase-stage {selector}", has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def notice(self, pattern):
        return self.wait_for(".phase-notice", pattern)

    def slide(self, selector, value):
        slider = self.page.locator(f"#phase-stage input[{selector}]")
        slider.evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }",
            value,
        )

    def wait_for_pictures(self):
        self.wait_for("[data-text=coherence]", r"\d+%")
        self.page.wait_for_function(
            "document.querySelector('#phase-stage [data-text=sounding]').textContent.includes('LUFS')"
        )
        self.page.wait_for_timeout(100)

    def pixels(self, name):
        """A picture's canvas, (height, width, 4)."""
        canvas = self.page.locator(f"#phase-stage canvas[data-spectrogram={name}]")
        png = base64.b64decode(canvas.evaluate("(canvas) => canvas.toDataURL()").partition(",")[2])
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))

    def point(self, name, time_s, frequency_hz, press=False):
        """Points at a place in a picture that shows the whole of a 4 s note."""
        canvas = self.page.locator(f"#phase-stage canvas[data-spectrogram={name}]")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        rem = self.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        left, top, bottom = 2.3 * rem, 4, 1.3 * rem  # the axes
        octaves = np.log2(frequency_hz / 31.25)
        x = box["x"] + left + (box["width"] - left - 2) * time_s / 4
        y = box["y"] + top + (box["height"] - top - bottom) * (1 - (octaves + 0.5 / 32) / 8)
        self.page.mouse.move(x, y)
        if press:
            self.page.mouse.down()
            self.page.mouse.up()
        self.page.wait_for_timeout(100)

    def bring(self, data, name="sound.wav"):
        self.page.locator("#phase-stage input[type=file]").set_input_files(
            {"name": name, "mimeType": "audio/wav", "buffer": data}
        )


@pytest.fixture
def stage(open_page):
    return Stage(open_page("?tab=phase&lang=en"))


@pytest.fixture
def sound(open_page):
    stage = Stage(open_page(f"?tab=phase&lang=en&phase={STATES['sound'].replace('random', 'true')}"))
    stage.page.evaluate(WATCH_SOUND)
    stage.wait_for_pictures()
    return stage


def encoded(wave, rate=16_000, kind="WAV"):
    buffer = io.BytesIO()
    soundfile.write(buffer, wave, rate, format=kind)
    return buffer.getvalue()


def tone(frequency_hz=440.0, seconds=1.0, rate=16_000):
    return 0.4 * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate)) / rate)


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
@pytest.mark.parametrize("view", STATES)
def test_nothing_overlaps_in_any_view(open_page, switch_to, view, size):
    page = open_page(f"?tab=phase&lang=en&phase={STATES[view]}", size)
    for lang in ("ko", "en"):
        switch_to(page, lang)
        layout = page.evaluate(LAYOUT)
        assert layout["sideways"] <= 0, lang
        assert [layout["overlaps"], layout["outside"], layout["smallTargets"]] == [[], [], []], lang


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("projector", [False, True])
def test_axe_finds_nothing_in_the_view_of_sounds(open_page, theme, projector):
    more = "&projector=1" if projector else ""
    page = open_page(f"?tab=phase&lang=ko&phase={STATES['sound']}&__theme={theme}{more}", reduced_motion="reduce")
    Stage(page).wait_for_pictures()
    page.evaluate(AXE)
    rules = """{resultTypes: ['violations'], runOnly: ['color-contrast-enhanced'],
      rules: {'color-contrast-enhanced': {enabled: true}}}"""
    plain = "{resultTypes: ['violations']}"
    found = page.evaluate(f"() => axe.run({rules if projector else plain})")
    assert [node["target"] for rule in found["violations"] for node in rule["nodes"]] == []
    if projector:
        layout = page.evaluate(LAYOUT)
        assert layout["smallWords"] == []
        assert layout["overlaps"] == []


# ---- dots on the wave ----


@pytest.mark.parametrize("stride", [25, 32, 37])
def test_the_slope_that_is_said_is_the_cores(stage, stride):
    stage.slide("data-setting=stride", stride)
    for hz in (40, 46.75, 70, 93.75, 101.5, 150):
        stage.slide("data-setting=hz", hz)
        slope = phase.sine_instantaneous_frequency(hz, 1000 / stride) / 2  # turns a frame
        formula = stage.read("formula").replace("−", "-")
        said, whole = re.search(r"Slope (\S+) turns \+ (\d+) unseen", formula).groups()
        assert abs((float(said) - slope + 0.5) % 1 - 0.5) < 0.006, hz
        assert (int(whole) + float(said)) * 1000 / stride == pytest.approx(hz, abs=0.006 * 1000 / stride), hz
        assert formula.endswith(f"= {hz:.2f} Hz"), hz


@pytest.mark.parametrize(("hz", "word"), [(70, "moves on"), (55, "moves back"), (62.5, "stand still")])
def test_the_dot_goes_on_back_or_stands_still(stage, hz, word):
    stage.slide("data-setting=hz", hz)
    assert word in stage.read("slips")


def test_the_first_try_ends_when_the_dot_stands_still(stage):
    stage.page.locator("[data-section=phase][data-try='1']").click()
    stage.notice("until the dot stands still")
    stage.slide("data-setting=hz", 64)
    assert "seems" not in stage.page.locator(".phase-notice").inner_text()
    stage.slide("data-setting=hz", 62.5)
    assert "exactly 2 times" in stage.notice("seems to stand still")
    stage.slide("data-setting=hz", 80)
    assert stage.page.locator(".phase-notice").is_hidden()


def test_the_wave_can_be_dragged(stage):
    box = stage.page.locator("[data-figure=dots]").bounding_box()
    middle = box["y"] + box["height"] / 2
    stage.page.mouse.move(box["x"] + 600, middle)
    stage.page.mouse.down()
    stage.page.mouse.move(box["x"] + 400, middle, steps=4)
    stage.page.mouse.up()
    assert float(stage.read("formula").split("= ")[1].removesuffix(" Hz")) > 75


def test_time_runs_over_the_wave_and_ends_by_itself(stage):
    drawn = "document.querySelector('[data-figure=dots]').toDataURL()"
    before = stage.page.evaluate(drawn)
    stage.act("run")
    stage.page.wait_for_timeout(400)
    assert stage.page.evaluate(drawn) != before
    button = stage.page.locator("[data-action=run]")
    assert button.get_attribute("aria-pressed") == "true"
    stage.act("run")
    assert button.get_attribute("aria-pressed") == "false"
    assert stage.page.evaluate(drawn) == before


# ---- the four pictures ----


def test_the_four_pictures_share_one_cursor_and_read_their_values(sound):
    pitch = notes.pitch_to_hz(67)
    sound.point("level", 1.5, pitch)
    assert re.match(r"1\.[45]\d s, bin at 391 Hz", sound.value("cursor"))
    assert -20 < float(sound.value("level").removesuffix(" dB").replace("−", "-")) <= 0
    step, hz = re.match(r"(\S+)π → (\d+) Hz", sound.value("frequency").replace("−", "-")).groups()
    assert int(hz) == pytest.approx(pitch, abs=2)
    assert abs((float(step) - phase.sine_instantaneous_frequency(pitch) + 1) % 2 - 1) < 0.15
    assert re.fullmatch(r"−?[01]\.\d\dπ", sound.value("phase"))
    assert re.fullmatch(r"−?\d+\.\d turns", sound.value("unwrapped"))


def test_the_cursor_goes_by_keys_too(sound):
    area = sound.page.locator("#phase-stage .pictures-four")
    area.focus()
    sound.page.keyboard.press("ArrowRight")
    sound.page.wait_for_timeout(100)
    first = sound.value("cursor")
    for key in ["ArrowUp"] * 8 + ["Shift+ArrowRight"]:
        sound.page.keyboard.press(key)
    sound.page.wait_for_timeout(100)
    moved = sound.value("cursor")
    assert float(moved.split()[0]) == pytest.approx(float(first.split()[0]) + 8 * 0.032, abs=0.011)
    assert float(moved.split()[4]) > float(first.split()[4])


def test_the_third_try_ends_on_a_partial_and_not_beside_it(sound):
    sound.page.locator("[data-section=phase][data-try='3']").click()
    sound.notice("press a line")
    sound.wait_for_pictures()
    pitch = notes.pitch_to_hz(67)
    sound.point("frequency", 1.5, 50, press=True)
    sound.notice("no partial")
    sound.point("frequency", 1.5, 2 * pitch, press=True)
    assert f"{2 * pitch:.0f}"[:2] in sound.notice("2 times the note's pitch")


def test_the_attack_is_shown_larger(sound):
    before = sound.pixels("level")
    sound.page.locator("[data-zoom=attack]").click()
    sound.page.wait_for_timeout(100)
    assert (sound.pixels("level") != before).any()
    sound.page.locator("[data-zoom=whole]").click()
    sound.page.wait_for_timeout(100)
    np.testing.assert_array_equal(sound.pixels("level"), before)


def test_what_is_quiet_can_be_shown(sound):
    hidden = sound.pixels("frequency")
    sound.page.locator("[data-dim]").click()
    sound.page.wait_for_timeout(100)
    grey = lambda pixels: (pixels[..., :3] == [138, 143, 150]).all(axis=2).mean()  # noqa: E731
    assert grey(hidden) > 0.3
    assert grey(sound.pixels("frequency")) < 0.01


def test_the_pictures_follow_the_theme_and_the_language(sound):
    light = sound.pixels("phase")
    sound.page.locator("#lecture-header .icon-button").first.click()
    sound.page.wait_for_timeout(200)
    assert (sound.pixels("phase") != light).any()
    sound.page.locator("[data-lang=ko]").click()
    sound.page.wait_for_timeout(300)
    assert sound.value("cursor") == text.text("spectrograms.live.noCursor", "ko")
    names = sound.page.locator("[data-source] option:not([hidden])").all_inner_texts()
    assert text.text("phase.live.piano", "ko") in names


# ---- the sounds ----


def test_switching_keeps_the_place_in_the_sound(sound):
    sound.act("play")
    sound.page.wait_for_timeout(1200)
    sound.vary("random")
    sound.page.wait_for_function("window.starts.length >= 2", timeout=PATIENCE_MS)
    sound.page.wait_for_timeout(300)
    sound.vary("from_if")
    sound.page.wait_for_function("window.starts.length >= 3", timeout=PATIENCE_MS)
    first, *others = sound.page.evaluate("window.starts")
    assert len(others) == 2
    for one in others:
        assert one["offset"] == pytest.approx((one["when"] - first["when"]) % 4, abs=0.02)
    assert all(0.05 < one["peak"] < 0.99 for one in [first, *others])
    assert first["first"] != others[0]["first"]
    np.testing.assert_allclose(first["first"], others[1]["first"], atol=1e-3)  # from the IF: nothing is lost
    sound.act("play")
    assert sound.page.locator("[data-action=play]").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_every_variant_is_seen(sound, variant):
    before = sound.pixels("frequency")
    sound.vary(variant)
    key = {"griffin_lim": "GriffinLim", "from_if": "FromIf"}.get(variant, variant.title())
    sound.wait_for("[data-text=means]", re.escape(text.text(f"phase.live.means{key}", "en")[:20]))
    sound.wait_for_pictures()
    changed = (np.abs(sound.pixels("frequency").astype(int) - before) > 40).any(axis=2).mean()
    assert changed < 0.01 if variant == "from_if" else changed > 0.02


def test_the_cycles_spread_when_the_phase_is_lost(sound):
    true = int(sound.wait_for("[data-text=coherence]", r"\d").split("%")[0])
    sound.vary("random")
    sound.page.wait_for_function("parseInt(document.querySelector('[data-text=coherence]').textContent) < 70")
    assert true > 90


def test_noise_is_set_by_its_slider_and_belongs_to_its_variant(sound):
    sound.slide("data-noise=from_if", 60)
    sound.wait_for("[data-text=means]", "errors add up")
    assert sound.page.locator("[data-variant=from_if]").get_attribute("aria-pressed") == "true"
    sound.slide("data-noise=true", 30)
    sound.wait_for("[data-text=means]", "shaken: frames")
    assert sound.page.locator("input[data-noise=from_if]").input_value() == "0"
    sound.vary("true")
    sound.wait_for("[data-text=means]", "as it is")


def test_the_second_try_ends_when_both_have_been_heard(sound):
    sound.page.locator("[data-section=phase][data-try='2']").click()
    sound.notice("Press play")
    sound.wait_for_pictures()
    sound.act("play")
    sound.page.wait_for_timeout(1200)
    sound.vary("random")
    sound.notice("blurred")


def test_another_tab_is_quiet(sound):
    sound.act("play")
    sound.page.wait_for_timeout(200)
    sound.page.locator("#tab-neuron-button").click()
    sound.page.wait_for_timeout(500)
    assert not sound.page.locator("#phase-stage .phase").evaluate("(e) => e.classList.contains('is-playing')")


def test_another_note_is_another_pitch(sound):
    sound.page.locator("[data-source]").select_option("cello")
    sound.wait_for("[data-text=cyclesHint]", "131 Hz")
    assert "phase=sound_70_32_cello_true_0" in sound.page.evaluate(
        "new Promise((resolve) => setTimeout(() => resolve(location.search), 600))"
    )


# ---- one's own sound ----


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_file_is_opened_and_read(sound, kind):
    sound.bring(encoded(tone(523, 2, 44_100), 44_100, kind), f"c.{kind.lower()}")
    sound.notice(r"Opened \S+ s of sound")
    sound.wait_for("[data-text=cyclesHint]", r"52[234] Hz")
    assert sound.page.locator("[data-source]").input_value() == "own"


def test_a_long_file_is_cut_and_says_so(sound):
    sound.bring(encoded(tone(220, 25)))
    sound.notice("first 20 s")
    sound.wait_for("[data-text=cyclesHint]", "220 Hz")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html>", "can't be read"),
        (encoded(np.zeros(16_000)), "no sound"),
        (encoded(tone(440, 0.01)), "Too short"),
        (bytes(files.LARGEST_FILE + 1), "10 MB"),
    ],
    ids=["html", "silence", "short", "large"],
)
def test_what_cannot_be_used_is_said_and_nothing_is_lost(sound, data, sentence):
    before = sound.pixels("level")
    sound.bring(data)
    sound.notice(sentence)
    assert sound.page.locator("[data-source]").input_value() == "trumpet"
    sound.page.mouse.move(0, 0)
    sound.page.wait_for_timeout(100)
    np.testing.assert_array_equal(sound.pixels("level").shape[1], before.shape[1])
    sound.vary("random")
    sound.wait_for("[data-text=means]", "drawn at random")


def test_the_microphone_is_heard(sound):
    hint = sound.page.locator("#phase-stage [data-text=cyclesHint]")
    for _ in range(4):  # a busy machine tears holes into a recording, and then it has no pitch
        sound.act("record")
        sound.notice("Recording")
        sound.page.wait_for_timeout(2500)
        sound.act("record")
        sound.notice(r"Opened \S+ s of sound")
        sound.wait_for("[data-text=cyclesHint]", r"\S")
        sound.page.wait_for_timeout(500)
        if "330 Hz" in hint.inner_text():
            break
    assert "330 Hz" in hint.inner_text()  # what Chromium's microphone hears
    assert sound.page.locator("[data-source]").input_value() == "own"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [("NotAllowedError", "not allowed"), ("NotFoundError", "No microphone"), ("Other", "can't record")],
)
def test_a_microphone_that_is_refused_says_why(sound, error, sentence):
    sound.page.evaluate(REFUSE_MICROPHONE, error)
    sound.act("record")
    sound.notice(sentence)
    assert sound.page.locator("[data-action=record]").get_attribute("aria-pressed") == "false"


def test_plain_http_says_why_there_is_no_microphone(sound):
    sound.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    sound.page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    sound.act("record")
    sound.notice("https or localhost")


def test_ones_own_sound_is_given_again_where_the_server_forgot_it(sound):
    sound.bring(encoded(tone(330, 2)))
    sound.wait_for("[data-text=cyclesHint]", "330 Hz")
    asked = []

    def forget_once(route):
        name = route.request.post_data_json["fn_name"]
        asked.append(name)
        route.fulfill(json={"isGone": True}) if asked == ["hear"] else route.continue_()

    sound.page.wait_for_timeout(1500)  # the other variants have come
    sound.page.route("**/component_server**", forget_once)
    sound.slide("data-noise=true", 20)
    sound.wait_for("[data-text=means]", "shaken")
    sound.page.wait_for_function("document.querySelector('[data-text=sounding]').textContent.includes('LUFS')")
    assert asked == ["hear", "give", "hear"]
    sound.page.unroute("**/component_server**")


# ---- addresses, and a server that is gone ----


def test_the_address_opens_the_same_state(open_page):
    page = open_page("?tab=phase&lang=en&phase=sound_93.75_30_violin_from-if_35")
    stage = Stage(page)
    stage.wait_for("[data-text=means]", "errors add up")
    assert page.locator("[data-source]").input_value() == "violin"
    assert page.locator("input[data-noise=from_if]").input_value() == "35"
    page.locator("[data-view=wave] ").first.click()
    page.locator("#phase-stage button[data-view=wave]").click()
    assert stage.read("formula").endswith("= 93.75 Hz")


@pytest.mark.parametrize(
    "state", ["", "x", "wave_1_32_clarinet_true_0", "sound_70_32_kazoo_true_0", "sound_70_32_own_true_0"]
)
def test_an_address_that_cannot_be_read_opens_the_lectures_setting(open_page, state):
    page = open_page(f"?tab=phase&lang=en&phase={state}")
    page.locator(".lecture-notice", has_text="could not be read").wait_for()
    assert Stage(page).read("formula").endswith("= 70.00 Hz")


def test_a_server_that_does_not_answer_is_said_and_nothing_is_lost(server, chromium):
    page = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{server}/?tab=phase&lang=en&phase={STATES['sound']}")
    stage = Stage(page)
    page.wait_for_selector("#phase-stage [data-text=means]:not(:empty)", timeout=PATIENCE_MS)
    stage.wait_for_pictures()
    page.wait_for_timeout(1500)  # the other variants have come
    page.route("**/component_server**", lambda route: route.abort())
    stage.slide("data-noise=true", 50)
    stage.notice("does not answer")
    page.unroute("**/component_server**")
    stage.slide("data-noise=true", 60)
    stage.wait_for("[data-text=means]", "shaken")
    page.locator(".phase-notice", has_text="does not answer").wait_for(state="hidden", timeout=PATIENCE_MS)
    page.context.close()


# ---- nobody is recorded unseen ----


@pytest.mark.parametrize("leave", ["#phase-stage button[data-view=wave]", "#tab-neuron-button"])
def test_leaving_ends_the_recording_and_throws_it_away(sound, leave):
    sound.page.evaluate("""() => {
      const start = MediaRecorder.prototype.start;
      MediaRecorder.prototype.start = function () { window.recorder = this; return start.call(this); };
    }""")
    sound.act("record")
    sound.notice("Recording")
    sound.page.wait_for_function("window.recorder?.state === 'recording'")
    sound.page.locator(leave).click()
    sound.page.wait_for_function("window.recorder.state === 'inactive'")
    sound.page.wait_for_timeout(1000)
    assert sound.page.locator("[data-source]").input_value() == "trumpet"
    assert not sound.page.locator("#phase-stage .phase").evaluate("(e) => e.classList.contains('is-recording')")
