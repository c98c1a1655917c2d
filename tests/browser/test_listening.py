"""The listening tab as a visitor meets it: a concert that plays on, and rounds of guessing."""

import re
from pathlib import Path

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy

WATCH_SOUND = """() => {
  window.starts = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, offset) {
    const peak = this.buffer.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    window.starts.push({seconds: this.buffer.duration, peak, offset});
    return start.call(this, when, offset);
  };
}"""


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page
        page.evaluate(WATCH_SOUND)
        page.wait_for_selector(
            "#listening-stage .listen-time:not(:empty), #listening-stage .guess-says:not(:empty)",
            state="attached",
            timeout=PATIENCE_MS,
        )

    def find(self, selector):
        return self.page.locator(f"#listening-stage {selector}")

    def act(self, action):
        self.find(f"[data-action={action}]").click()

    def wait_for(self, selector, pattern):
        locator = self.find(selector).filter(has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def wait_until_enabled(self, selector):
        found = f"document.querySelector('#listening-stage {selector}')"
        self.page.wait_for_function(f"{found} && !{found}.disabled", timeout=PATIENCE_MS)

    def wait_until_playing(self, is_playing=True):
        found = "document.querySelector('#listening-stage .listening').classList.contains('is-playing')"
        self.page.wait_for_function(f"{found} === {str(is_playing).lower()}", timeout=PATIENCE_MS)

    def seek(self, seconds, of):
        change = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"
        self.find("[data-seek]").evaluate(change, round(1000 * seconds / of))

    def at_s(self):
        minutes, seconds = self.find(".listen-time").inner_text().split(" / ")[0].split(":")
        return 60 * int(minutes) + int(seconds)

    def answer(self, answer):
        """Hears a round and judges it. Returns whether that was right."""
        self.wait_until_enabled("[data-action=hear]")
        self.act("hear")
        self.wait_until_enabled(f"[data-answer={answer}]")
        self.find(f"[data-answer={answer}]").click()
        return self.wait_for(".guess-says", r"Right|Wrong").startswith("Right")


@pytest.fixture
def concert(open_page):
    stage = Stage(open_page("?tab=listening&lang=en&listening=concert_arirang"))
    stage.wait_until_enabled("[data-action=save]")
    return stage


@pytest.fixture
def guess(open_page):
    stage = Stage(open_page("?tab=listening&lang=en&listening=guess_arirang"))
    stage.wait_until_enabled("[data-action=hear]")
    return stage


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
@pytest.mark.parametrize("view", ["concert", "guess"])
def test_nothing_overlaps_in_any_view(open_page, switch_to, view, size):
    stage = Stage(open_page(f"?tab=listening&lang=en&listening={view}_arirang", size))
    stage.wait_until_enabled("[data-action=save]" if view == "concert" else "[data-action=hear]")
    for lang in ("ko", "en"):
        switch_to(stage.page, lang)
        layout = stage.page.evaluate(LAYOUT)
        assert layout["sideways"] <= 0, lang
        assert [layout["overlaps"], layout["outside"], layout["smallTargets"]] == [[], [], []], lang


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_rounds(open_page, theme):
    stage = Stage(open_page(f"?tab=listening&lang=en&__theme={theme}&listening=guess_arirang", reduced_motion="reduce"))
    stage.answer("recorded")
    stage.page.evaluate(AXE)
    found = stage.page.evaluate("() => axe.run({resultTypes: ['violations']})")
    assert [node["target"] for rule in found["violations"] for node in rule["nodes"]] == []


# ---- the concert ----


def test_a_piece_is_heard_with_its_captions_and_its_way(concert):
    concert.act("play")
    concert.page.wait_for_function("window.starts.length", timeout=PATIENCE_MS)
    (start,) = concert.page.evaluate("window.starts")
    assert start["seconds"] == pytest.approx(36.3, abs=0.2)
    assert start["peak"] == pytest.approx(0.9, abs=0.02)
    concert.wait_for("[data-caption]:not([hidden])", "from the flute")
    assert concert.wait_for("[data-text=way]", "flute → cello")
    concert.seek(18.2, of=36.3)
    concert.wait_for("[data-caption]:not([hidden])", "second half")
    assert concert.wait_for("[data-text=way]", r"cello → clarinet 5\d%")


def test_the_sky_moves_with_the_music(concert):
    picture = "document.querySelector('#listening-stage [data-figure=sky]').toDataURL()"
    still = concert.page.evaluate(picture)
    concert.act("play")
    concert.page.wait_for_timeout(700)
    assert concert.page.evaluate(picture) != still


def test_it_plays_on_when_the_window_loses_focus_and_stops_in_another_tab(concert):
    concert.act("play")
    concert.wait_for(".listen-time", "0:01")
    other = concert.page.context.new_page()
    other.bring_to_front()
    concert.page.evaluate(
        "window.dispatchEvent(new Event('blur')); document.dispatchEvent(new Event('visibilitychange'))"
    )
    concert.page.wait_for_function(
        "document.querySelector('#listening-stage .listen-time').textContent.startsWith('0:03')", timeout=PATIENCE_MS
    )
    concert.page.bring_to_front()
    concert.page.locator("button[role=tab]", has_text="Phase").click()
    concert.page.wait_for_timeout(300)
    concert.page.locator("button[role=tab]", has_text="Listening").click()
    at = concert.at_s()
    concert.page.wait_for_timeout(1500)
    assert concert.at_s() == at


def test_it_is_paused_sought_and_saved(concert):
    concert.act("play")
    concert.wait_until_playing()
    concert.seek(30, of=36.3)
    concert.act("play")
    concert.wait_until_playing(False)
    assert concert.at_s() == pytest.approx(30, abs=2)
    with concert.page.expect_download() as download:
        concert.act("save")
    assert Path(download.value.path()).stat().st_size == pytest.approx(2 * 16_000 * 36.3, rel=0.01)


def test_play_may_be_pressed_before_the_piece_is_made(open_page):
    stage = Stage(open_page("?tab=listening&lang=en&listening=concert_ode-to-joy"))
    stage.act("play")
    stage.page.wait_for_function("window.starts.length", timeout=PATIENCE_MS)
    assert stage.page.evaluate("window.starts[0].seconds") == pytest.approx(36, abs=1)


def test_the_end_is_the_end(concert):
    concert.seek(34.8, of=36.3)
    concert.act("play")
    concert.wait_until_playing()
    concert.wait_until_playing(False)
    concert.act("play")
    concert.page.wait_for_function("window.starts.at(-1).offset === 0", timeout=PATIENCE_MS)


def test_another_piece_takes_the_stage(concert):
    concert.act("play")
    concert.find("[data-piece=doraji]").click()
    concert.wait_for(".listen-time", "0:00 / 0:(49|50)")
    assert concert.find("[data-piece=doraji]").get_attribute("aria-pressed") == "true"
    concert.page.wait_for_url("**concert_doraji**", timeout=PATIENCE_MS)  # the address follows a little later


def test_the_second_try_ends_at_the_highest_note(concert):
    concert.page.locator("[data-section=listening][data-try='2']").click()
    concert.wait_for(".listen-notice", "highest note")
    concert.seek(17, of=36.3)
    concert.act("play")
    concert.wait_for(".listen-notice", "nothing breaks up")


def test_a_damaged_link_opens_the_lectures_setting(open_page):
    stage = Stage(open_page("?tab=listening&lang=en&listening=concert_nothing"))
    assert stage.page.locator(".lecture-notice").inner_text().strip()
    assert stage.find("[data-piece=prelude-g]").get_attribute("aria-pressed") == "true"


# ---- the rounds ----


def test_nobody_answers_before_listening(guess):
    assert guess.find("[data-answer=recorded]").is_disabled()
    assert "Listen first" in guess.find(".guess-says").inner_text()


def test_eight_rounds_are_counted_as_they_were(guess):
    guess.page.locator("[data-section=listening][data-try='3']").click()
    right = 0
    for number in range(8):
        right += guess.answer("generated")
        if number < 7:
            guess.act("next")
    said = guess.wait_for(".guess-score", "of 8 right")
    found = re.search(
        r"(\d) of 8 right. You caught (\d) of (\d) AI sounds, and called (\d) of (\d) recordings AI", said
    )
    n_right, hits, generated, alarms, recorded = map(int, found.groups())
    assert n_right == right == hits == generated
    assert alarms == recorded == 8 - generated
    guess.wait_for(".listen-notice", "All eight heard")
    assert guess.find("[data-round][data-result=right]").count() == right
    guess.act("next")
    guess.wait_until_enabled("[data-action=hear]")
    assert guess.find("[data-round][data-result=right]").count() == 0


def test_the_twin_is_the_same_melody_by_the_other(guess):
    guess.answer("recorded")
    guess.act("twin")
    guess.page.wait_for_function("window.starts.length === 2", timeout=PATIENCE_MS)
    first, second = guess.page.evaluate("window.starts")
    assert first["seconds"] == pytest.approx(second["seconds"], abs=0.01)
    assert first["peak"] != second["peak"]


def test_the_rounds_go_by_keyboard(guess):
    guess.find("[data-action=hear]").focus()
    guess.page.keyboard.press("Enter")
    guess.wait_until_enabled("[data-answer=recorded]")
    guess.page.keyboard.press("Tab")
    guess.page.keyboard.press("Enter")
    guess.wait_for(".guess-says", "Right|Wrong")


def test_the_language_changes_what_was_revealed(guess):
    guess.answer("recorded")
    guess.page.locator("[data-lang=ko]").click()
    guess.wait_for(".guess-says", "맞았어요|틀렸어요")
