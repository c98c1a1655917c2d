"""The digits tab as a visitor meets it: one step, study, test, the pad, the network run backwards."""

import base64
import io
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import axe_playwright_python
import numpy as np
import pytest
from PIL import Image

from core.digits import data, predict
from demos import digits as section
from demos import text

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
VIEWS = ["step", "study", "test", "draw", "make"]
PATIENCE_MS = 60_000  # the machine may be busy

STROKES = {
    0: [[(0.5 + 0.28 * np.sin(t), 0.5 - 0.4 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 24)]],
    1: [[(0.52, 0.1), (0.48, 0.9)]],
    3: [[(0.28, 0.2), (0.5, 0.1), (0.7, 0.25), (0.48, 0.46), (0.72, 0.65), (0.55, 0.88), (0.26, 0.8)]],
    4: [[(0.3, 0.1), (0.25, 0.5), (0.75, 0.5)], [(0.7, 0.1), (0.66, 0.9)]],
    7: [[(0.22, 0.15), (0.75, 0.15), (0.42, 0.9)]],
}
SCRIBBLE = [[(0.15 + 0.7 * i / 18, 0.2 if i % 2 else 0.8) for i in range(19)]]

needs_mnist = pytest.mark.skipif(data.load().source != "mnist", reason="no MNIST in the data folder")


