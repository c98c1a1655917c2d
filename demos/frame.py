"""The page around the sections: header with the language, theme and projector switches, and one tab each.

The header's component holds the visitor's language as its value: a handler that makes text takes it as
an input. Tab names are the only texts that change by an event, and that event stays in the browser.
"""

import functools
import json
import logging
from collections.abc import Callable
from types import ModuleType

import gradio as gr

from demos import classroom, closing, face, glossary, opening, presenter, review, text

log = logging.getLogger(__name__)

NOTICES = ("copied", "copyByHand", "unknownTab", "unreadableState", "notLoaded")
"""The short notices that browser parts may show, by `lecture.say(name)`; their texts are frame.notice.<name>."""

SELECT = "() => lecture.select(lecture.wantedTab())"

BLUES = "#eaf4fb #d3e8f6 #a8d1ed #7cbae4 #4ba1d8 #1f87c7 #0072b2 #005e93 #004a74 #003655 #002237"  # 50 to 950
FONTS = ["Pretendard", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans KR", "sans-serif"]


def theme() -> gr.themes.Base:
    """Gradio's own look in the lecture's font and its blue; nothing is fetched from a font host."""
    blue = gr.themes.Color(*BLUES.split())
    return gr.themes.Base(primary_hue=blue, font=FONTS, font_mono=["ui-monospace", "Consolas", "monospace"])


def section_id(section: ModuleType) -> str:
    """The name of a section's module is its id: in `?tab=`, in the page, in assets/text and assets/web."""
    return section.__name__.rpartition(".")[2]


def contents(sections: list[ModuleType]) -> dict[int, list[str]]:
    """The lecture's parts that have a section, each with the ids of its sections in order."""
    parts: dict[int, list[str]] = {}
    for section in sections:
        parts.setdefault(section.PART, []).append(section_id(section))
    return parts


def build_page(sections: list[ModuleType]) -> gr.Blocks:
    """The whole page: opening, one tab for each section, the class, quiz, closing and glossary.

    A section is a module with TITLE (a text key), PART (1 to 4) and build().
    """
    parts = contents(sections)
    by_id = {section_id(section): section for section in sections}
    builders = {
        "opening": (opening.TITLE, lambda: opening.build(parts)),
        **{name: (section.TITLE, _or_message(name, section.build)) for name, section in by_id.items()},
        "classroom": (classroom.TITLE, _or_message("classroom", classroom.build)),
        "review": (review.TITLE, _or_message("review", review.build)),
        "closing": (closing.TITLE, lambda: closing.build(parts)),
        "glossary": (glossary.TITLE, glossary.build),
    }
    with gr.Blocks(title=text.both_plain("frame.title"), analytics_enabled=False, fill_width=True) as page:
        header = gr.HTML(
            "ko",
            elem_id="lecture-header",
            html_template=face.render("frame/header.html", notices=NOTICES),
            js_on_load="import(new URL('web/frame/header.js', document.baseURI))"
            ".then(m => m.mount(element, props, trigger)); /* triggers 'change' and 'go' */",
            apply_default_css=False,
        )
        with gr.Tabs(elem_id="lecture-tabs") as tabs:
            tab_of = {name: _tab(name, title, build) for name, (title, build) in builders.items()}
        if {stop.tab for stop in presenter.STOPS} <= set(builders):  # a page of fewer sections is no whole lecture
            presenter.build(builders)
        titles = [title for title, _ in builders.values()]
        switch = {"fn": None, "outputs": list(tab_of.values()), "js": _switch_tab_names(titles)}
        header.change(**switch, api_visibility="private")
        page.load(**switch, api_visibility="private")
        header.go(None, None, tabs, js=SELECT, trigger_mode="multiple", api_visibility="private")
        page.load(None, None, tabs, js=f"() => lecture.firstTab({json.dumps(list(tab_of))})", api_visibility="private")
        for name, tab in tab_of.items():
            tab.select(None, None, None, js=f"() => lecture.tabChanged({json.dumps(name)})", api_visibility="private")
    return page


def _tab(name: str, title: str, build: Callable[[], None]) -> gr.Tab:
    with (
        gr.Tab(text.text(title, "ko"), id=name, elem_id=f"tab-{name}") as tab,
        gr.Column(elem_classes="section", elem_id=f"section-{name}"),
    ):
        build()
    return tab


def _or_message(name: str, build: Callable[[], None]) -> Callable[[], None]:
    """`build`, or a builder of a message where it fails, tried on a page of its own that is thrown away."""
    try:
        with gr.Blocks(analytics_enabled=False):
            build()
    except Exception:
        log.exception("section %s could not be built; the others are not affected", name)
        return lambda: face.block("face/broken.html")
    return build


def _switch_tab_names(titles: list[str]) -> str:
    names = {lang: [text.text(title, lang) for title in titles] for lang in text.LANGUAGES}
    labels = f"({json.dumps(names, ensure_ascii=False)})[lecture.language()]"
    return f"() => {labels}.map(label => ({{__type__: 'update', label}}))"


@functools.cache
def head() -> str:
    """What the page's <head> needs before the first paint: styles, font, and the script that sets the language."""
    sheets = sorted(path.relative_to(face.WEB).as_posix() for path in face.WEB.glob("*/style.css"))
    return face.render(
        "frame/head.html",
        title=text.both_plain("frame.title"),
        description=" ".join(text.text("frame.description", lang) for lang in text.LANGUAGES),
        sheets=sheets,
    )
