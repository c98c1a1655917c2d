"""The quiz as a student meets it: a round with explanations, a second try, and a sheet to keep."""

import json
import re
from pathlib import Path

import axe_playwright_python
import pytest

from core.audio import notes
from core.gansynth import listening
from core.quiz import questions

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy
SHORT = 12


class Quiz:
    """What a student does and sees."""

    def __init__(self, page):
        self.page = page

    def find(self, selector):
        return self.page.locator(f"#review-stage {selector}")

    def act(self, action):
        self.find(f"[data-action={action}]:visible").click()

    def begin(self, part=0, length="short"):
        self.find(f"[data-part='{part}']").click()
        self.find(f"[data-length={length}]").click()
        self.act("begin")
        self.wait_for_question()

    def wait_for_question(self):
        self.find("[data-choice='3']").wait_for(timeout=PATIENCE_MS)
        self.find("[data-answer]").wait_for(state="hidden", timeout=PATIENCE_MS)

    def round(self):
        return json.loads(self.page.evaluate("localStorage.getItem('lecture.review')"))

    def answer_of(self):
        """The place of the right answer, which only the server knows."""
        kept = self.round()
        now = kept["questions"][kept["at"]]
        return questions.make(now["kind"], now["seed"]).answer

    def choose(self, k):
        self.find(f"[data-choice='{k}']").click()
        self.find("[data-answer]").wait_for(timeout=PATIENCE_MS)

    def next(self):
        before = self.find("[data-text=place]").inner_text()
        self.act("next")
        self.page.wait_for_function(
            "(before) => document.querySelector('#review-stage [data-text=place]').textContent !== before", arg=before
        )
        self.wait_for_question()


@pytest.fixture
def quiz(open_page):
    """A function that opens the quiz."""

    def opened(lang="en", size="laptop", extra="", **options):
        return Quiz(open_page(f"?tab=review&lang={lang}{extra}", size, **options))

    return opened


def test_a_round_takes_from_all_parts_in_the_lectures_order(quiz):
    one = quiz()
    one.begin()
    kinds = [question["kind"] for question in one.round()["questions"]]
    assert len(kinds) == SHORT
    assert kinds == [kind for kind in questions.KINDS if kind in kinds]
    assert {questions.KINDS[kind].part for kind in kinds} == {1, 2, 3, 4}


def test_right_and_wrong_are_explained_at_once_and_counted(quiz):
    one = quiz()
    one.begin(part=4)
    n = sum(kind.part == 4 for kind in questions.KINDS.values())
    one.choose(one.answer_of())
    assert one.find("[data-text=verdict]").inner_text() == "Right!"
    assert len(one.find("[data-text=why]").inner_text()) > 20
    assert not one.find("[data-action=again]").is_visible()
    one.next()
    right = one.answer_of()
    one.choose((right + 1) % 4)
    assert one.find("[data-text=verdict]").inner_text() == f"Not quite. The answer is {'ABCD'[right]}."
    assert one.find(f"[data-choice='{right}'][data-mark=right]").is_visible()
    first = one.round()["questions"][1]["seed"]
    one.act("again")
    one.wait_for_question()
    assert one.round()["questions"][1]["seed"] != first
    one.choose(one.answer_of())
    assert one.find("[data-text=verdict]").inner_text() == "Right this time!"
    for _ in range(n - 2):
        one.next()
        one.choose((one.answer_of() + 2) % 4)
    one.act("finish")
    assert one.find("[data-text=score]").inner_text() == f"1 of {n} right at once"
    assert one.find("[data-text=second]").inner_text() == "and 1 more at the second try"
    marks = [row.get_attribute("data-mark") for row in one.find("[data-list] li").all()]
    assert marks == ["right", "second", *["wrong"] * (n - 2)]
    one.act("missed")
    one.wait_for_question()
    assert [question["mark"] for question in one.round()["questions"]] == [None] * (n - 1)


