"""The doors of the lecture: every request that is answered. Whatever else Gradio can do stays closed.

The list is what the page, the phones and the remote were seen to ask for, and the little that browsers, robots and
hosts ask by themselves. A door has one method and one path. A new version of Gradio opens none: tests/demos names what
it has that nobody has decided about.
"""

import re

from starlette.routing import compile_path

DOORS = (
    # Gradio's page, and the files that it loads
    ("GET", "/"),
    ("HEAD", "/"),  # is anybody there? asked by those who watch over a host
    ("GET", "/config"),  # what the page is made of, without the page
    ("GET", "/theme.css"),
    ("GET", "/assets/{path:path}"),
    ("GET", "/static/{path:path}"),
    ("GET", "/svelte/{path:path}"),
    ("GET", "/favicon.ico"),
    ("GET", "/manifest.json"),
    ("GET", "/robots.txt"),
    # the sections' server functions; Gradio's page writes the slash
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/component_server/"),
    # our own files
    ("GET", "/web/{path:path}"),
    ("GET", "/film/{path:path}"),
    ("GET", "/fonts/{path:path}"),
    # the class: pages, phones, what the teacher sees and does
    ("GET", "/class"),
    ("GET", "/class/{code}"),
    ("GET", "/class/{code}/remote"),
    ("GET", "/class/{code}/files/{round}/{name}"),
    ("POST", "/class/{code}/join"),
    ("GET", "/class/{code}/phone"),
    ("POST", "/class/{code}/vote"),
    ("GET", "/class/{code}/network"),
    ("POST", "/class/{code}/qr"),
    ("GET", "/class/{code}/screen"),
    ("GET", "/class/{code}/drawings"),
    ("GET", "/class/{code}/votes.csv"),
    ("POST", "/class"),
    ("POST", "/class/{code}/ask"),
    ("POST", "/class/{code}/steer"),
    ("DELETE", "/class/{code}"),
)
"""Methods and paths, as FastAPI writes them."""

JSON_ONLY = {path for method, path in DOORS if path.startswith("/gradio_api/") and method == "POST"}
"""Where `application/json` alone is taken: of a form Gradio would write every part into a file of its own."""

PLAIN = re.compile(r"/|(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+/?")
"""How every path of ours is spelled: no empty or hidden names, no `..`, and no sign that only tricks need."""

_PATTERNS = [(method, compile_path(path)[0]) for method, path in DOORS]


def is_open(method: str, path: str) -> bool:
    """Whether there is a door for it. `path` is the one by which a router would choose."""
    return bool(PLAIN.fullmatch(path)) and any(
        method == door_method and pattern.fullmatch(path) for door_method, pattern in _PATTERNS
    )


def takes_content(path: str, content_types: list[str]) -> bool:
    """Whether an open door takes a body with these Content-Type headers."""
    return path not in JSON_ONLY or content_types == ["application/json"]
