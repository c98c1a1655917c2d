"""A class as it is held: a projector, a teacher's phone, and phones of a class."""

import csv
import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

LAYOUT = (Path(__file__).parent / "layout.js").read_text()


class Class:
    """A class on the projector, with doors for phones and a remote."""

    def __init__(self, open_page, **options):
        self.open_page = open_page
        open_page.allowed.append("^failed: .*/class/.*/(phone|screen)$")  # a stream ends with its page
        self.screen = open_page("?tab=classroom&lang=ko", **options)
        self.screen.wait_for_selector("#classroom-stage [data-action=open]:visible")
        self.screen.click("#classroom-stage [data-action=open]")
        self.screen.wait_for_selector("#classroom-stage [data-qr]:visible")
        self.kept = json.loads(self.screen.evaluate("localStorage.getItem('lecture.class')"))
        self.code = self.kept["code"]

    def phone(self, name="", **options):
        page = self.open_page(f"class/{self.code}", size="phone", ready=False, **options)
        page.fill("[name=name]", name)
        page.click("[data-for=name] button")
        page.wait_for_selector("[data-for=wait]:visible, [data-for=round]:visible")
        return page

    def remote(self, **options):
        page = self.open_page(f"class/{self.code}/remote#{self.kept['secret']}", size="phone", ready=False, **options)
        page.wait_for_selector("[data-kind]:visible")
        return page

    def ask(self, kind, phones, by=None, question=None):
        by = by or self.screen
        if question:
            by.select_option("[data-setting=question]", question)
        by.click(f"[data-controls] [data-kind={kind}]")
        self.screen.wait_for_selector(f"[data-board][data-kind={kind}][data-phase=open]")
        for phone in phones:
            phone.wait_for_selector("[data-for=round]:visible")

    def text(self, name, page=None):
        return (page or self.screen).locator(f"[data-text={name}]").inner_text()

    def wait_for(self, name, words, page=None):
        (page or self.screen).locator(f"[data-text={name}]").filter(has_text=re.compile(words)).wait_for()

    def counts(self):
        return [int(one or 0) for one in self.screen.locator(".classroom-count").all_inner_texts()]


@pytest.fixture
def school(open_page):
    return lambda **options: Class(open_page, **options)


def choose(phone, k):
    phone.click(f"[data-option='{k}']")
    phone.wait_for_selector(f"[data-option='{k}'][aria-pressed=true]")


def draw(phone, points):
    box = phone.locator("canvas.pad").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    phone.mouse.move(*places[0])
    phone.mouse.down()
    for place in places[1:]:
        phone.mouse.move(*place, steps=4)
    phone.mouse.up()
    phone.click("[data-action=send]")


