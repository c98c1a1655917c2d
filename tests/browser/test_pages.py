"""Every tab, in both languages, at three sizes, light and dark: nothing overlaps, and axe finds nothing."""

from pathlib import Path

import axe_playwright_python
import pytest

import app
from demos import frame

TABS = ["opening", *map(frame.section_id, app.SECTIONS), "classroom", "review", "closing", "glossary"]
LAYOUT = (Path(__file__).parent / "layout.js").read_text()
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()

TABS_FIT = """[...document.querySelectorAll('#lecture-tabs .tab-wrapper [role=tab]')]
  .every((tab) => tab.scrollWidth <= tab.clientWidth + 1)"""  # Gradio has put the others into its menu
GRADIOS_OWN = set()
"""(rule, target) of what axe finds in Gradio's own parts; anything else fails."""


@pytest.mark.parametrize("size", ["hall", "laptop", "phone"])
@pytest.mark.parametrize("tab", TABS)
def test_nothing_overlaps_or_stands_outside(open_page, switch_to, tab, size):
    page = open_page(f"?tab={tab}&lang=ko", size)
    for lang in ("ko", "en"):
        switch_to(page, lang)
        layout = page.evaluate(LAYOUT)
        found = {key: layout[key] for key in ("overlaps", "outside", "smallTargets")}
        assert found == {"overlaps": [], "outside": [], "smallTargets": []}, lang
        assert layout["sideways"] <= 0, lang


@pytest.mark.parametrize("size", ["hall", "laptop"])
@pytest.mark.parametrize("tab", TABS)
def test_projector_has_no_small_words(open_page, tab, size):
    page = open_page(f"?tab={tab}&projector=1", size)
    page.wait_for_function(TABS_FIT)
    layout = page.evaluate(LAYOUT)
    assert layout["smallWords"] == []
    assert layout["sideways"] <= 0
    assert layout["overlaps"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_only_gradios_own_and_the_projector_has_seven_to_one(open_page, switch_to, tab, theme):
    page = open_page(f"?tab={tab}&lang=ko&__theme={theme}", reduced_motion="reduce")
    page.evaluate(AXE)
    for lang in ("en", "ko"):
        switch_to(page, lang)
        violations = page.evaluate("() => axe.run({resultTypes: ['violations']}).then((result) => result.violations)")
        found = {(rule["id"], " ".join(map(str, node["target"]))) for rule in violations for node in rule["nodes"]}
        assert found <= GRADIOS_OWN, lang
    page.evaluate("lecture.setProjector(true)")
    page.wait_for_timeout(300)  # stages draw themselves again
    options = """{resultTypes: ['violations'], runOnly: ['color-contrast-enhanced'],
      rules: {'color-contrast-enhanced': {enabled: true}}}"""
    result = page.evaluate(f"() => axe.run({options})")
    assert [node["target"] for rule in result["violations"] for node in rule["nodes"]] == []
    assert result["passes"]


@pytest.mark.parametrize("tab", TABS)
def test_hangul_is_drawn_in_the_bundled_font(open_page, tab):
    """What the browser really used for each text, not what the style sheet asks for."""
    page = open_page(f"?tab={tab}&lang=ko")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    selector = f"#section-{tab} [lang=ko], #section-{tab} text"
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    used = [session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"] for node in nodes]
    session.detach()
    fonts = {(font["familyName"].split()[0], font["isCustomFont"]) for fonts in used for font in fonts}
    assert fonts == {("Pretendard", True)}


@pytest.mark.parametrize("tab", TABS)
def test_every_figure_and_control_has_a_name_in_the_language(open_page, switch_to, tab):
    page = open_page(f"?tab={tab}&lang=ko")
    named = "(elements) => elements.map((element) => element.getAttribute('aria-label'))"
    korean = page.locator(f"#section-{tab} [role=img]:visible").evaluate_all(named)
    switch_to(page, "en")
    english = page.locator(f"#section-{tab} [role=img]:visible").evaluate_all(named)
    assert all(korean)
    assert all(english)
    assert not set(korean) & set(english)
    unnamed = "(inputs) => inputs.filter((input) => !input.getAttribute('aria-label')).length"
    assert page.locator(f"#section-{tab} input").evaluate_all(unnamed) == 0
