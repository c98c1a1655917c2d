"""Serving: what the page's head holds, and what bad calls get."""

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
    assert client.get("/config").json()["title"] == "AI가 만드는 음악 · Music Made by AI"
    assert client.head("/").status_code == 200


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


@pytest.mark.parametrize("path", ["/", "/web/neuron/stage.js"])
def test_text_travels_compressed(client, path):
    answers = [client.get(path, headers={"accept-encoding": encoding}) for encoding in ("identity", "gzip")]
    assert answers[0].text == answers[1].text
    assert int(answers[1].headers["content-length"]) < 0.5 * int(answers[0].headers["content-length"])


@pytest.mark.parametrize("path", ["/", "/web/frame/start.js", "/config", "/no/such/page"])
def test_every_page_has_safe_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert all("http" not in sources for sources in policy.values())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_classs_doors_keep_their_own_headers(client):
    assert "default-src 'none'" in client.get("/class").headers["content-security-policy"]


def test_behind_a_proxy_the_page_knows_its_own_address(client):
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": "somebody-lecture.hf.space"}
    assert '"root":"https://somebody-lecture.hf.space"' in client.get("/", headers=headers).text
    assert "x-frame-options" not in client.get("/").headers, "a Space shows the page in a frame"


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


def test_a_body_that_is_too_large_is_not_read(client):
    server_function = "/gradio_api/component_server"
    headers = {"accept-language": "ko", "content-type": "application/json"}
    declared = client.post(server_function, content=b"x" * (server.LARGEST_BODY + 1), headers=headers)
    assert (declared.status_code, declared.json()) == (413, {"error": text.text("server.too_large", "ko")})
    n_sent = 0

    def endless():
        nonlocal n_sent
        while n_sent < 4 * server.LARGEST_BODY:
            n_sent += 1_000_000
            yield b"x" * 1_000_000

    answer = client.post(server_function, content=endless(), headers=headers)
    assert answer.status_code >= 400
    assert len(answer.text) < 400
    assert client.get("/").status_code == 200


def test_a_page_that_fails_says_so_too(client, monkeypatch):
    def fail(page):
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(server, "with_our_head", fail)
    answer = client.get("/", headers={"accept-language": "ko"})
    assert answer.status_code == 500
    assert answer.json() == {"error": text.text("server.failed", "ko")}


def test_errors_speak_the_visitors_language(client):
    bad = {"data": 1, "component_id": 99999, "fn_name": "x", "session_hash": "x"}
    for header, lang in (("ko-KR,ko;q=0.9", "ko"), ("en-GB", "en"), ("", "en")):
        answer = client.post("/gradio_api/component_server", json=bad, headers={"accept-language": header})
        assert answer.json() == {"error": text.text("server.failed", lang)}


@pytest.mark.parametrize(
    "path",
    ["/web/../app.py", "/web/%2e%2e/%2e%2e/app.py", "/web/", "/gradio_api/file=/etc/passwd", "/gradio_api/file=app.py"],
)
def test_nothing_but_assets_is_served(client, path):
    assert client.get(path).status_code in (403, 404)


def test_no_section_keeps_anything_in_gradios_sessions(client):
    """All visitors share one (server.OneSession)."""
    blocks = client.app.routes[-1].app.get_blocks().blocks.values()
    assert len(blocks) > 40
    assert [block for block in blocks if block.stateful] == []
