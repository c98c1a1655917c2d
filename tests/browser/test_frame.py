"""The frame: language, theme and projector switched in place, the address, and what a wrong one does."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import torch

import app
from core import weights
from demos import frame, text

STATE = "document.querySelector('[data-param=\"inputs.0\"]').value"


def query(page):
    page.wait_for_timeout(400)  # the address is written a quarter of a second after the last change
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def drag(page, name, value):
    script = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true})); }"
    page.locator(f'[data-param="{name}"]').evaluate(script, value)


def test_language_switches_in_place_and_keeps_everything(open_page):
    page = open_page("?tab=neuron&lang=ko")
    calls = []
    page.on("request", lambda request: calls.append(request.url))
    drag(page, "inputs.0", 0.85)
    page.locator("[data-activation=tanh]").click()
    page.locator("[data-lang=en]").click()
    page.wait_for_selector("text=Sum minus threshold")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#tab-neuron-button").text_content() == text.text("neuron.title", "en")
    assert page.locator("#section-neuron h1").inner_text() == text.text("neuron.title", "en")
    assert page.evaluate(STATE) == "0.85"
    assert page.locator("[data-activation=tanh]").get_attribute("aria-pressed") == "true"
    assert calls == [], "a switch of the language asks the server for nothing"
    assert query(page)["lang"] == "en"


@pytest.mark.parametrize(("locale", "wanted"), [("ko-KR", "ko"), ("en-US", "en"), ("fr-FR", "en")])
def test_first_language_is_the_browsers(open_page, locale, wanted):
    page = open_page("", locale=locale)
    assert page.evaluate("document.documentElement.lang") == wanted
    tabs = ["opening", *map(frame.section_id, app.SECTIONS), "classroom", "review", "closing", "glossary"]
    names = [text.text(f"{tab}.title", wanted) for tab in tabs]
    page.wait_for_function(f"document.querySelector('#tab-glossary-button').textContent === '{names[-1]}'")
    assert page.locator("#lecture-tabs [role=tab]").all_text_contents() == names


def test_address_beats_browser_and_choice_is_remembered(open_page):
    page = open_page("?lang=en", locale="ko-KR")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator("[data-lang=ko]").click()
    page.goto(page.url.split("?")[0])
    page.wait_for_selector("#lecture-header [aria-pressed=true]")
    assert page.evaluate("document.documentElement.lang") == "ko"


def test_tabs_are_in_the_address_and_open_from_it(open_page):
    page = open_page("?tab=glossary")
    assert page.locator("#section-glossary").is_visible()
    page.locator("#tab-neuron-button").click()
    page.wait_for_selector("#section-neuron")
    assert query(page)["tab"] == "neuron"


def test_start_leads_through_the_page_without_a_reload(open_page):
    page = open_page("")
    page.evaluate("window.notReloaded = true")
    page.locator(".opening a.button-primary").click()
    page.wait_for_selector("#neuron-stage .neuron-formula b")
    page.locator("#tab-closing-button").click()
    page.locator(".closing a[href='?tab=glossary']").last.click()
    page.wait_for_selector(".glossary dl")
    assert page.locator("#section-glossary").is_visible()
    assert page.evaluate("window.notReloaded")


def test_back_and_forward_go_through_the_tabs_and_keep_the_rest(open_page):
    page = open_page("?tab=neuron&lang=ko")
    drag(page, "inputs.0", 0.75)
    page.locator("#tab-glossary-button").click()
    page.wait_for_selector(".glossary dl")
    page.locator("[data-lang=en]").click()
    page.go_back()
    page.wait_for_selector("#section-neuron", state="visible")
    page.wait_for_selector("#section-glossary", state="hidden")
    assert query(page).items() >= {"tab": "neuron", "lang": "en"}.items()
    assert "0.75" in query(page)["neuron"]
    assert page.evaluate(STATE) == "0.75"
    page.go_forward()
    page.wait_for_selector(".glossary dl", state="visible")
    assert query(page).items() >= {"tab": "glossary", "lang": "en"}.items()


def test_the_title_follows_the_language(open_page):
    page = open_page("?lang=en")
    assert page.title() == text.text("frame.title", "en")
    page.locator("[data-lang=ko]").click()
    assert page.title() == text.text("frame.title", "ko")


@pytest.mark.parametrize(
    ("address", "notice"),
    [
        ("?tab=nothing", "unknownTab"),
        ("?tab=<script>alert(1)</script>", "unknownTab"),
        ("?tab=neuron&neuron=1_2", "unreadableState"),
    ],
)
def test_wrong_address_says_so_and_opens(open_page, address, notice):
    page = open_page(address + "&lang=ko")
    line = page.locator(f"[data-notice={notice}]")
    line.wait_for(state="visible")
    assert line.inner_text() == text.text(f"frame.notice.{notice}", "ko")


def test_unknown_language_falls_back(open_page):
    assert open_page("?lang=xx", locale="en-US").evaluate("document.documentElement.lang") == "en"


def test_dark_and_projector_switch_and_stay_in_the_address(open_page):
    page = open_page("?tab=neuron")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-switch=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator("[data-switch=projector]").click()
    assert query(page).items() >= {"__theme": "dark", "projector": "1"}.items()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    page.reload()
    page.wait_for_selector("#lecture-header [data-switch=dark][aria-pressed=true]")
    page.locator("[data-switch=projector]").click()
    assert "projector" not in query(page)


def test_address_is_copied(open_page):
    page = open_page("?tab=neuron&lang=ko&__sign=secret", permissions=["clipboard-read", "clipboard-write"])
    drag(page, "inputs.1", 0.65)
    page.locator("[data-action=copy]").click()
    page.locator("[data-notice=copied]").wait_for(state="visible")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url.replace("__sign=secret&", "")
    assert "lang=ko" in copied
    assert "secret" not in copied
    again = open_page("?" + urlsplit(copied).query)
    assert again.locator('[data-param="inputs.1"]').input_value() == "0.65"


def test_without_leave_to_copy_the_address_can_be_taken_by_hand(open_page):
    page = open_page("?tab=neuron&lang=ko")
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false")
    page.locator("[data-action=copy]").click()
    field = page.locator("[data-address]")
    field.wait_for(state="visible")
    assert field.input_value() == page.url
    assert page.evaluate("getSelection().toString()") == page.url
    field.blur()
    field.wait_for(state="hidden")


def held_back(open_page, pattern, query):
    """A page whose scripts that match `pattern` wait until the returned function is called."""
    waiting = []
    page = open_page(query, route=(pattern, lambda route: waiting.append(route)), ready=False)

    def let_go():
        while not waiting:  # the page has not asked for it yet
            page.wait_for_timeout(20)
        for route in waiting:
            route.continue_()

    return page, let_go


def test_a_try_that_is_pressed_before_the_stage_is_there_is_not_lost(open_page):
    page, let_go = held_back(open_page, "**/neuron/rules.js", "?tab=neuron&lang=en")
    page.locator("[data-try='2']").click()
    let_go()
    page.locator(".neuron-task", has_text="Try 2").wait_for()


def test_a_link_that_is_pressed_before_the_header_is_there_is_not_lost(open_page):
    page, let_go = held_back(open_page, "**/frame/header.js", "?lang=en")
    page.locator(".opening a.button-primary").click()
    let_go()
    page.wait_for_selector("#neuron-stage .neuron-formula b")


def test_a_stage_that_cannot_be_loaded_says_so(server, chromium):
    page = chromium.new_page(locale="ko-KR")
    page.route("**/neuron/rules.js", lambda route: route.abort())
    page.goto(f"{server}/?tab=neuron&lang=ko")
    page.locator("[data-notice=notLoaded]").wait_for(state="visible")
    page.close()


def test_as_a_space_it_asks_no_other_host(run_app, guarded_environment, chromium):
    space = {**guarded_environment, "SYSTEM": "spaces", "SPACE_ID": "somebody/lecture"}
    hosts = set()
    with run_app(["app.py"], space) as (address, _):
        page = chromium.new_page(locale="ko-KR")
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(f"{address}/?tab=neuron")
        page.wait_for_selector("#neuron-stage .neuron-formula b")
        page.wait_for_timeout(1500)
        page.close()
    assert hosts == {urlsplit(address).netloc}


def test_it_works_inside_a_frame(server, chromium):
    page = chromium.new_page()
    page.set_content(f'<iframe src="{server}/?tab=neuron&lang=ko" style="width: 1000px; height: 800px"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator("[data-try='1']").click()
    frame.locator(".neuron-task").wait_for(state="visible")
    page.close()


def test_the_page_is_usable_by_keyboard(open_page):
    page = open_page("?lang=en")
    page.locator(".opening a.button-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#neuron-stage .neuron-formula b")
    page.locator('[data-param="inputs.0"]').focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert page.locator(".neuron-status").inner_text() == "Sum 1.08, threshold 1.00: it fires!"


DAMAGED = """
import sys, types
import app
from core import weights
from demos import frame, launch, server, text
def section(name):
    for lang in text.LANGUAGES:
        text.texts(lang).update({f"{name}.{key}": name for key in ("title", "idea", "seen")})
    module = types.ModuleType(f"demos.{name}")
    module.TITLE, module.PART = f"{name}.title", 1
    module.build = lambda: weights.load_weights(__import__("pathlib").Path(r"FOLDER") / name)
    return module