class Stage:
    """What a visitor does and sees on the stage."""

    def __init__(self, page):
        self.page = page

    def open(self, view):
        self.page.locator(f"#digits-stage button[data-view={view}]").click()

    def act(self, action):
        self.page.locator(f"#digits-stage [data-action={action}]").click()

    def read(self, name):
        return self.page.locator(f"#digits-stage [data-text={name}]").inner_text()

    def wait_for(self, name, pattern):
        locator = self.page.locator(f"#digits-stage [data-text={name}]", has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def notice(self, pattern):
        locator = self.page.locator(".digits-notice", has_text=re.compile(pattern))
        locator.wait_for(timeout=PATIENCE_MS)
        return locator.inner_text()

    def per_cent(self, name):
        return float(self.wait_for(name, r"\d%").rstrip("%"))

    def bars(self, name="pad"):
        script = "(bars) => bars.map((bar) => parseFloat(bar.style.width))"
        return self.page.locator(f"[data-bars={name}] .bar-now").evaluate_all(script)

    def settled_bars(self):
        """The bars when the answer to the last question has come: they have not moved for a second."""
        bars, still_since = self.bars(), time.monotonic()
        while time.monotonic() - still_since < 1:
            self.page.wait_for_timeout(100)
            if (now := self.bars()) != bars:
                bars, still_since = now, time.monotonic()
        return bars

    def draw(self, strokes, scale=1.0, at=(0.5, 0.5), lift=True):
        """Draws strokes, given on a square from 0 to 1, at a place of the pad and in a size."""
        pad = self.page.locator("canvas.pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        for stroke in strokes:
            points = [
                (
                    box["x"] + box["width"] * (at[0] + scale * (x - 0.5)),
                    box["y"] + box["height"] * (at[1] + scale * (y - 0.5)),
                )
                for x, y in stroke
            ]
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
            for point in points[1:]:
                self.page.mouse.move(*point, steps=4)
            if lift:
                self.page.mouse.up()

    def picture(self, name):
        """Grey levels of a picture of 28 × 28, or None where it is coloured."""
        return self.pixels(f"[data-picture={name}]")[..., :3]

    def pixels(self, canvas):
        """(height, width, 4)."""
        url = self.page.locator(canvas).evaluate("(canvas) => canvas.toDataURL()")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA"))


@pytest.fixture
def stage(open_page):
    return Stage(open_page("?tab=digits&lang=en"))


def wait_for_the_mark(stage):
    stage.page.wait_for_selector("[data-text=cell]:has-text('confident mistakes')", timeout=PATIENCE_MS)
    stage.page.wait_for_selector(".test-gallery .wrong", timeout=PATIENCE_MS)


def settle(page, view):
    """Opens a view and waits until what it shows at first is there."""
    page.locator(f"#digits-stage button[data-view={view}]").click()
    ready = {
        "step": ".digits-spoken:not(:empty)",
        "study": ".study-book canvas",
        "test": ".test-gallery canvas",
        "draw": ".pad-says:not(:empty)",
        "make": "[data-text=hinge]:not(:empty)",
    }
    page.wait_for_selector(f"#digits-stage {ready[view]}", timeout=PATIENCE_MS)


# ---- every view, to look at ----


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_in_any_view(open_page, switch_to, size):
    page = open_page("?tab=digits&lang=en", size)
    for view in VIEWS:
        settle(page, view)
        for lang in ("ko", "en"):
            switch_to(page, lang)
            layout = page.evaluate(LAYOUT)
            assert layout["sideways"] <= 0, (view, lang)
            assert [layout["overlaps"], layout["outside"], layout["smallTargets"]] == [[], [], []], (view, lang)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(open_page, theme):
    page = open_page(f"?tab=digits&lang=ko&__theme={theme}", reduced_motion="reduce")
    page.evaluate(AXE)
    for view in VIEWS:
        settle(page, view)
        violations = page.evaluate("() => axe.run({resultTypes: ['violations']}).then((result) => result.violations)")
        assert [(rule["id"], node["target"]) for rule in violations for node in rule["nodes"]] == [], view


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_projector_shows_every_view_large_and_clear(open_page, theme):
    page = open_page(f"?tab=digits&lang=ko&projector=1&__theme={theme}", "hall", reduced_motion="reduce")
    page.evaluate(AXE)
    options = """{resultTypes: ['violations'], runOnly: ['color-contrast-enhanced'],
      rules: {'color-contrast-enhanced': {enabled: true}}}"""
    for view in VIEWS:
        settle(page, view)
        layout = page.evaluate(LAYOUT)
        assert [layout["smallWords"], layout["overlaps"]] == [[], []], view
        assert layout["sideways"] <= 0, view
        result = page.evaluate(f"() => axe.run({options})")
        assert [node["target"] for rule in result["violations"] for node in rule["nodes"]] == [], view


# ---- the pad ----


def test_an_empty_pad_says_so(stage):
    stage.open("draw")
    assert stage.read("says") == text.text("digits.live.empty", "en")
    assert stage.bars() == [0] * 10


def test_the_bars_move_while_the_stroke_is_going_on(stage):
    stage.open("draw")
    stage.draw([[(0.3, 0.3), (0.3, 0.5)]], lift=False)
    stage.page.wait_for_function("document.querySelector('[data-bars=pad] .best')", timeout=PATIENCE_MS)
    first = stage.bars()
    assert sum(first) == pytest.approx(100, abs=1)
    stage.page.mouse.move(*[stage.page.locator("canvas.pad").bounding_box()[side] + 200 for side in "xy"], steps=8)
    stage.page.wait_for_timeout(1000)
    assert stage.bars() != first
    stage.page.mouse.up()


@pytest.mark.parametrize("digit", STROKES)
def test_what_is_drawn_is_recognised_wherever_and_however_large(stage, digit):
    stage.open("draw")
    for scale, at in [(0.95, (0.5, 0.5)), (0.4, (0.25, 0.25)), (0.5, (0.7, 0.72))]:
        stage.draw(STROKES[digit], scale, at)
        says = stage.wait_for("says", rf"like {digit} \(\d+%\)")
        assert int(re.search(r"\((\d+)%\)", says)[1]) > 60, (scale, at)
        stage.act("clear")
        stage.wait_for("says", text.text("digits.live.empty", "en"))


def test_the_network_sees_what_prepare_makes_of_the_whole_pad(stage):
    stage.open("draw")
    stage.page.locator("[data-pen=thin]").click()
    stage.draw(STROKES[4], 0.6, (0.4, 0.6), lift=True)
    stage.wait_for("says", "4")
    whole = predict.prepare(stage.pixels("canvas.pad")[..., 0])
    stage.act("undo")
    stage.act("undo")
    stage.page.wait_for_timeout(500)
    with stage.page.expect_response(lambda answer: "component_server" in answer.url) as answer:
        stage.draw(STROKES[4], 0.6, (0.4, 0.6))
    stage.page.wait_for_timeout(1000)
    assert answer.value.ok
    seen = stage.picture("seen").astype(float)
    uncoloured = (seen.max(2) == seen.min(2)) | (whole == 0)
    assert np.abs(seen.mean(2) / 255 - whole)[uncoloured].mean() < 0.03


def test_pixels_that_spoke_are_coloured_when_the_pen_is_lifted(stage):
    stage.open("draw")
    stage.draw(STROKES[7])
    stage.wait_for("says", "7")
    coloured = """() => { const c = document.querySelector('[data-picture=seen]');
      const d = c.getContext('2d').getImageData(0, 0, 28, 28).data; let n = 0;
      for (let i = 0; i < d.length; i += 4) if (Math.abs(d[i] - d[i + 2]) > 40) n++; return n > 15; }"""
    stage.page.wait_for_function(coloured, timeout=PATIENCE_MS)


def test_undo_takes_back_a_stroke_and_clear_all(stage):
    stage.open("draw")
    stage.draw(STROKES[1])
    stage.wait_for("says", "like 1 ")
    one = stage.settled_bars()
    stage.draw([[(0.1, 0.5), (0.9, 0.5)]])
    assert stage.settled_bars() != one
    stage.act("undo")
    stage.wait_for("says", "like 1 ")
    assert stage.settled_bars() == one
    stage.act("clear")
    stage.wait_for("says", text.text("digits.live.empty", "en"))


def test_a_digit_can_be_drawn_with_the_keyboard_alone(stage):
    stage.open("draw")
    stage.page.locator("canvas.pad").focus()
    for key in ["ArrowUp"] * 12 + [" "] + ["ArrowDown"] * 25 + [" "]:
        stage.page.keyboard.press(key)
    stage.wait_for("says", "like 1 ")
    stage.page.keyboard.press("Backspace")
    stage.wait_for("says", text.text("digits.live.empty", "en"))


def test_a_scribble_leaves_the_network_unsure(stage):
    stage.open("draw")
    stage.draw(SCRIBBLE)  # the thick pen fills a square
    stage.wait_for("says", "Not sure")
    stage.act("clear")
    stage.page.locator("[data-pen=thin]").click()
    stage.draw(SCRIBBLE)
    stage.wait_for("says", "No idea")
    assert max(stage.bars()) < 20


def test_a_finger_draws_too(open_page):
    page = open_page("?tab=digits&lang=ko", "phone", has_touch=True)
    stage = Stage(page)
    stage.open("draw")
    page.locator("canvas.pad").scroll_into_view_if_needed()
    box = page.locator("canvas.pad").bounding_box()
    session = page.context.new_cdp_session(page)
    at = lambda share: [{"x": box["x"] + box["width"] * 0.5, "y": box["y"] + box["height"] * share}]  # noqa: E731
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(0.15)})
    for share in np.linspace(0.2, 0.85, 10):
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(float(share))})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    stage.wait_for("says", "1인 것 같네")