SIZES = {"hall": (1920, 1080), "laptop": (1280, 720), "phone": (390, 844)}
SMALLEST = """() => [...document.querySelectorAll("#classroom-stage *")]
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && one.checkVisibility())
  .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
ALL_ONE = "[...document.querySelectorAll('.classroom-count')].every(({ textContent }) => textContent === '1')"
SIZES_OF_FILES = """() => Object.fromEntries(["navigation", "resource"]
  .flatMap((type) => performance.getEntriesByType(type))
  .map(({ name, decodedBodySize }) => [name.split("/").at(-1), decodedBodySize]))"""
TABS_FIT_MS = 400  # until Gradio has put the tabs that do not fit into its menu
SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]


def test_a_class_from_its_opening_to_its_end(school):
    one = school()
    assert one.text("address").endswith("/class")
    first, second = one.phone("Mina"), one.phone(locale="en-US")
    one.wait_for("people", "^2명")
    assert one.text("me", first) == "Mina #1"
    remote = one.remote(locale="en-US")
    one.ask("quiz", [first, second], by=remote, question="one_line")
    assert first.locator("[data-text=ask]").inner_text() != second.locator("[data-text=ask]").inner_text()

    choose(first, 0)
    choose(second, 1)
    one.wait_for("votes", "2명 가운데 2명")
    assert one.counts() == [1, 1, 0, 0]
    choose(second, 0)
    one.wait_for("state", "change it", second)
    one.screen.wait_for_function("document.querySelector('.classroom-count').textContent === '2'")
    assert one.counts() == [2, 0, 0, 0]
    assert not first.locator("[data-mark]").count()  # what is right is nowhere yet
    assert one.text("why") == one.text("why", first) == ""

    remote.check("[data-hide]")
    one.wait_for("hidden", "공개할 때")
    assert one.counts() == [0, 0, 0, 0]
    remote.click("[data-act=close]")
    one.wait_for("state", "마감됐어요", first)
    assert first.locator("[data-option='1']").get_attribute("aria-disabled") == "true"
    remote.click("[data-act=reveal]")
    first.wait_for_selector("[data-mark=right]")
    one.wait_for("result", "2명 가운데")
    right = int(first.locator("[data-mark=right]").get_attribute("data-option"))
    assert one.screen.locator(".classroom-options li[data-right]").count() == 1
    assert one.counts() == [2, 0, 0, 0]
    assert one.text("verdict", second) == ("Right!" if right == 0 else "Not this time.")
    assert one.text("why", first) == one.text("why") != ""

    one.screen.click("[data-see]")
    one.screen.wait_for_selector("#neuron-stage .neuron-formula b")
    assert "tab=neuron" in one.screen.url
    one.screen.click("#tab-classroom-button")
    one.screen.click(".classroom-manage summary")
    with one.screen.expect_download() as download:
        one.screen.click("[data-action=csv]")
    table = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [row[3:5] for row in table[1:]] == [["1", "Mina"], ["2", ""]]
    one.screen.click("[data-action=delete]")
    one.screen.click("[data-action=deleteNow]")
    for page in (first, second):
        page.wait_for_selector("[data-for=over]:visible")
    one.wait_for("line", "over", remote)
    one.screen.wait_for_selector("[data-action=open]:visible")


def test_what_is_at_stake_in_the_bet_is_read_on_the_phones(school):
    one = school()
    phone = one.phone("Mina", locale="ko-KR")
    one.screen.fill("[data-setting=stake]", "떡볶이")
    one.ask("bet", [phone])
    assert "맞히면 떡볶이 사드림" in one.text("ask", phone)
    choose(phone, 4)
    one.screen.click("[data-act=reveal]")
    one.wait_for("why", "모두에게 떡볶이 살게요", phone)


def test_a_phone_comes_back_as_the_same_and_its_vote_counts_once(school):
    one = school()
    phone = one.phone("Jun")
    phone.reload()
    phone.wait_for_selector("[data-for=wait]:visible")
    assert one.text("me", phone) == "Jun #1"
    one.ask("neuron", [phone])
    one.open_page.allowed += ["^failed: .*/vote$", "ERR_INTERNET_DISCONNECTED"]
    phone.context.set_offline(True)
    phone.click("[data-option='2']")
    one.wait_for("state", "보내고|연결되면", phone)
    assert one.counts() == [0, 0, 0, 0]
    phone.context.set_offline(False)
    one.wait_for("state", "보냈어요", phone)
    one.screen.wait_for_function("document.querySelectorAll('.classroom-count')[2].textContent === '1'")
    phone.reload()
    phone.wait_for_selector("[data-option='2'][aria-pressed=true]")
    choose(phone, 3)
    one.screen.wait_for_function("document.querySelectorAll('.classroom-count')[3].textContent === '1'")
    assert one.counts() == [0, 0, 0, 1]
    one.wait_for("people", "^1명")


def test_the_class_draws_a_test_and_forges(school):
    one = school()
    phones = [one.phone("<b>Mina</b>"), one.phone()]
    one.ask("draw", phones)
    assert [one.text("digit", phone) for phone in phones] == ["2", "3"]
    for phone in phones:
        draw(phone, SEVEN)
        one.wait_for("state", "보냈어요", phone)
    one.wait_for("result", "2장 가운데 0장")
    wall = one.screen.locator("[data-wall] figure")
    wall.nth(1).wait_for()
    assert [text[:5] for text in wall.locator("figcaption").all_inner_texts()] == ["✗ 2 →", "✗ 3 →"]
    assert all("→ 7" in text for text in wall.locator("figcaption").all_inner_texts())
    wall.first.hover()
    wall.first.locator("button").click()
    wall.nth(1).wait_for(state="detached")
    one.wait_for("result", "1장 가운데")

    one.screen.select_option("[data-setting=digit]", "7")
    one.ask("forge", phones)
    assert [one.text("digit", phone) for phone in phones] == ["7", "7"]
    for phone in phones:
        draw(phone, SEVEN)
        one.wait_for("state", "보냈어요", phone)
    one.wait_for("result", "2장 가운데")
    one.ask("unmask", phones)
    assert phones[0].locator("[data-option]").count() == 4
    for k in range(4):
        choose(phones[0], k)
    one.screen.wait_for_function(
        "[...document.querySelectorAll('.classroom-count')].every(({textContent}) => textContent === '1')"
    )
    one.screen.click("[data-act=reveal]")
    one.screen.wait_for_selector("li[data-right]")
    marks = one.screen.locator("li[data-right] .classroom-mark").all_inner_texts()
    assert sorted(mark.split(" · ")[0] for mark in marks) == ["✓ #2", "✓ <b>Mina</b>"]
    assert one.screen.locator("li:not([data-right]) .classroom-mark").filter(has_text="✓").count() == 0
    one.wait_for("result", "가장 잘 속인 가짜")


def test_pages_that_are_not_for_this_class(school):
    one = school()
    one.open_page.allowed.append("status of 40[34]")
    stranger = one.open_page("class", size="phone", ready=False)
    stranger.fill("[name=code]", one.code[:3].lower() + " " + one.code[3:].lower())
    stranger.click("[data-for=code] button")
    stranger.wait_for_selector("[data-for=name]:visible")
    one.screen.click(".classroom-manage summary")
    with one.screen.expect_response("**/steer"):
        one.screen.check("[data-lock]")
    stranger.click("[data-for=name] button")
    one.wait_for("overWhy", "새로 들어올 수 없어요", stranger)
    stranger.click("[data-action=again]")
    stranger.fill("[name=code]", "ZZZZZZ")
    stranger.click("[data-for=code] button")
    stranger.wait_for_selector("[data-for=name]:visible")
    stranger.click("[data-for=name] button")
    one.wait_for("codeError", "그런 수업이 없어요", stranger)
    thief = one.open_page(f"class/{one.code}/remote#not-the-secret-of-it", size="phone", ready=False)
    one.wait_for("line", "진행할 수 없어요", thief)
    thief.click("[data-kind=neuron]")
    one.wait_for("notice", "하지 못했어요", thief)
    assert one.screen.locator("[data-round]:visible").count() == 0


def test_the_phone_page_is_small(school):
    one = school()
    page = one.open_page(f"class/{one.code}", size="phone", ready=False)
    page.wait_for_selector("[data-for=name]:visible")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(SIZES_OF_FILES)
    assert sizes.keys() == {one.code, "page.css", "phone.js", "client.js", "pad.js"}
    assert sum(sizes.values()) < 30_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(school, theme):
    one = school(reduced_motion="reduce", color_scheme=theme)
    phone = one.phone(reduced_motion="reduce", color_scheme=theme, bypass_csp=True)
    remote = one.remote(reduced_motion="reduce", color_scheme=theme, bypass_csp=True)
    one.screen.evaluate("(dark) => lecture.setDark(dark)", theme == "dark")

    def check(page, within=None):
        found = Axe().run(page, within).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []

    for page, within in ((one.screen, "#classroom-stage"), (phone, None), (remote, None)):
        check(page, within)
    one.ask("recorded", [phone])
    choose(phone, 1)
    one.screen.click("[data-act=reveal]")
    phone.wait_for_selector("[data-mark=right]")
    remote.wait_for_selector("[data-board][data-phase=revealed]")
    one.screen.click(".classroom-manage summary")
    for page, within in ((one.screen, "#classroom-stage"), (phone, None), (remote, None)):
        check(page, within)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_overlaps_at_any_size(school, lang):
    one = school(reduced_motion="reduce")
    locale = {"ko": "ko-KR", "en": "en-US"}[lang]
    phone, remote = one.phone("Mina", locale=locale), one.remote(locale=locale)
    if lang == "en":
        one.screen.click("[data-lang=en]")

    def check(what, sizes):
        for page, name in ((phone, "phone"), (remote, "remote"), *((one.screen, size) for size in sizes)):
            if page is one.screen:
                page.set_viewport_size(dict(zip(("width", "height"), SIZES[name], strict=True)))
                page.wait_for_timeout(TABS_FIT_MS)
            layout = page.evaluate(LAYOUT)
            found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
            assert found == {"overlaps": [], "outside": [], "smallTargets": []}, (what, name)
            assert layout["sideways"] <= 0, (what, name)

    check("opened", SIZES)
    for kind in ("four", "quiz", "draw"):
        one.ask(kind, [phone], question="gate_weights" if kind == "quiz" else None)
        remote.wait_for_selector(f"[data-board][data-kind={kind}]")
        if kind == "draw":
            draw(phone, SEVEN)
            one.screen.wait_for_selector("[data-wall] figure")
        else:
            choose(phone, 0)
        check(kind, SIZES)
        one.screen.click("[data-act=reveal]")
        phone.wait_for_selector("[data-text=verdict]:not(:empty)")
        check(f"{kind} revealed", ["laptop"])
    one.screen.click(".classroom-manage summary")
    check("managed", SIZES)
    one.screen.evaluate("lecture.setProjector(true)")
    check("projector", ["hall", "laptop"])
    assert min(one.screen.evaluate(SMALLEST)) >= 24
