"""The tour as a visitor meets it: cards, kinds, tries, keys, the address; and Sketch-RNN on its pad."""

from pathlib import Path

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
PATIENCE_MS = 60_000  # the machine may be busy


@pytest.fixture
def tour(open_page):
    """A function that opens the tour."""

    def opened(query="", **options):
        return open_page(f"?tab=magenta{query}" + ("" if "lang=" in query else "&lang=en"), **options)

    return opened


def shown(page):
    return page.locator("#magenta-stage [data-detail]:visible").get_attribute("data-detail")


def pick(page, name):
    page.locator(f"#magenta-stage [data-system={name}]").click()


def notice(page):
    return page.locator("#magenta-stage .tour-notice").inner_text()


def test_a_card_opens_and_stands_in_the_address(tour):
    page = tour()
    assert shown(page) == "gansynth"
    pick(page, "music_vae")
    assert shown(page) == "music_vae"
    assert page.locator("#magenta-stage .tour-dot[data-now]").get_attribute("data-dot") == "music_vae"
    page.locator("#magenta-stage [data-kind=notes]").click()
    aside = page.locator("#magenta-stage .tour-card[data-aside]").evaluate_all(
        "(all) => all.map((one) => one.dataset.makes)"
    )
    assert sorted(set(aside)) == ["data", "sound", "strokes"]
    page.wait_for_function("location.search.includes('magenta=notes_music_vae')")
    page.reload()
    page.wait_for_selector("#magenta-stage [data-detail=music_vae]:not([hidden])")
    page.locator("#magenta-stage [data-action=restore]").click()
    assert shown(page) == "gansynth"


@pytest.mark.parametrize("text", ["all", "notes_nobody", "other_nsynth", "all_nsynth_2"])
def test_an_unreadable_state_opens_the_first_setting(tour, text):
    page = tour(f"&magenta={text}")
    assert shown(page) == "gansynth"
    assert page.locator("[data-notice=unreadableState]").is_visible()


def test_the_tries_notice_success(tour):
    page = tour()
    page.locator("[data-section=magenta][data-try='1']").click()
    pick(page, "music_vae")
    assert "hears a piano" in notice(page)
    pick(page, "onsets_and_frames")
    assert "first finds the moments" in notice(page)
    page.locator("[data-section=magenta][data-try='2']").click()
    for name in ("nsynth", "wave2midi2wave"):
        pick(page, name)
        assert "Open all three" in notice(page)
    pick(page, "gansynth")
    assert "All three" in notice(page)
    page.locator("[data-section=magenta][data-try='3']").click()
    page.locator("#magenta-stage a[href='?tab=gansynth']:visible").click()
    page.wait_for_selector("#section-gansynth >> visible=true")
    assert page.locator("[data-section=magenta][data-done]").count() == 3


def test_papers_open_apart_and_nothing_is_fetched(tour):
    links = (
        tour().locator("#magenta-stage a[target=_blank]").evaluate_all("(all) => all.map((one) => [one.href, one.rel])")
    )
    assert len(links) == 9
    assert all(href.startswith("https://") and "noopener" in rel for href, rel in links)


def test_by_keys_alone(tour):
    page = tour()
    page.locator("#magenta-stage [data-system=nsynth]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == "sketch_rnn"


# ---- Sketch-RNN ----

PICTURES = "(all) => all.map((one) => one.toDataURL())"
DRAWN = """(all) => all.filter((one) => {
  const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
  return data.some((value, i) => i % 4 === 3 && value > 0);
}).length"""


@pytest.fixture
def sketch(tour):
    """A function that opens the pad, with the first answers there."""

    def opened(**options):
        page = tour("&magenta=sketch", **options)
        settle(page)
        return page

    return opened


def settle(page):
    find(page, "[data-text=says]").filter(has_text="6").wait_for(timeout=PATIENCE_MS)
    for selector, n in (("[data-ways] canvas", 6), ("[data-between] canvas", 7)):
        for _ in range(300):
            if find(page, selector).evaluate_all(DRAWN) == n:
                break
            page.wait_for_timeout(100)
        else:
            raise AssertionError(f"{selector}: never {n} of them drawn")


def find(page, selector):
    return page.locator(f"#magenta-stage {selector}")


def scribble(page):
    pad = find(page, ".sketch-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
def test_nothing_overlaps_at_the_pad(sketch, switch_to, size):
    page = sketch(size=size)
    for lang in ("ko", "en"):
        switch_to(page, lang)
        layout = page.evaluate(LAYOUT)
        found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
        assert found == {"overlaps": [], "outside": [], "smallTargets": []}, lang
        assert layout["sideways"] <= 0, lang


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_at_the_pad(open_page, theme):
    page = open_page(f"?tab=magenta&lang=en&magenta=sketch&__theme={theme}", reduced_motion="reduce")
    settle(page)
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    assert [(rule["id"], node["target"]) for rule in found["violations"] for node in rule["nodes"]] == []


def test_what_one_begins_is_continued_differently(sketch):
    page = sketch()
    assert find(page, "[data-action=undo]").is_disabled()
    assert "made up" in find(page, "[data-text=says]").inner_text()
    scribble(page)
    find(page, "[data-text=says]").filter(has_text="Continued in 6 ways").wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(1500)
    first = find(page, "[data-ways] canvas").evaluate_all(PICTURES)
    assert len(set(first)) > 1
    find(page, "[data-action=again]").click()
    page.wait_for_timeout(3000)
    assert find(page, "[data-ways] canvas").evaluate_all(PICTURES) != first
    find(page, "[data-action=clear]").click()
    find(page, "[data-text=says]").filter(has_text="made up").wait_for(timeout=PATIENCE_MS)


def test_a_drawing_becomes_an_end(sketch):
    page = sketch()
    before = find(page, "[data-between] canvas").evaluate_all(PICTURES)
    scribble(page)
    find(page, "[data-action=keepLast]").click()
    changed = "(old) => document.querySelectorAll('#magenta-stage [data-between] canvas')[6].toDataURL() !== old"
    page.wait_for_function(changed, arg=before[6], timeout=PATIENCE_MS)


def test_the_pad_by_keys_alone(sketch):
    page = sketch()
    find(page, ".sketch-pad").focus()
    for key in ["Space", *["ArrowDown"] * 8, "Space"]:
        page.keyboard.press(key)
    find(page, "[data-text=says]").filter(has_text="Continued in 6 ways").wait_for(timeout=PATIENCE_MS)


def test_the_card_opens_the_pad_and_the_address_keeps_it(tour):
    page = tour()
    pick(page, "sketch_rnn")
    find(page, "[data-detail=sketch_rnn] [data-view=sketch]").click()
    page.wait_for_function("location.search.includes('magenta=sketch')")
    settle(page)
    page.reload()
    find(page, ".sketch-pad").wait_for()
    settle(page)
