"""Serving: what the page's head holds, which doors are closed, and what bad calls get."""

import argparse

import pytest
from fastapi.testclient import TestClient

import app
from demos import frame, server, text


@pytest.fixture(scope="module")
def client():
    with TestClient(server.create_app(frame.build_page(app.SECTIONS)), raise_server_exceptions=False) as client:
        yield client


def test_page_leaves_with_our_head_and_without_gradio_previews(client):
    page = client.get("/").text
    head = page[: page.index("</head>")]
    assert 'src="web/frame/start.js"' in head
    assert '<meta property="og:title" content="AI가 만드는 음악 · Music Made by AI">' in head
    assert "Click to try out the app" not in page
    assert "githubusercontent" not in page


def test_other_answers_are_left_alone(client):
    assert client.get("/config").json()["title"] == text.text("frame.title", "ko")
    assert client.head("/").status_code in (200, 405)


def test_browser_parts_and_fonts_are_files(client):
    for path, kind in {
        "/web/frame/start.js": "javascript",
        "/web/neuron/style.css": "text/css",
        "/fonts/Pretendard-Regular.subset.woff2": "font/woff2",
    }.items():
        answer = client.get(path)
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
    assert client.get("/web/frame/start.js").headers["cache-control"] == "no-cache"


BAD_CALLS = [
    ("/gradio_api/queue/join", {"fn_index": 99999, "data": [], "session_hash": "a"}),
    ("/gradio_api/queue/join", {"fn_index": "x", "data": 1}),
    ("/gradio_api/run/nothing", {"data": []}),
    ("/gradio_api/run/predict", {"data": [], "fn_index": 0}),
    ("/gradio_api/call/predict", {"data": [1e308]}),
    ("/gradio_api/component_server", {"data": 1, "component_id": 99999, "fn_name": "x", "session_hash": "x"}),
    ("/gradio_api/component_server", {"data": 1, "component_id": 1, "fn_name": "__init__", "session_hash": "x"}),
    ("/gradio_api/upload", None),
    ("/gradio_api/process_recording", None),
]


@pytest.mark.parametrize(("path", "body"), BAD_CALLS)
def test_bad_calls_get_a_short_error(client, path, body):
    answer = client.post(path, json=body)
    assert answer.status_code >= 400
    assert len(answer.text) < 400
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    assert client.get("/").status_code == 200


def test_errors_speak_the_visitors_language(client):
    bad = {"fn_index": 99999, "data": [], "session_hash": "a"}
    for header, lang in (("ko-KR,ko;q=0.9", "ko"), ("en-GB", "en"), ("", "en")):
        answer = client.post("/gradio_api/queue/join", json=bad, headers={"accept-language": header})
        assert answer.json() == {"error": text.text("server.failed", lang)}


def test_nothing_a_stranger_sends_is_written(client, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    for door in server.CLOSED_DOORS:
        for path in (door, door + "/"):
            answer = client.post(path, files={"files": ("x.txt", b"x")})
            assert answer.status_code == 404
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "path",
    ["/web/../app.py", "/web/%2e%2e/%2e%2e/app.py", "/web/", "/gradio_api/file=/etc/passwd", "/gradio_api/file=app.py"],
)
def test_nothing_but_assets_is_served(client, path):
    assert client.get(path).status_code in (403, 404)


def test_arguments_before_environment_before_default(monkeypatch):
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    monkeypatch.delenv("GRADIO_SERVER_PORT", raising=False)
    assert vars(server.parse_arguments([])) == {"host": "127.0.0.1", "port": 7860}
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "8001")
    assert vars(server.parse_arguments([])) == {"host": "0.0.0.0", "port": 8001}
    assert vars(server.parse_arguments(["--host", "::1", "--port", "8002"])) == {"host": "::1", "port": 8002}


@pytest.mark.parametrize("value", ["x", "-1", "65536", "", "1.5", "²"])
def test_a_port_that_is_none_is_refused(value):
    with pytest.raises(argparse.ArgumentTypeError, match="65535"):
        server.port_number(value)


def test_operator_messages_follow_the_locale(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert server.message("open", url="x") == text.text("server.open", "ko").format(url="x")
    monkeypatch.setenv("LC_ALL", "C")
    assert server.message("open", url="x") == text.text("server.open", "en").format(url="x")