def test_a_round_by_keyboard_alone(quiz):
    one = quiz()
    one.find("[data-part='4']").focus()
    one.page.keyboard.press("Enter")
    one.find("[data-action=begin]").focus()
    one.page.keyboard.press("Enter")
    one.wait_for_question()
    for k in range(3):
        one.page.keyboard.press(str(one.answer_of() + 1))
        one.find("[data-answer]").wait_for(timeout=PATIENCE_MS)
        one.page.keyboard.press("Enter")  # the button that goes on has the focus
        if k < 2:
            one.page.wait_for_function(
                f"document.querySelector('#review-stage [data-text=place]').textContent.includes('Question {k + 2} ')"
            )
            one.wait_for_question()
    assert one.find("[data-text=score]").inner_text() == "3 of 3 right at once"
    assert one.page.evaluate("document.activeElement.textContent").strip()


def test_progress_stays_in_the_browser(quiz):
    one = quiz()
    one.begin(part=4)
    one.choose(0)
    one.page.reload()
    one.page.wait_for_selector("#review-stage [data-action=resume]:visible")
    assert one.find("[data-text=kept]").inner_text() == "1 of 3 answered so far."
    one.act("resume")
    one.find("[data-answer]").wait_for(timeout=PATIENCE_MS)
    assert one.find("[data-choice='0'][data-mark]").count() == 1


@pytest.mark.parametrize("kept", ["", "{}", '{"at": 5, "questions": [{"kind": "x", "seed": 1}]}', "null", "[1]"])
def test_what_was_kept_badly_is_left_alone(quiz, kept):
    one = quiz()
    one.page.evaluate("(text) => localStorage.setItem('lecture.review', text)", kept)
    one.page.reload()
    one.page.wait_for_selector("#review-stage [data-part][aria-pressed=true]")
    assert not one.find("[data-action=resume]").is_visible()


def test_every_link_holds_a_state_that_its_tab_can_read(quiz):
    one = quiz()
    unread = one.page.evaluate(
        """async ([seen, sources, pieces]) => {
          const load = (path) => import(new URL(`web/${path}.js`, document.baseURI));
          const { addressOf } = await load("review/links");
          const allowed = { phase: sources, listening: pieces };
          const unread = [];
          for (const [section, setting] of seen) {
            const address = addressOf(section, setting, "en");
            const text = new URLSearchParams(address).get(section);
            if (section === "magenta") continue;
            const { VIEWS, textToState } = await load(`${section}/state`);
            const isRead = section === "gansynth" ? VIEWS.includes(text) : textToState(text, allowed[section]);
            if (!isRead) unread.push(address);
          }
          return unread;
        }""",
        [
            [questions.make(kind, seed).see for kind in questions.KINDS for seed in range(8)],
            list(notes.SHIPPED),
            list(listening.programme()),
        ],
    )
    assert unread == []


def test_a_link_opens_in_place_and_the_round_goes_on_afterwards(quiz):
    one = quiz()
    kept = {"at": 0, "questions": [{"kind": "collapse", "seed": 1, "choice": None, "mark": None}]}
    one.page.evaluate("(text) => localStorage.setItem('lecture.review', text)", json.dumps(kept))
    one.page.reload()
    one.page.wait_for_selector("#review-stage [data-action=resume]:visible")
    one.act("resume")
    one.wait_for_question()
    one.choose(one.answer_of())
    one.page.evaluate("window.notReloaded = true")
    section, setting = questions.make("collapse", 1).see
    show = one.find("[data-show]")
    assert f"tab={section}" in show.get_attribute("href")
    show.click()
    pressed = [f"[data-{name}={value}][aria-pressed=true]" for name, value in setting.items()]
    for selector in pressed:
        one.page.wait_for_selector(f"#{section}-stage {selector}", timeout=PATIENCE_MS)
    one.page.locator(f"#{section}-stage [data-view]").first.click()  # the stage is alive and shows something else
    one.page.go_back()
    one.find("[data-answer]").wait_for()
    show.click()
    for selector in pressed:
        one.page.wait_for_selector(f"#{section}-stage {selector}", timeout=PATIENCE_MS)
    assert one.page.evaluate("window.notReloaded")
    assert one.round()["questions"][0]["mark"] == "right"
    one.page.go_back()
    with one.page.context.expect_page() as opened:
        show.click(modifiers=["ControlOrMeta"])
    assert f"tab={section}" in opened.value.url
    assert one.find("[data-answer]").is_visible()


