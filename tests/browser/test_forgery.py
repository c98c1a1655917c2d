"""The forgery tab as a visitor meets it: the story, a digit to forge, the duel on the plane, the film."""

import re
from pathlib import Path

import axe_playwright_python
import pytest

from core.digits import data

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy
VIEWS = ("scene", "forge", "duel", "film")
READY = {
    "scene": ".scene-verdict:not(:empty)",
    "forge": "[data-text=realSays]:not(:empty)",
    "duel": "[data-text=steps]:not(:empty)",
    "film": "[data-text=frame]:not(:empty)",
}
SEVEN = [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.8)]]


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page
        chosen = page.wait_for_selector("#forgery-stage button[data-view][aria-pressed=true]")  # it has read the state
        self.wait_for_view(chosen.get_attribute("data-view"))

    def wait_for_view(self, view):
        self.page.wait_for_selector(f"#forgery-stage {READY[view]}", timeout=PATIENCE_MS)

    def find(self, selector):
        return self.page.locator(f"#forgery-stage {selector}")

    def choose(self, group, value):
        self.find(f"button[data-{group}='{value}']").click()

    def act(self, action):
        self.find(f"[data-action={action}]").click()

    def says(self, name):
        return self.find(f"[data-text={name}]").inner_text()

    def wait_for(self, name, pattern):
        locator = self.find(f"[data-text={name}]").filter(has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def slide(self, name, value):
        change = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"
        self.find(f"[data-setting={name}]").evaluate(change, value)

    def trace(self, canvas, strokes):
        """Draws strokes, given on a square from 0 to 1, on a canvas."""
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        for stroke in strokes:
            places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            self.page.mouse.move(*places[0])
            self.page.mouse.down()
            for place in places[1:]:
                self.page.mouse.move(*place, steps=8)
            self.page.mouse.up()

    def picture(self, selector):
        return self.find(selector).evaluate("(canvas) => canvas.toDataURL()")

    def outcome(self):
        """How many rounds the two have played: (police, forger)."""
        return tuple(int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", self.says("steps")))


@pytest.fixture
def stage(open_page):
    """A function that opens a view."""
    return lambda view="scene", lang="en", size="laptop", more="", **options: Stage(
        open_page(f"?tab=forgery&lang={lang}&forgery={view}_3_0_5_balance_ring_digits{more}", size, **options)
    )


def assert_tidy(page, where):
    layout = page.evaluate(LAYOUT)
    found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
    assert found == {"overlaps": [], "outside": [], "smallTargets": []}, where
    assert layout["sideways"] <= 0, where


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_in_any_view(stage, switch_to, size):
    forgery = stage("scene", size=size)
    for view in VIEWS:
        forgery.choose("view", view)
        forgery.wait_for_view(view)
        for lang in ("ko", "en"):
            switch_to(forgery.page, lang)
            assert_tidy(forgery.page, (view, lang))


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_on_a_projector(stage, size, lang):
    forgery = stage("scene", lang, size, more="&projector=1")
    for view in VIEWS:
        forgery.choose("view", view)
        forgery.wait_for_view(view)
        assert_tidy(forgery.page, view)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(open_page, theme):
    query = f"?tab=forgery&lang=en&__theme={theme}&forgery=scene_3_0_5_balance_ring_digits"
    stage = Stage(open_page(query, reduced_motion="reduce"))
    stage.page.evaluate(AXE)
    for view in VIEWS:
        stage.choose("view", view)
        stage.wait_for_view(view)
        found = stage.page.evaluate("() => axe.run({resultTypes: ['violations']})")
        assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == [], view


def test_the_state_stands_in_the_address_and_comes_back(stage):
    page = stage("scene")
    page.slide("moment", 6)
    page.choose("view", "duel")
    page.choose("shape", "moons")
    page.page.wait_for_function("location.search.includes('duel_6_0_5_balance_moons_digits')")
    page.page.wait_for_load_state("networkidle")  # a reload breaks off what is still being asked
    page.page.reload()
    again = Stage(page.page)
    assert again.find("button[data-shape=moons]").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("text", ["scene", "scene_9_0_5_balance_ring_digits", "other_3_0_5_balance_ring_digits"])
def test_an_unreadable_state_opens_the_lectures_setting(open_page, text):
    stage = Stage(open_page(f"?tab=forgery&lang=en&forgery={text}"))
    assert stage.find(".forgery").get_attribute("data-view") == "scene"
    assert stage.page.locator("[data-notice=unreadableState]").is_visible()


# ---- the story ----


def test_the_police_catch_early_forgeries_and_hardly_any_stamp_is_missing(stage):
    scene = stage("scene")
    scene.slide("moment", 0)
    scene.wait_for("verdict", r"caught (1[0-2]) of 12 fakes")
    scene.page.wait_for_function(
        "() => document.querySelectorAll('#forgery-stage [data-sheet=fakes] [data-caught=true]').length >= 10"
    )
    stamped = scene.find("[data-sheet=real] :is([data-caught=true], [data-caught=false])").count()
    assert stamped == (12 if data.load().source == "mnist" else 0)
    early = scene.picture("[data-sheet=fakes] .scene-digit:first-child canvas")
    scene.slide("moment", 7)
    scene.page.wait_for_function(
        "(early) => document.querySelector('#forgery-stage [data-sheet=fakes] canvas').toDataURL() !== early", arg=early
    )


def test_other_digits_come_when_they_are_asked_for(stage):
    scene = stage("scene")
    before = scene.picture("[data-sheet=real] canvas >> nth=0")
    scene.act("again")
    scene.page.wait_for_function(
        "(before) => document.querySelector('#forgery-stage [data-sheet=real] canvas').toDataURL() !== before",
        arg=before,
    )


# ---- a digit to forge ----


def test_eight_judges_answer_while_one_draws(stage):
    forge = stage("forge")
    assert "Draw a digit" in forge.says("says")
    forge.trace(forge.find(".forge-pad"), SEVEN)
    forge.wait_for("says", r"say")
    forge.page.wait_for_timeout(1000)  # the last answer has come
    shown = [one.get_attribute("data-caught") for one in forge.find("[data-verdicts=mine] span").all()]
    passed = shown.count("false")
    assert passed + shown.count("true") == 8
    expected = (
        "All eight say it is real" if passed == 8 else f"{passed} of them" if passed else "All eight say it is fake"
    )
    assert expected in forge.says("says")
    assert "Yours" in forge.find("[data-chart=judges]").get_attribute("aria-label")
    forge.act("clear")
    forge.wait_for("says", "Draw a digit")


def test_the_twins_are_of_the_chosen_digit(stage):
    forge = stage("forge")
    forge.choose("digit", 8)
    forge.page.wait_for_function(
        "document.querySelector('#forgery-stage [data-picture=fake]').getAttribute('aria-label').startsWith('A 8')"
    )
    before = forge.picture("[data-picture=fake]")
    forge.act("others")
    forge.page.wait_for_function(
        "(before) => document.querySelector('#forgery-stage [data-picture=fake]').toDataURL() !== before", arg=before
    )


def test_drawing_by_keys_alone(stage):
    forge = stage("forge")
    forge.find(".forge-pad").focus()
    for key in ["Space", *["ArrowDown"] * 10, "Space"]:
        forge.page.keyboard.press(key)
    forge.wait_for("says", r"say")


# ---- the duel ----


READ_PLANE = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const orange = [];
  for (let i = 0; i < width * height; i++) {
    if (data[4 * i] > 190 && data[4 * i + 1] < 120 && data[4 * i + 2] < 40) orange.push(i);
  }
  return { orange: orange.join(), corner: [...data.slice(0, 3)].join() };
}"""


def test_half_steps_move_what_they_should(stage):
    """The police's step moves no triangle but changes the ground's colours; the forger's the other way round."""
    duel = stage("duel")
    read = lambda: duel.find(".duel-plane").evaluate(READ_PLANE)  # noqa: E731
    assert duel.outcome() == (0, 0)
    for _ in range(30):
        duel.act("stepPolice")
    assert duel.outcome() == (30, 0)
    assert "police took one step" in duel.says("look")
    first = read()
    for _ in range(30):
        duel.act("stepForger")
    assert duel.outcome() == (30, 30)
    assert "forger took one step" in duel.says("look")
    second = read()
    assert second["orange"] != first["orange"]
    assert second["corner"] == first["corner"]
    for _ in range(30):
        duel.act("stepPolice")
    third = read()
    assert third["corner"] != second["corner"]


def test_the_divergence_falls_as_the_fakes_come_to_lie_like_the_real_points(stage):
    duel = stage("duel")
    assert float(duel.says("divergence")) > 0.9
    duel.act("run")
    duel.wait_for("divergence", r"^0\.[0-3]")
    duel.act("run")
    assert duel.find("[data-chart=losses]").get_attribute("aria-label").endswith(duel.says("divergence"))


def test_it_trains_by_itself_and_begins_again_from_the_same_start(stage):
    duel = stage("duel")
    first = duel.picture(".duel-plane")
    duel.act("run")
    duel.page.wait_for_function(
        "() => /forger ([1-9]\\d)/.test(document.querySelector('#forgery-stage [data-text=steps]').textContent)",
        timeout=PATIENCE_MS,
    )
    duel.act("run")
    stopped = duel.outcome()
    duel.page.wait_for_timeout(300)
    assert duel.outcome() == stopped
    assert duel.picture(".duel-plane") != first
    assert "ms" in duel.says("time")
    duel.act("reset")
    assert duel.outcome() == (0, 0)
    assert duel.picture(".duel-plane") == first


def test_slow_motion_takes_turns(stage):
    duel = stage("duel")
    duel.act("slow")
    duel.act("run")
    duel.wait_for("look", "police took one step")
    duel.wait_for("look", "forger took one step")
    police, forger = duel.outcome()
    assert 0 <= police - forger <= 1


def test_the_second_try_notices_that_the_ring_is_covered(open_page):
    page = open_page("?tab=forgery&lang=en")
    page.locator("[data-section=forgery][data-try='2']").click()
    duel = Stage(page)
    duel.act("run")
    duel.find(".forgery-notice[data-kind=good]").filter(has_text="covered nearly all").wait_for(timeout=2 * PATIENCE_MS)
    assert page.locator("[data-section=forgery][data-try='2'][data-done]").count() == 1


def test_points_drawn_by_hand_are_learnt(stage):
    duel = stage("duel")
    duel.choose("shape", "drawn")
    assert "Draw the real points" in duel.says("look")
    assert duel.find("[data-action=run]").is_disabled()  # there is nothing to learn yet
    duel.trace(duel.find(".duel-plane"), [[(0.3, 0.3), (0.7, 0.3), (0.7, 0.7)]])
    duel.act("run")
    duel.page.wait_for_function(
        "() => /forger [1-9]/.test(document.querySelector('#forgery-stage [data-text=steps]').textContent)",
        timeout=PATIENCE_MS,
    )
    duel.act("run")
    assert (duel.says("covered"), duel.says("accuracy")[-1]) == ("–", "%")  # a hand draws no groups
    assert 0 <= float(duel.says("divergence")) <= 1


def test_points_are_set_by_keys_alone(stage):
    duel = stage("duel")
    duel.choose("shape", "drawn")
    duel.find(".duel-plane").focus()
    for key in ["Space", "ArrowRight", "ArrowRight", "Space"]:
        duel.page.keyboard.press(key)
    assert duel.find("[data-action=run]").is_enabled()


@pytest.mark.parametrize("is_scrolled", [False, True])
def test_leaving_the_tab_rests_the_duel(stage, is_scrolled):
    duel = stage("duel")
    duel.act("run")
    if is_scrolled:
        duel.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    duel.page.get_by_role("tab", name="Words").click()
    duel.page.wait_for_timeout(300)
    steps = duel.find("[data-text=steps]").text_content()
    duel.page.wait_for_timeout(500)
    assert duel.find("[data-text=steps]").text_content() == steps


# ---- the film ----


@pytest.mark.parametrize("name", ["digits", "faces"])
def test_the_film_goes_from_noise_to_the_end(stage, name):
    film = stage("film")
    film.choose("film", name)
    film.page.wait_for_function(
        "() => Number(document.querySelector('#forgery-stage [data-setting=frame]').max) > 10", timeout=PATIENCE_MS
    )
    first = film.find(".film-frame").get_attribute("src")
    assert f"film/{name}/000001.webp" in first
    last = int(film.find("[data-setting=frame]").get_attribute("max"))
    film.slide("frame", last)
    film.page.wait_for_function(
        "() => { const image = document.querySelector('#forgery-stage .film-frame');"
        " return image.complete && image.naturalWidth > 100; }"
    )
    assert film.find(".film-frame").get_attribute("src") != first
    assert re.search(r"Step ([\d,]+) of \1", film.says("frame"))
    film.slide("frame", 0)
    film.act("play")
    film.page.wait_for_function(
        "() => Number(document.querySelector('#forgery-stage [data-setting=frame]').value) >= 2"
    )
    film.act("play")


def test_the_other_tabs_running_buttons_keep_their_words(open_page):
    """Style sheets are one for all pages."""
    page = open_page("?tab=digits&lang=en&digits=study_own_1000_0_0.2_0_5")
    page.locator("#digits-stage [data-action=study]").click()
    page.wait_for_selector("#digits-stage .digits.is-running")
    assert page.locator("#digits-stage [data-action=study]").inner_text().strip()
    page.locator("#digits-stage [data-action=study]").click()


def test_the_third_try_ends_with_the_last_frame(open_page):
    page = open_page("?tab=forgery&lang=en")
    page.locator("[data-section=forgery][data-try='3']").click()
    film = Stage(page)
    film.slide("frame", int(film.find("[data-setting=frame]").get_attribute("max")))
    film.find(".forgery-notice[data-kind=good]").filter(has_text="Nobody in the world").wait_for()
