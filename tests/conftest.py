"""The real app in a process of its own, without name lookups, and Chromium to look at it.

Every page that a test opens is watched: a request to another host, an error in the console or a failed
request fails the test.
"""

import atexit
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave
from pathlib import Path
from urllib.parse import urlsplit

if "PYTEST_XDIST_WORKER" in os.environ:  # before torch and numba are imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests that run side by side share the cores
    # librosa's compiled functions: who reads them while another process writes them crashes
    os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="numba-")
    atexit.register(shutil.rmtree, os.environ["NUMBA_CACHE_DIR"], ignore_errors=True)

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from demos import text

ROOT = Path(__file__).parent.parent
BROWSER_TESTS = (ROOT / "tests" / "browser", ROOT / "tests" / "benchmarks")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZES = {"hall": (1920, 1080), "laptop": (1280, 720), "phone": (390, 844)}
READY = {  # what a tab's stage has when it is alive, and has heard of the server
    "neuron": [".neuron-formula b"],
    "digits": ["[data-view][aria-pressed=true]", ".digits-source:not(:empty)"],
    **{tab: ["[data-view][aria-pressed=true]", "[data-text]:not(:empty)"] for tab in ("real_face", "forgery", "phase")},
    "magenta": ["[data-view][aria-pressed=true]"],
    "review": ["[data-part][aria-pressed=true]"],
}
MICROPHONE_HZ = 330  # whole periods in the second that is repeated
START_S = 90  # how long the app may take on a busy machine


def pytest_collection_modifyitems(items):
    if CHROMIUM or os.environ.get("REQUIRE_BROWSER"):
        return
    for item in items:
        if item.path.parent in BROWSER_TESTS:
            item.add_marker(pytest.mark.skip(reason="no Chromium; REQUIRE_BROWSER=1 makes this an error"))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def guarded_environment(tmp_path_factory):
    """An environment in which Python refuses name lookups, and the file that notes them."""
    log = tmp_path_factory.mktemp("lookups") / "names.txt"
    guard = str(ROOT / "tests" / "browser" / "no_lookups")
    own = {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("numba"))}
    own["LECTURE_CLASSES"] = str(tmp_path_factory.mktemp("classes") / "classes.sqlite3")
    return {**os.environ, **own, "PYTHONPATH": guard, "LOOKUPS_LOG": str(log), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def server(guarded_environment):
    """The address of the running app. At the end: it looked up no name."""
    with running(["app.py"], guarded_environment) as (address, _):
        yield address
    assert not Path(guarded_environment["LOOKUPS_LOG"]).exists(), "the server looked up a name"


@contextlib.contextmanager
def running(command, environment, **options):
    """Runs Python with `command` and --port, waits until it serves, and gives the address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, *command, "--port", str(port)], cwd=ROOT, env=environment, **options)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def run_app(guarded_environment):
    """`running` for tests that need an app of their own."""
    return lambda command, environment=guarded_environment, **options: running(command, environment, **options)


def wait_until_it_answers(address, process):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the app ended while it started"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Chromium, whose microphone hears a tone of MICROPHONE_HZ."""
    heard = tmp_path_factory.mktemp("microphone") / "tone.wav"
    tone = 0.5 * np.sin(2 * np.pi * MICROPHONE_HZ * np.arange(48_000) / 48_000)
    with wave.open(str(heard), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((32767 * tone).astype("<i2").tobytes())
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    options += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    options += [f"--use-file-for-fake-audio-capture={heard}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def switch_to():
    """A function that switches a page to a language, and waits until the names of the tabs have followed."""
    name = "document.querySelector('#tab-opening-button').textContent"

    def switch_to(page, lang):
        page.locator(f"#lecture-header [data-lang={lang}]").click()
        page.wait_for_function(
            f"([lang, wanted]) => document.documentElement.lang === lang && {name} === wanted",
            arg=[lang, text.text("opening.title", lang)],
        )
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")

    return switch_to


@pytest.fixture(scope="session")
def parked():
    """Pages that tests have left, for the next: where a page only goes on, its scripts are compiled already."""
    return []


@pytest.fixture
def open_page(server, chromium, parked):
    """A function that opens the app at a query, in a size, and returns the Playwright page when it is ready.

    With a route or with options it is a page in a context of its own, which nobody has used before; else it
    may be one that another test has left, without what that test stored. Its `allowed` are patterns of complaints
    that a test brings about itself.
    """
    own, left, complaints = [], [], []
    watchers = {
        "request": lambda request: complain_of_foreign(request.url),
        "requestfailed": lambda request: complaints.append(f"failed: {request.url}"),
        "pageerror": lambda error: complaints.append(f"error: {error}"),
        "console": lambda message: message.type == "error" and complaints.append(f"console: {message.text}"),
    }

    def complain_of_foreign(url):
        if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != urlsplit(server).netloc:
            complaints.append(f"request to another host: {url}")

    def open_page(query="", size="laptop", route=None, ready=True, reduced_motion="no-preference", **options):
        is_own = bool(route or options)
        if is_own or not parked:
            page = chromium.new_context(**{"locale": "ko-KR", **options}).new_page()
        else:
            page = parked.pop()
        (own if is_own else left).append(page)
        page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
        page.emulate_media(reduced_motion=reduced_motion)
        for event, watcher in watchers.items():
            page.on(event, watcher)
        if route:
            page.route(*route)
        page.goto(f"{server}/{query}")
        if not ready:
            return page
        page.wait_for_selector("#lecture-header [aria-pressed=true]", state="attached", timeout=30_000)
        for tab, selectors in READY.items():
            if f"tab={tab}" in query:
                for selector in selectors:
                    page.wait_for_selector(f"#{tab}-stage {selector}", state="attached", timeout=30_000)
        page.evaluate("document.fonts.ready")
        return page

    open_page.allowed = []
    yield open_page
    for page in own:
        page.context.close()
    for page in left:
        for event, watcher in watchers.items():
            page.remove_listener(event, watcher)
        page.unroute_all()
        page.goto(f"{server}/fonts/OFL.txt")  # a page of the same host, without scripts
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.context.clear_cookies()
    parked.extend(left)
    assert not [one for one in complaints if not any(re.search(pattern, one) for pattern in open_page.allowed)]