def test_a_second_finger_does_not_disturb_the_first(open_page):
    page = open_page("?tab=digits&lang=en", "phone", has_touch=True)
    stage = Stage(page)
    stage.open("draw")
    page.locator("canvas.pad").scroll_into_view_if_needed()
    box = page.locator("canvas.pad").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind, *shares):
        at = [
            {"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y, "id": i}
            for i, (x, y) in enumerate(shares)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", (0.5, 0.1))
    touch("touchMove", (0.5, 0.3))
    touch("touchStart", (0.5, 0.3), (0.95, 0.9))
    for y in (0.4, 0.6, 0.8):
        touch("touchMove", (0.5, y), (0.9, 1 - y))
    touch("touchEnd")
    stage.wait_for("says", "like 1 ")


# ---- one step ----


def test_one_step_raises_the_bar_of_the_label_and_of_the_twin(stage):
    label = int(re.search(r"\d", stage.wait_for("label", r"\d"))[0])
    assert label == 5
    before = stage.bars("labelled")
    stage.act("step")
    stage.wait_for("step", "Step 1")
    after = stage.bars("labelled")
    assert after[5] > before[5] + 5
    assert stage.page.locator("[data-bars=labelled] .bar.marked b").inner_text() == "5"
    stage.act("forget")
    stage.wait_for("step", "has not learned")
    assert stage.bars("labelled") == before


def test_the_next_question_has_another_label(stage):
    stage.act("next")
    stage.wait_for("label", r"“This is an? [^5]!”")


def test_the_first_try_ends_when_the_bar_is_past_the_middle(stage):
    stage.page.locator("[data-section=digits][data-try='1']").click()
    stage.notice("Try 1")
    done = stage.page.locator("[data-section=digits][data-try='1'][data-done]")
    for _ in range(6):
        if not done.count():
            stage.act("step")
            stage.page.wait_for_timeout(600)
    assert re.search(r"steps took it to \d+%.*for 5", stage.notice("Done"))
    assert done.count() == 1
    stage.act("next")
    stage.page.wait_for_selector(".digits-notice", state="hidden")  # it spoke of the question before


# ---- study ----


def study_for(stage, seconds):
    stage.act("study")
    stage.page.wait_for_timeout(1000 * seconds)
    stage.act("study")
    stage.page.wait_for_timeout(700)


@needs_mnist
def test_a_network_learns_stops_and_goes_on(stage):
    stage.open("study")
    assert stage.per_cent("testMark") < 35
    stage.act("study")
    stage.page.wait_for_function(
        "parseFloat(document.querySelector('[data-text=testMark]').textContent) > 92", timeout=PATIENCE_MS
    )
    stage.act("study")
    stage.page.wait_for_timeout(1000)
    mark, loss = stage.per_cent("testMark"), stage.read("loss")
    stage.page.wait_for_timeout(1500)
    assert (stage.per_cent("testMark"), stage.read("loss")) == (mark, loss), "it stopped"
    study_for(stage, 3)
    assert stage.per_cent("testMark") > 92
    assert stage.read("loss") != loss, "it went on"
    stage.act("afresh")
    stage.page.wait_for_function("parseFloat(document.querySelector('[data-text=testMark]').textContent) < 35")


@needs_mnist
def test_one_step_and_study_teach_the_same_network(stage):
    stage.act("step")
    stage.wait_for("step", "Step 1")
    stage.open("study")
    assert float(stage.wait_for("loss", r"\d\.\d")) > 0
    study_for(stage, 2)
    mark = stage.per_cent("testMark")
    assert mark > 80
    stage.open("step")
    stage.wait_for("step", r"already seen questions [\d,]+ times")
    stage.open("study")
    stage.page.wait_for_timeout(1000)
    assert stage.per_cent("testMark") == pytest.approx(mark, abs=3), "a slice was still under way"
    stage.open("test")
    stage.page.wait_for_selector("[data-who=own][aria-pressed=true]")


def test_a_try_that_is_left_at_once_does_not_study_unseen(stage):
    asked = []
    stage.page.on("request", lambda request: asked.append(request.post_data or ""))
    at_once = "(selectors) => selectors.forEach((selector) => document.querySelector(selector).click())"
    stage.page.evaluate(at_once, ["[data-section=digits][data-try='2']", "#digits-stage button[data-view=draw]"])
    stage.page.wait_for_timeout(2000)
    assert not [call for call in asked if '"fn_name":"learn"' in call and '"go":true' in call]


@needs_mnist
def test_the_drawing_is_judged_by_the_network_that_is_learning(stage):
    stage.open("study")
    stage.draw(STROKES[1])
    stage.page.wait_for_function("document.querySelector('[data-bars=pad] .best')", timeout=PATIENCE_MS)
    newborn = stage.bars()
    assert max(newborn) < 40
    study_for(stage, 4)
    assert stage.bars()[1] > 80
    stage.open("draw")
    stage.page.locator("[data-who=own]").click()
    stage.wait_for("says", "like 1 ")


@needs_mnist
def test_few_questions_are_learnt_by_heart(stage):
    stage.open("study")
    stage.page.locator("[data-examples='10']").click()
    stage.page.wait_for_timeout(500)
    study_for(stage, 3)
    assert stage.per_cent("bookMark") == 100
    assert stage.per_cent("testMark") < 65


@needs_mnist
def test_the_second_try_shows_what_wrong_answers_do(stage):
    stage.page.locator("[data-section=digits][data-try='2']").click()
    stage.notice("400 of the answers are wrong")
    stage.page.wait_for_selector(".study-book .wrong")
    stage.notice("learned the wrong answers")
    assert stage.per_cent("bookMark") > 85
    assert stage.per_cent("testMark") < 75


@needs_mnist
def test_too_high_a_rate_learns_nothing(stage):
    stage.open("study")
    rate = stage.page.locator("[data-setting=rate]")
    rate.focus()
    stage.page.keyboard.press("End")
    assert float(rate.locator("xpath=../output").inner_text()) > 30
    stage.act("study")
    stage.notice("overshoots")
    stage.act("study")
    assert stage.per_cent("testMark") < 25


def test_beyond_what_the_machine_bears_the_next_visitor_waits(open_page):
    visitors = [Stage(open_page("?tab=digits&lang=en")) for _ in range(section.N_LEARNING + 1)]
    for visitor in visitors:
        visitor.open("study")
        visitor.act("study")
        visitor.page.wait_for_timeout(1200)
    assert "number 1 in line" in visitors[-1].notice("in line")
    visitors[0].act("study")
    visitors[-1].page.wait_for_function("document.querySelector('.digits-notice').hidden", timeout=PATIENCE_MS)
    visitors[-1].wait_for("loss", r"\d")
    for visitor in visitors[1:]:
        visitor.act("study")


# ---- test ----


def test_the_mark_the_matrix_and_the_mistakes_are_the_networks_own(stage):
    digits = data.load().test
    answers = np.concatenate(
        [
            predict.probabilities(digits.images[start : start + 500].astype(np.float32) / 255).argmax(1)
            for start in range(0, len(digits), 500)
        ]
    )
    stage.open("test")
    wait_for_the_mark(stage)
    assert stage.read("mark") == f"{100 * (answers == digits.labels).mean():.2f}%"
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (digits.labels, answers), 1)
    shown = stage.page.locator(".test-confusion td").all_inner_texts()
    assert [int(cell or 0) for cell in shown] == counts.ravel().tolist()
    assert stage.page.locator(".test-gallery .wrong").count() == min(24, (answers != digits.labels).sum())


def test_a_cell_opens_its_digits_by_finger_and_by_key(stage):
    stage.open("test")
    wait_for_the_mark(stage)
    cells = stage.page.locator(".test-confusion td[data-kind=wrong]")
    cell = cells.first
    truth, answer, count = cell.get_attribute("data-truth"), cell.get_attribute("data-answer"), cell.inner_text()
    cell.click()
    stage.wait_for("cell", f"True digit {truth}, answer {answer}: {count}")
    stage.page.wait_for_function(f"document.querySelectorAll('.test-gallery .digit').length === {min(24, int(count))}")
    stage.page.locator("td[data-truth='3'][data-answer='3']").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        stage.page.keyboard.press(key)
    stage.wait_for("cell", "True digit 4, answer 4")
    stage.page.wait_for_function("document.querySelectorAll('.test-gallery .digit').length === 24")


def test_ones_own_network_can_take_the_test(stage):
    stage.open("test")
    wait_for_the_mark(stage)
    stage.page.locator("[data-who=own]").click()
    stage.page.wait_for_function("parseFloat(document.querySelector('[data-text=mark]').textContent) < 40")


# ---- the other way round ----


def test_the_third_try_makes_a_picture_that_the_network_believes(stage):
    stage.page.locator("[data-section=digits][data-try='3']").click()
    stage.notice("does not look like 5")
    assert float(re.search(r"([\d.]+)% sure", stage.wait_for("made", "Step 60"))[1]) > 90
    last = stage.picture("made")
    stage.page.locator("[data-setting=frame]").focus()
    stage.page.keyboard.press("Home")
    stage.wait_for("made", "Step 0")
    assert (stage.picture("made") != last).any()
    stage.page.locator("[data-make='3']").click()
    stage.wait_for("made", "Step 60.*a 3")


# ---- the address, and what can go wrong ----


def test_the_address_holds_the_view_and_the_book(open_page):
    page = open_page("?tab=digits&lang=en&digits=study_own_100_40_0.5_3_7")
    assert page.locator("button[data-view=study]").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-examples='100']").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-setting=flipped]").input_value() == "40"
    page.locator("[data-examples='1000']").click()
    page.wait_for_timeout(700)
    assert parse_qs(urlsplit(page.url).query)["digits"] == ["study_own_1000_40_0.5_3_7"]


