"""The common face of a lecture section: place and idea, three things to try, what it means, more.

A section's texts stand under its name in assets/text: `title`, `place`, `idea`, `try.1` to `try.3`
(each a `name` and a `do`), `means`, `more`. A try is a button that sends the event `lecture:try` with
its number to the page; the section's browser part listens and sets itself up.
"""

from collections.abc import Callable, Sequence

import gradio as gr
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demos import text

WEB = text.FOLDER.parent / "web"
N_TRIES = 3

_templates = Environment(loader=FileSystemLoader(WEB), undefined=StrictUndefined, autoescape=False, trim_blocks=True)
_templates.globals.update(both=text.both, both_plain=text.both_plain, both_blocks=text.both_blocks, label=text.label)


def render(template: str, **values) -> str:
    """The HTML of a template in assets/web; it can call `both`, `both_plain`, `both_blocks`, `label` with text keys."""
    return _templates.get_template(template).render(**values)


def block(template: str, elem_id: str | None = None, **values) -> gr.HTML:
    """A template as a component that never asks the server for anything."""
    return gr.HTML(render(template, **values), elem_id=elem_id, apply_default_css=False, js_on_load=None)


def opening(section: str) -> None:
    """Place in the lecture, title, the idea in one sentence, and the three tries."""
    block("face/opening.html", section=section, tries=range(1, N_TRIES + 1))


def closing(section: str) -> None:
    """What it means, and more, folded."""
    block("face/closing.html", section=section)


def figure(section: str, server_functions: Sequence[Callable] = (), parts: Sequence[str] = (), **values) -> gr.HTML:
    """A stage drawn by the browser: `<section>/stage.html`, brought to life by `<section>/stage.js`.

    The script's `mount(element, live, server)` gets the element, the live texts of the section, and of the `parts` that
    it shares with others, by language, and the server functions, each of which takes one argument and promises its
    answer.
    """
    shared = [text.live(name) for name in (*parts, section)]
    return gr.HTML(
        render(f"{section}/stage.html", **values),
        elem_id=f"{section}-stage",
        apply_default_css=False,
        live={lang: {key: said for one in shared for key, said in one[lang].items()} for lang in text.LANGUAGES},
        server_functions=list(server_functions),
        js_on_load=f"import(new URL('web/{section}/stage.js', document.baseURI))"
        ".then(m => m.mount(element, props.live, server))"
        ".catch(error => { console.error(error); lecture.say('notLoaded'); });",
    )
