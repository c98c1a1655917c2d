"""Every sentence a person reads, from assets/text/ko.toml and en.toml.

Prose stands in the page in both languages and CSS shows one of them (`html[lang]`), so a switch needs
no server. A key that does not exist is an error when the page is built, never an empty spot in it.
"""

import functools
import re
import tomllib
from pathlib import Path

from markdown_it import MarkdownIt

LANGUAGES = ("ko", "en")
FOLDER = Path(__file__).parent.parent / "assets" / "text"
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def flatten(table: dict, prefix: str = "") -> dict[str, str]:
    """Nested tables to dotted keys: {"neuron": {"title": "…"}} to {"neuron.title": "…"}."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


@functools.cache
def texts(lang: str) -> dict[str, str]:
    """All texts of one language, by dotted key."""
    return flatten(tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8")))


def text(key: str, lang: str) -> str:
    """One text as plain text. Raises KeyError for an unknown key."""
    return texts(lang)[key].strip()


def wanted_language(accept_language: str) -> str:
    """The language that a browser's Accept-Language header asks for first: "ko" or "en"."""
    return "ko" if re.match(r"ko\b", accept_language.strip().lower()) else "en"


def inline(key: str, lang: str) -> str:
    """One text as HTML without a paragraph around it; the text may use Markdown's emphasis, code and links."""
    return _markdown.renderInline(text(key, lang))


def both(key: str) -> str:
    """One text in both languages, to stand inside a line."""
    return "".join(f'<span lang="{lang}">{inline(key, lang)}</span>' for lang in LANGUAGES)


def both_plain(key: str) -> str:
    """One text in both languages, where no element can stand: in a title."""
    return " · ".join(text(key, lang) for lang in LANGUAGES)


def both_blocks(key: str) -> str:
    """One text in both languages, as paragraphs, lists and tables."""
    return "".join(
        f'<div class="prose-text" lang="{lang}">{_markdown.render(text(key, lang))}</div>' for lang in LANGUAGES
    )


def label(key: str) -> str:
    """An aria-label that follows the language: the page's script copies data-aria-label-ko or -en into it."""
    values = "".join(f' data-aria-label-{lang}="{_escape(text(key, lang))}"' for lang in LANGUAGES)
    return f'aria-label="{_escape(text(key, LANGUAGES[0]))}"{values}'


def live(section: str) -> dict[str, dict[str, str]]:
    """The texts under `<section>.live`, which the browser fills with numbers, by language and short key."""
    prefix = f"{section}.live."
    return {
        lang: {key.removeprefix(prefix): value for key, value in texts(lang).items() if key.startswith(prefix)}
        for lang in LANGUAGES
    }


def _escape(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