@pytest.mark.parametrize(
    "state", ["", "x", "study_own_100_40_0.5_3", "study_own_-1_40_0.5_3_7", "study_own_1e9_0_1_1_1"]
)
def test_an_address_that_cannot_be_read_opens_the_lectures_setting(open_page, state):
    page = open_page(f"?tab=digits&lang=en&digits={state}")
    page.wait_for_selector("[data-notice=unreadableState]:not([hidden])")
    assert page.locator("#digits-stage button[data-view=step]").get_attribute("aria-pressed") == "true"


def test_without_mnist_the_page_says_what_it_uses(run_app, chromium, guarded_environment, tmp_path):
    environment = {**guarded_environment, "LECTURE_DATA": str(tmp_path)}
    with run_app(["app.py"], environment) as (address, _):
        page = chromium.new_page(locale="ko-KR")
        page.goto(f"{address}?tab=digits&lang=ko")
        page.locator(".digits-source", has_text="1,797").wait_for(timeout=PATIENCE_MS)
        assert "5라는" in Stage(page).wait_for("label", "5")
        Stage(page).open("study")
        page.wait_for_selector(".study-book canvas")
        sizes = page.locator("[data-examples]:visible").all_inner_texts()
        assert sizes == ["10", "100", "1,000", "1,400"]
        Stage(page).act("study")
        enough = "parseFloat(document.querySelector('[data-text=testMark]').textContent) > 85"
        page.wait_for_function(enough, timeout=PATIENCE_MS)
        page.close()


