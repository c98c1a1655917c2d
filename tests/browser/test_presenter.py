"""Giving the lecture: every stop in its tab and state, keys that others need, the clock, the bar at each size."""

import datetime
import itertools
from pathlib import Path

import axe_playwright_python
import pytest

from demos import presenter, text

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy
LAST = len(presenter.STOPS) - 1
SIZES = {"hall": (1920, 1080), "laptop": (1280, 720), "phone": (390, 844)}
MOST_OF_HEIGHT = {"hall": 0.12, "laptop": 0.18, "phone": 0.22}  # that the bar may take
NOW = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
SHOW_WORDS = """(n) => {
  for (const one of document.querySelectorAll('.presenter [data-stop]')) one.hidden = Number(one.dataset.stop) !== n;
}"""
SHOW_BAR = "(on) => { document.querySelector('.presenter-bar').style.visibility = on ? '' : 'hidden'; }"
BAR_ALONE = "#lecture-tabs, #lecture-header { visibility: hidden }"


def slider(name, value):
    return f"document.querySelector('#neuron-stage [data-param=\"{name}\"]').value === '{value}'"


def pressed(tab, **groups):
    """That these buttons of a stage are pressed and nothing else of their groups is."""
    return " && ".join(
        f"[...document.querySelectorAll('#{tab}-stage button[data-{group}][aria-pressed=true]')]"
        f".map(({{ dataset }}) => dataset.{group}).join() === '{value}'"
        for group, value in groups.items()
    )


NO_ROUND_IS_OVER = "!document.querySelector('#real_face-stage [data-action=reveal]').hidden"
SHOWN = {  # what is on the screen at a stop: in one page, however it was left before
    0: "document.querySelector('.opening h1')",
    1: f"{pressed('neuron', view='cell', problem='free')} && {slider('inputs.0', '0.2')}",
    2: f"{pressed('neuron', view='neuron', problem='free')} && {slider('inputs.0', '0.5')}",
    3: f"{pressed('neuron', view='layers', problem='xor')} && {slider('layers.hidden.1.theta', '-1')}",
    4: f"{pressed('digits', view='step')} && document.querySelector('#digits-stage [data-text=step]').textContent",
    5: pressed("digits", view="study", who="own", examples="60000"),
    6: f"{pressed('digits', view='test', who='shipped')} && document.querySelector('#digits-stage td[data-truth]')",
    7: pressed("digits", view="draw", who="shipped"),
    8: pressed("digits", view="make", make="5"),
    9: f"{pressed('real_face', view='lineup', kind='bet')} && {NO_ROUND_IS_OVER}",
    10: f"{pressed('real_face', view='lineup', kind='bet')} && {NO_ROUND_IS_OVER}",
    11: pressed("forgery", view="scene"),
    12: pressed("forgery", view="duel", preset="balance", shape="ring"),
    13: pressed("forgery", view="film", film="faces"),
    14: pressed("magenta", view="tour", kind="all", system="gansynth"),
    15: f"{pressed('phase', view='sound', variant='random')} && phaseSource() === 'clarinet'",
    16: pressed("gansynth", view="grow", stage="0"),
    17: f"{pressed('phase', view='wave')} && phaseHz() === '70'",
    18: f"{pressed('phase', view='wave')} && phaseHz() === '75'",
    19: f"{pressed('phase', view='sound', variant='true')} && phaseSource() === 'gansynth'",
    20: pressed("gansynth", view="play", slot="a"),
    21: pressed("listening", view="concert", piece="prelude-g"),
    22: "document.querySelector('.closing h1')",
}
READERS = """() => {
  window.phaseSource = () => document.querySelector('#phase-stage [data-source]').value;
  window.phaseHz = () => document.querySelector('#phase-stage [data-setting=hz]').value;
}"""
DISTURBED = {  # what somebody does at a stop, which the next visit must not show
    1: "#neuron-stage [data-activation=tanh]",
    5: "#digits-stage [data-examples='100']",
    8: "#digits-stage [data-make='3']",
    10: "#real_face-stage [data-kind=four]",
    11: "#forgery-stage [data-view=forge]",
    12: "#forgery-stage [data-preset=collapse]",
    14: "#magenta-stage [data-system=nsynth]",
    16: "#gansynth-stage [data-stage='5']",
    18: "#phase-stage [data-action=run]",
    19: "#phase-stage [data-variant=zero]",
    21: "#listening-stage [data-piece=arirang]",
}