page = frame.build_page([*app.SECTIONS, section("missing"), section("damaged")])
options = launch.parse_arguments(sys.argv[1:])
sys.exit(launch.serve(server.create_app(page), launch.listen(options.host, options.port)))
"""


def test_missing_and_damaged_weights_leave_a_message_and_the_rest(run_app, chromium, tmp_path):
    weights.save_weights(tmp_path / "damaged", {"w": torch.ones(3)}, {})
    (tmp_path / "damaged" / "model.safetensors").write_bytes(b"damaged")
    with run_app(["-c", DAMAGED.replace("FOLDER", str(tmp_path))]) as (address, _):
        page = chromium.new_page(locale="ko-KR")
        for name in ("missing", "damaged"):
            page.goto(f"{address}/?tab={name}&lang=ko")
            message = page.locator(f"#section-{name} [role=alert]")
            message.wait_for(state="visible")
            assert message.inner_text() == text.text("face.broken", "ko")
        page.locator("#tab-neuron-button").click()
        page.wait_for_selector("#neuron-stage .neuron-formula b")
        page.close()


def run(arguments, environment, **changes):
    command = [sys.executable, "app.py", *arguments]
    cwd = Path(__file__).parent.parent.parent
    return subprocess.run(command, cwd=cwd, env={**environment, **changes}, capture_output=True, text=True, timeout=120)


def test_port_in_use_is_said_in_one_line(server, guarded_environment):
    port = urlsplit(server).port
    for lang, locale in (("ko", "ko_KR.UTF-8"), ("en", "C.UTF-8")):
        ended = run(["--port", str(port)], guarded_environment, LC_ALL=locale)
        assert ended.returncode == 1
        expected = text.text("server.port_in_use", lang).format(port=port, next=port + 1)
        assert ended.stderr.strip() == expected


@pytest.mark.parametrize("port", ["x", "70000"])
def test_a_bad_port_in_the_environment_is_said_in_one_line(guarded_environment, port):
    ended = run([], guarded_environment, LC_ALL="C.UTF-8", GRADIO_SERVER_PORT=port)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert text.text("server.bad_port", "en").format(port=port) in ended.stderr


def test_it_ends_quietly_when_interrupted_though_a_stream_is_open(run_app, guarded_environment):
    with run_app(["app.py"], guarded_environment, stderr=subprocess.PIPE) as (address, process):
        opened = json.load(urllib.request.urlopen(urllib.request.Request(f"{address}/class", method="POST"), timeout=5))
        headers = {"Authorization": f"Bearer {opened['secret']}"}
        screen = urllib.request.Request(f"{address}/class/{opened['code']}/screen", headers=headers)
        stream = urllib.request.urlopen(screen, timeout=5)
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
        assert "Traceback" not in process.stderr.read().decode()
        stream.close()


def test_environment_names_the_port(server, guarded_environment):
    ended = run([], guarded_environment, LC_ALL="C.UTF-8", GRADIO_SERVER_PORT=str(urlsplit(server).port))
    assert ended.returncode == 1
    assert str(urlsplit(server).port) in ended.stderr


def test_host_that_is_none_is_said(guarded_environment, tmp_path):
    ended = run(["--host", "no.such.host"], guarded_environment, LC_ALL="C.UTF-8", LOOKUPS_LOG=str(tmp_path / "log"))
    assert ended.returncode == 1
    assert ended.stderr.startswith("Cannot serve on no.such.host:7860")
    assert "Traceback" not in ended.stderr


def test_the_guard_against_lookups_works(guarded_environment, tmp_path):
    """A guard that lets everything through would let the test above it pass too."""
    environment = {**guarded_environment, "LOOKUPS_LOG": str(tmp_path / "log")}
    code = "import urllib.request; urllib.request.urlopen('http://example.org')"
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "no lookups in this test" in ended.stderr
    assert (tmp_path / "log").read_text() == "example.org\n"
    assert socket.gethostbyname("127.0.0.1") == "127.0.0.1"
    assert os.environ.get("LOOKUPS_LOG") is None
