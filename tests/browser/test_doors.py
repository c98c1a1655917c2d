"""The list of doors is what browsers ask for: each request of the pages is answered, and no door is there for nobody.

The server of all browser tests looks up no name (conftest); here it is tempted."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.routing import compile_path

import app
from demos import doors, frame

TABS = ["opening", *map(frame.section_id, app.SECTIONS), "classroom", "review", "closing", "glossary"]
OF_OTHERS = {
    *(("GET", path) for path in ("/favicon.ico", "/manifest.json", "/robots.txt")),  # browsers with a window, robots
    *(("HEAD", "/"), ("GET", "/config"), ("POST", "/gradio_api/component_server")),  # hosts, and tests/load
    ("GET", "/svelte/{path:path}"),  # Gradio's, for components that are none of its own
}
"""Doors that no page was seen to use."""
PATIENCE_MS = 120_000  # a sound that is computed, on a busy machine
SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]


class Log:
    """What pages have asked of the lecture: (method, path) of all, and which were refused or are still on their way."""

    def __init__(self):
        self.asked, self.refused, self.on_their_way = set(), [], set()

    def watch(self, page):
        page.on("request", self.begin)
        page.on("response", self.end)
        page.on("requestfailed", lambda request: self.on_their_way.discard(request))
        return page

    def begin(self, request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss"):
            self.asked.add((request.method, address.path))
            self.on_their_way.add(request)

    def end(self, response):
        self.on_their_way.discard(response.request)
        if response.status >= 400:
            self.refused.append((response.status, response.request.method, response.url))

    def wait(self, page):
        """Until everything has been answered."""
        while self.on_their_way:
            page.wait_for_event("response", timeout=PATIENCE_MS)

    def doors(self):
        """Through which of the doors they came."""
        patterns = {(method, path): compile_path(path)[0] for method, path in doors.DOORS}
        return {
            door
            for method, asked in self.asked
            for door, pattern in patterns.items()
            if door[0] == method and pattern.fullmatch(asked)
        }


def visit_tabs(page, log):
    """Every tab, and the film; what else a stage's views ask, they ask at the door of the server functions."""
    for tab in TABS:
        page.evaluate("(tab) => document.getElementById(`tab-${tab}-button`).click()", tab)
        page.wait_for_selector(f"#section-{tab}", state="visible")
        log.wait(page)
        if tab == "forgery":
            page.click("#forgery-stage [data-view=film]")
            log.wait(page)


def hold_class(open_logged, screen):
    """A class of one phone that hears and draws, led by a remote; its table is taken away, and it is deleted."""
    screen.click("#tab-classroom-button")
    screen.click("#classroom-stage [data-action=open]")
    screen.wait_for_selector("#classroom-stage [data-qr]:visible")
    kept = json.loads(screen.evaluate("localStorage.getItem('lecture.class')"))
    open_logged("class").wait_for_selector("[name=code]:visible")  # where a code is typed in
    phone = open_logged(f"class/{kept['code']}")
    phone.fill("[name=name]", "Mina")
    phone.click("[data-for=name] button")
    phone.wait_for_selector("[data-for=wait]:visible")
    remote = open_logged(f"class/{kept['code']}/remote#{kept['secret']}")
    remote.click("[data-controls] [data-kind=draw]")
    phone.wait_for_selector("canvas.pad:visible")
    box = phone.locator("canvas.pad").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    phone.mouse.move(*places[0])
    phone.mouse.down()
    for place in places[1:]:
        phone.mouse.move(*place, steps=4)
    phone.mouse.up()
    phone.click("[data-action=send]")
    screen.wait_for_selector("[data-wall] figure")
    with screen.expect_response("**/files/**", timeout=PATIENCE_MS):  # the second round's sound is played at once
        remote.click("[data-controls] [data-kind=recorded]")
    remote.click("[data-act=reveal]")
    screen.click(".classroom-manage summary")
    with screen.expect_download():
        screen.click("[data-action=csv]")
    screen.click("[data-action=delete]")
    screen.click("[data-action=deleteNow]")
    phone.wait_for_selector("[data-for=over]:visible")


def test_the_pages_ask_at_open_doors_alone_and_there_is_no_other(open_page, server):
    open_page.allowed.append("^failed: .*/class/.*/(phone|screen)$")  # a stream ends with its page
    log = Log()

    def open_logged(query):
        page = log.watch(open_page("fonts/OFL.txt", ready=False, locale="ko-KR"))  # a page of its own, without scripts
        page.goto(f"{server}/{query}")
        return page

    page = open_logged("?lang=ko")
    page.wait_for_selector("#lecture-header [aria-pressed=true]", state="attached")
    visit_tabs(page, log)
    hold_class(open_logged, page)
    assert log.refused == []
    assert [one for one in sorted(log.asked) if not doors.is_open(*one)] == []
    assert log.doors() == set(doors.DOORS) - OF_OTHERS


@pytest.mark.parametrize("way", ["file=", "file/", "proxy="])
def test_the_server_fetches_nothing_for_anybody(server, guarded_environment, way):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server}/gradio_api/{way}https://any.host/x.png")
    assert refused.value.code == 404
    assert refused.value.headers["content-type"] == "application/json"
    assert not Path(guarded_environment["LOOKUPS_LOG"]).exists()