class Lecture:
    """What a presenter does and sees."""

    def __init__(self, page):
        self.page = page
        page.wait_for_selector(".presenter-bar")
        page.evaluate(READERS)

    def find(self, selector):
        return self.page.locator(f".presenter {selector}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def stop(self):
        return int(self.find("[data-stop]:not([hidden])").get_attribute("data-stop"))

    def wait_for(self, n):
        self.find(f"[data-stop='{n}']").wait_for(timeout=PATIENCE_MS)
        tab = presenter.STOPS[n].tab
        self.page.wait_for_selector(f"#section-{tab}", timeout=PATIENCE_MS)
        assert self.page.locator(".section:visible").count() == 1, n
        if tab not in ("opening", "closing"):
            self.page.wait_for_selector(f"#{tab}-stage button[data-view][aria-pressed=true]", timeout=PATIENCE_MS)
        self.page.wait_for_function(f"() => Boolean({SHOWN[n]})", timeout=PATIENCE_MS)

    def clock(self):
        return self.find("[data-clock=part]").inner_text(), self.find("[data-clock=whole]").inner_text()

    def is_full(self):
        return self.page.evaluate("document.documentElement.hasAttribute('data-full')")


@pytest.fixture
def present(open_page):
    """A function that opens the lecture at a stop, or as another query has it."""
    return lambda query, size="laptop", **options: Lecture(open_page(f"?{query}", size, **options))


def test_pagedown_goes_through_the_whole_lecture_and_pageup_back(present):
    one = present("present=0&lang=ko")
    one.page.evaluate("window.notReloaded = true")
    for n in range(LAST + 1):
        one.wait_for(n)
        one.page.wait_for_function(f"new URLSearchParams(location.search).get('present') === '{n}'")
        for what in ("title", "click"):
            assert text.text(f"presenter.stop.{n}.{what}", "ko") in one.find(f"[data-stop='{n}']").inner_text()
        if n in DISTURBED:
            one.page.locator(DISTURBED[n]).click()
        one.press("PageDown")
    assert one.stop() == LAST
    for n in range(LAST - 1, -1, -1):
        one.press("PageUp")
        one.wait_for(n)
    one.press("PageUp")
    assert one.stop() == 0
    one.press(*["PageDown"] * 14, *["PageUp"] * 3, "PageDown")  # faster than tabs can open
    one.wait_for(12)
    assert one.page.evaluate("window.notReloaded")


def test_keys_are_left_to_what_uses_them(present):
    one = present("present=1&lang=en")
    one.wait_for(1)
    x1 = one.page.locator('#neuron-stage [data-param="inputs.0"]')
    x1.focus()
    one.press("ArrowRight", "ArrowRight")
    assert x1.input_value() == "0.3"
    assert one.stop() == 1
    one.press("r")
    one.wait_for(1)
    x1.focus()
    one.press("PageDown")
    one.wait_for(2)
    one.page.locator("#neuron-stage [data-activation=relu]").focus()
    one.press(" ")
    assert one.page.locator("#neuron-stage [data-activation=relu]").get_attribute("aria-pressed") == "true"
    assert one.stop() == 2
    one.page.evaluate("document.activeElement.blur()")
    one.press(" ", "ArrowRight", "ArrowLeft", "Shift+ ")
    one.wait_for(2)

    one.find("[data-action=stops]").click()
    one.find("[data-jump='9']").click()
    one.wait_for(9)
    stake = one.page.locator("#real_face-stage [data-stake]")
    stake.fill("")
    stake.press_sequentially("bfr. ?P")
    stake.press("ArrowLeft")
    assert stake.input_value() == "bfr. ?P"
    assert one.stop() == 9
    assert not one.find(".presenter-blank").is_visible()

    one.find("[data-action=stops]").click()
    one.find("[data-jump='20']").click()
    one.wait_for(20)
    one.page.evaluate("document.activeElement.blur()")
    keys = one.page.locator("#gansynth-stage [data-figure=keys]")
    one.page.keyboard.down("f")
    assert keys.get_attribute("data-held") == "65"
    one.page.keyboard.up("f")
    assert not one.is_full()
    one.press("Shift+F")
    assert one.is_full()
    one.press("Escape", "Shift+P")
    one.page.wait_for_selector(".presenter-bar", state="hidden")
    one.press("b", "r", "PageDown", "ArrowRight", "?")
    assert one.page.locator(".presenter :visible").count() == 0
    assert one.page.locator("#section-gansynth").is_visible()
    one.page.locator("[data-switch=present]").click()
    one.wait_for(16)  # the first stop in the open tab


def test_full_screen_and_blank_stay_from_tab_to_tab(present):
    one = present("present=17&lang=ko")
    one.wait_for(17)
    dots = one.page.locator("#phase-stage [data-figure=dots]")
    before = dots.evaluate("(canvas) => canvas.clientHeight")
    one.press("f")
    one.page.wait_for_function("document.fullscreenElement && !document.querySelector('.tab-wrapper').offsetParent")
    one.page.wait_for_function(
        """(before) => {
          const canvas = document.querySelector('#phase-stage [data-figure=dots]');
          return canvas.clientHeight > before && canvas.width === canvas.clientWidth;
        }""",
        arg=before,
    )
    one.press("PageUp")
    one.wait_for(16)
    assert one.is_full()
    one.find("[data-action=full]").click()
    one.page.wait_for_function("!document.fullscreenElement")
    assert not one.is_full()
    one.page.evaluate("() => { document.documentElement.requestFullscreen = () => Promise.reject(); }")
    one.press("Shift+F")
    assert one.is_full()
    one.press("Escape")
    assert not one.is_full()

    one.press("b")
    one.find(".presenter-blank").wait_for()
    covering = "document.elementFromPoint(innerWidth / 2, innerHeight - 5).className"
    assert one.page.evaluate(covering) == "presenter-blank"
    one.press("PageDown")
    one.wait_for(17)
    assert one.page.evaluate(covering) == "presenter-blank"
    one.press(".")
    one.find(".presenter-blank").wait_for(state="hidden")
    one.find("[data-action=stops]").click()
    assert one.page.evaluate("document.activeElement.dataset.jump") == "17"
    one.press("?")
    assert one.find("[data-panel=keys]").is_visible()
    assert not one.find("[data-panel=stops]").is_visible()
    one.press("Escape")
    assert one.find("[data-panel]:visible").count() == 0
    hangul = "() => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', code: '%s', bubbles: true}))"
    one.page.evaluate(hangul % ("ㄹ", "KeyF"))
    assert one.is_full()
    one.page.evaluate(hangul % ("Process", "KeyB"))
    assert one.find(".presenter-blank").is_visible()


def test_the_clock_counts_each_part_and_says_when_it_is_over(present):
    one = present("present=0&lang=en")
    seconds = itertools.accumulate([0, 65, 130, 30, 20, 50])

    def later():
        one.page.clock.set_fixed_time(NOW + datetime.timedelta(seconds=next(seconds)))
        one.page.wait_for_timeout(300)

    later()
    assert one.clock() == ("Part 1 0:00 / 3:00", "All 0:00 / 10:00")
    one.press("PageDown")
    later()
    assert one.clock() == ("Part 1 1:05 / 3:00", "All 1:05 / 10:00")
    assert one.find("[data-clock=sign]").text_content() == ""
    colour = "(element) => getComputedStyle(element).color"
    in_time = one.find(".presenter-clock b").evaluate(colour)
    later()
    assert one.clock() == ("Part 1 3:15 / 3:00", "All 3:15 / 10:00")
    assert one.find("[data-clock=sign]").text_content() == "▲"
    assert one.find(".presenter-clock b").evaluate(colour) != in_time
    assert "Over time" in one.find(".presenter-clock").get_attribute("aria-label")
    one.find("[data-action=stops]").click()
    one.find("[data-jump='12']").click()
    later()
    assert one.clock() == ("Part 2 0:30 / 3:00", "All 3:45 / 10:00")
    one.find(".presenter-clock").click()
    assert one.find("[data-clock=sign]").text_content() == "❚❚"
    later()
    assert one.clock() == ("Part 2 0:30 / 3:00", "All 3:45 / 10:00")
    one.find(".presenter-clock").click()
    one.page.locator("#lecture-header [data-lang=ko]").click()
    assert one.clock()[0] == "2부 0:30 / 3:00"
    assert text.text("presenter.stop.12.click", "ko") in one.find("[data-stop='12']").inner_text()
    one.wait_for(12)
    one.page.locator("#forgery-stage [data-preset=collapse]").click()
    one.page.wait_for_function("location.search.includes('collapse')")
    one.page.reload()
    again = Lecture(one.page)
    again.page.wait_for_selector("#forgery-stage [data-preset=collapse][aria-pressed=true]")
    assert again.stop() == 12  # and the tab as it was left
    later()
    assert again.clock() == ("2부 1:20 / 3:00", "전체 4:35 / 10:00")
    again.find("[data-action=stops]").click()
    again.find("[data-action=restart]").click()
    assert again.clock() == ("2부 0:00 / 3:00", "전체 0:00 / 10:00")


def test_a_stop_that_is_none_is_said(open_page):
    page = open_page(f"?present={len(presenter.STOPS)}&lang=ko")
    page.locator("[data-notice=unreadableState]").wait_for()
    assert not page.locator(".presenter-bar").is_visible()


def test_axe_finds_nothing_and_the_projector_has_seven_to_one(present):
    one = present("present=3&lang=ko", reduced_motion="reduce")
    one.wait_for(3)
    one.page.clock.set_fixed_time(datetime.datetime.now() + datetime.timedelta(minutes=5))  # the clock's part is over
    one.find(".presenter-clock[data-state=over]").wait_for()
    one.page.evaluate(AXE)

    def found(options="{}"):
        violations = one.page.evaluate(f"() => axe.run('.presenter', {options}).then((result) => result.violations)")
        return [(rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]

    for is_dark in (False, True):
        one.page.evaluate(f"lecture.setProjector(false), lecture.setDark({str(is_dark).lower()})")
        assert found() == []
        for panel in ("stops", "keys"):
            one.find(f".presenter-bar [data-action={panel}]").click()
            assert found() == [], panel
        one.page.evaluate("lecture.setProjector(true)")
        contrast = "{runOnly: ['color-contrast-enhanced'], rules: {'color-contrast-enhanced': {enabled: true}}}"
        assert found(contrast) == []
        one.press("Escape")
        one.find(".presenter-bar [data-action=stops]").click()
        assert found(contrast) == []
        one.press("Escape")


def test_nothing_in_the_bar_overlaps_or_is_cut_off_and_it_covers_nothing(present):
    one = present("present=0&lang=ko")

    def check(size, is_projector, what):
        layout = one.page.evaluate(LAYOUT)
        found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets", "cutOff")}
        assert found == {"overlaps": [], "outside": [], "smallTargets": [], "cutOff": []}, (size, is_projector, what)
        if size != "phone" and is_projector:
            assert layout["smallWords"] == [], (size, what)

    for width, height in SIZES.values():
        one.page.set_viewport_size({"width": width, "height": height})
        one.page.wait_for_timeout(200)  # the page keeps the bar's height free
        one.page.evaluate("window.scrollTo(0, 1e6)")
        end = one.page.evaluate("document.querySelector('.opening-contents').getBoundingClientRect().bottom")
        assert end <= one.find(".presenter-bar").bounding_box()["y"]
    one.page.add_style_tag(content=BAR_ALONE)
    for (size, (width, height)), is_projector, lang in itertools.product(SIZES.items(), [False, True], text.LANGUAGES):
        one.page.set_viewport_size({"width": width, "height": height})
        one.page.evaluate(f"lecture.setProjector({str(is_projector).lower()}), lecture.setLanguage('{lang}')")
        for n in range(LAST + 1):
            one.page.evaluate(SHOW_WORDS, n)
            check(size, is_projector, (lang, n))
            assert one.find(".presenter-bar").bounding_box()["height"] < MOST_OF_HEIGHT[size] * height, (size, lang, n)
        ends = [one.find(f".presenter-bar [data-action={end}]").bounding_box()["y"] for end in ("previous", "next")]
        assert ends[0] == ends[1], (size, lang)
        for panel in ("stops", "keys"):
            if one.find(f".presenter-bar [data-action={panel}]").is_visible():
                one.find(f".presenter-bar [data-action={panel}]").click()
                one.page.evaluate(SHOW_BAR, False)  # it covers what the list has below its edge
                check(size, is_projector, (lang, panel))
                one.page.evaluate(SHOW_BAR, True)
                one.press("Escape")