@pytest.mark.parametrize("system", ["sketch_rnn", "gansynth", "wave2midi2wave"])
def test_a_link_to_the_tour_opens_its_card(open_page, system):
    page = open_page(f"?tab=magenta&lang=en&magenta=all_{system}")
    page.wait_for_selector(f"#magenta-stage [data-detail={system}]:not([hidden])")


def test_the_language_switches_in_the_middle_of_a_question(quiz):
    one = quiz()
    one.begin(part=4)
    one.choose(1)
    before = one.round()
    one.page.locator("#lecture-header [data-lang=ko]").click()
    assert re.search("[가-힣]", one.find("[data-text=ask]").inner_text())
    assert re.search("[가-힣]", one.find("[data-text=why]").inner_text())
    assert one.round() == before


def test_the_result_is_a_picture_and_can_be_printed(quiz):
    one = quiz()
    one.begin(part=4)
    for k in range(3):
        one.choose(one.answer_of())
        if k < 2:
            one.next()
    one.act("finish")
    with one.page.expect_download() as saved:
        one.act("picture")
    assert Path(saved.value.path()).read_bytes()[:4] == b"\x89PNG"
    one.page.evaluate("window.print = () => { window.printed = true; }")
    one.act("print")
    assert one.page.evaluate("window.printed")
    one.page.emulate_media(media="print")
    assert one.find(".review-list").is_visible()
    assert not one.find("[data-action=print]").is_visible()


def test_sounds_are_heard_and_end(quiz):
    one = quiz()
    kept = {"at": 0, "questions": [{"kind": "octave_higher", "seed": 3, "choice": None, "mark": None}]}
    one.page.evaluate("(text) => localStorage.setItem('lecture.review', text)", json.dumps(kept))
    one.page.reload()
    one.page.wait_for_selector("#review-stage [data-action=resume]:visible")
    one.act("resume")
    one.wait_for_question()
    assert one.find("[data-listen]").count() == 5
    for which in ("given", "2"):
        one.find(f"[data-listen='{which}']").click()
        one.find(f"[data-listen='{which}'][aria-pressed=true]").wait_for(timeout=PATIENCE_MS)
    assert one.find("[data-listen][aria-pressed=true]").count() == 1
    one.find("[data-listen='2'][aria-pressed=false]").wait_for(timeout=PATIENCE_MS)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_in_any_view(quiz, size, lang):
    one = quiz(lang, size)

    def check(view):
        layout = one.page.evaluate(LAYOUT)
        found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
        assert found == {"overlaps": [], "outside": [], "smallTargets": []}, view
        assert layout["sideways"] <= 0, view

    check("start")
    one.begin(part=4)
    check("question")
    for k in range(3):
        one.choose(k)
        check("answer")
        if k < 2:
            one.next()
    one.act("finish")
    check("result")


@pytest.mark.parametrize("kind", ["least_truncation", "longest_training", "hidden_picture", "unsure_digit"])
def test_pictures_stand_within_their_answers_on_a_phone(quiz, kind):
    one = quiz(size="phone")
    kept = {"at": 0, "questions": [{"kind": kind, "seed": 5, "choice": None, "mark": None}]}
    one.page.evaluate("(text) => localStorage.setItem('lecture.review', text)", json.dumps(kept))
    one.page.reload()
    one.page.wait_for_selector("#review-stage [data-action=resume]:visible")
    one.act("resume")
    one.wait_for_question()
    one.page.wait_for_function("[...document.querySelectorAll('#review-stage img')].every((image) => image.complete)")
    for k in range(4):
        button, picture = (one.find(f"[data-choice='{k}']{part}").bounding_box() for part in ("", " img"))
        assert picture["x"] + picture["width"] <= button["x"] + button["width"]
        assert picture["width"] >= 0.8 * picture["height"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(quiz, theme):
    one = quiz(extra=f"&__theme={theme}", reduced_motion="reduce")
    one.page.evaluate(AXE)

    def check():
        found = one.page.evaluate("() => axe.run()")
        assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == []

    check()
    one.begin(part=4)
    check()
    one.choose(0)
    check()
    one.next()
    one.choose(3)
    one.next()
    one.choose(2)
    one.act("finish")
    check()