APP_WITHOUT_MODEL = """
import sys, pathlib
sys.path.insert(0, ".")
from core.digits import predict
predict.FOLDER = pathlib.Path("nowhere")
import app
from demos import frame, launch, server
options = launch.parse_arguments(sys.argv[1:])
launch.serve(server.create_app(frame.build_page(app.SECTIONS)), launch.listen(options.host, options.port))
"""


def test_without_the_shipped_model_ones_own_network_still_works(run_app, chromium, tmp_path):
    script = tmp_path / "app_without_model.py"
    script.write_text(APP_WITHOUT_MODEL)
    with run_app([str(script)]) as (address, _):
        page = chromium.new_page(locale="en-GB")
        page.goto(f"{address}?tab=digits&lang=en")
        page.wait_for_selector(".digits-source:not(:empty)", timeout=PATIENCE_MS)
        stage = Stage(page)
        stage.open("draw")
        stage.draw(STROKES[1])
        stage.notice("missing or damaged")
        page.locator("[data-who=own]").click()
        page.wait_for_function("document.querySelector('[data-bars=pad] .best')", timeout=PATIENCE_MS)
        page.close()


def test_a_server_that_does_not_answer_is_said_and_nothing_is_lost(server, chromium):
    page = chromium.new_page()  # not a watched one: the browser complains of the answers that fail
    page.goto(f"{server}?tab=digits&lang=en")
    page.wait_for_selector(".digits-source:not(:empty)", timeout=PATIENCE_MS)
    stage = Stage(page)
    stage.open("draw")
    stage.draw(STROKES[1])
    stage.wait_for("says", "like 1 ")
    page.route(re.compile("component_server"), lambda route: route.fulfill(status=503, body="{}"))
    stage.draw([[(0.2, 0.2), (0.3, 0.2)]])
    stage.notice("did not answer")
    page.unroute_all()
    stage.act("undo")
    stage.wait_for("says", "like 1 ")
    page.locator(".digits-notice").wait_for(state="hidden", timeout=PATIENCE_MS)  # forgotten when it answers again
    page.close()


def test_a_picture_goes_over_the_wire_as_few_bytes(stage):
    stage.open("draw")
    with stage.page.expect_request(lambda request: "component_server" in request.url) as sent:
        stage.draw(STROKES[0])
    call = sent.value.post_data_json["data"]
    call = call[0] if isinstance(call, list) else call
    assert len(base64.b64decode(call["pixels"])) == call["width"] * call["height"] <= 84 * 84
