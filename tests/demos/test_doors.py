"""The doors: each that Gradio has is decided, the closed ones answer at once, and nobody gets by with odd spellings."""

import asyncio
import contextlib
import gc
import json
import re
import socket
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import safehttpx
import uvicorn
from fastapi import APIRouter, FastAPI
from gradio.state_holder import SessionState
from starlette.routing import Mount, Route

from demos import doors, face, frame, launch, neuron, server, text

REFUSED = {"error": text.text("server.refused", "en")}
NOT_UNDERSTOOD = {"error": text.text("server.bad_call", "en")}
STAGE = "/gradio_api/component_server"

CLOSED = {
    "GET": """
        /config/ /logout /monitoring /monitoring/summary /monitoring/{key} /openapi.json /pwa_icon
        /pwa_icon/{size}
        /gradio_api/app_id /gradio_api/app_id/ /gradio_api/call/v2/{api_name}/{event_id}
        /gradio_api/call/{api_name}/{event_id} /gradio_api/custom_component/{id}/{environment}/{type}/{file_name}
        /gradio_api/deep_link /gradio_api/dev/reload /gradio_api/file/{path:path} /gradio_api/file={path_or_url:path}
        /gradio_api/heartbeat/{session_hash} /gradio_api/info /gradio_api/info/ /gradio_api/login_check
        /gradio_api/login_check/ /gradio_api/openapi.json /gradio_api/proxy={url_path:path} /gradio_api/queue/data
        /gradio_api/queue/status /gradio_api/runs /gradio_api/runs/ /gradio_api/startup-events
        /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file
        /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8
        /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext} /gradio_api/theme.css
        /gradio_api/token /gradio_api/token/ /gradio_api/upload_progress /gradio_api/user /gradio_api/user/
        /gradio_api/vibe-code /gradio_api/vibe-code/""",
    "HEAD": "/gradio_api/file={path_or_url:path} /gradio_api/proxy={url_path:path}",
    "POST": """
        /login /login/
        /gradio_api/api/{api_name} /gradio_api/api/{api_name}/ /gradio_api/call/v2/{api_name}
        /gradio_api/call/v2/{api_name}/ /gradio_api/call/{api_name} /gradio_api/call/{api_name}/ /gradio_api/cancel
        /gradio_api/process_recording /gradio_api/queue/join /gradio_api/reset /gradio_api/reset/
        /gradio_api/run/{api_name} /gradio_api/run/{api_name}/ /gradio_api/stream/{event_id}
        /gradio_api/stream/{event_id}/close /gradio_api/undo-vibe-edit /gradio_api/undo-vibe-edit/ /gradio_api/upload
        /gradio_api/vibe-code /gradio_api/vibe-code/ /gradio_api/vibe-edit /gradio_api/vibe-edit/
        /gradio_api/vibe-starter-queries /gradio_api/vibe-starter-queries/""",
}
CLOSED = {(method, path) for method, paths in CLOSED.items() for path in paths.split()}
"""What Gradio has and the lecture does without, as it was when each was looked at. The lecture reads no such list."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where Python and Gradio would write what is sent to them."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        patch.setenv("LECTURE_CLASSES", str(tmp_path_factory.mktemp("classes") / "classes.sqlite3"))
        yield folder


@pytest.fixture(scope="module")
def site(folder):
    return server.create_app(frame.build_page([neuron]))


@pytest.fixture(scope="module")
def ask(site):
    """`ask_raw` of the site, which listens in a thread."""
    with serve(site) as asked:
        yield asked


@contextlib.contextmanager
def serve(site):
    with launch.listen("127.0.0.1", 0) as listener:
        running = uvicorn.Server(uvicorn.Config(site, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            assert thread.is_alive()
            time.sleep(0.02)
        port = listener.getsockname()[1]
        try:
            yield lambda *arguments, **options: ask_raw(port, *arguments, **options)
        finally:
            running.should_exit = True
            thread.join()


def ask_raw(port, method, target, *headers, body=b"", length=None, waits=True):
    """Sends a request as it is spelled and reads (status, headers, body). A `length` may promise more than `body`."""
    length = len(body) if length is None else length
    head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {length}", *headers]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall("\r\n".join([*head, "Connection: close", "", ""]).encode() + body)
        if not waits:
            return None
        with line.makefile("rb") as answer:
            status = int(answer.readline().split()[1])
            lines = iter(lambda: answer.readline().decode().strip(), "")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            return status, headers, answer.read(int(headers.get("content-length", 0)))  # a stream has no length


def all_routes(routes, prefix=""):
    """(method, path) of all that an app has, in apps and routers within it as well. Of a kind that is not known here,
    the method is None: then nobody can have decided about it."""
    for route in routes:
        if hasattr(route, "original_router"):  # FastAPI keeps an included router whole
            yield from all_routes(route.original_router.routes, prefix + route.include_context.prefix)
        elif isinstance(route, Mount) and hasattr(route.app, "routes"):
            yield from all_routes(route.app.routes, prefix + route.path)
        elif isinstance(route, Mount) and isinstance(route.app, server.StaticFiles):
            yield "GET", f"{prefix}{route.path}/{{path:path}}"
        elif isinstance(route, Route) or hasattr(route, "methods"):  # where GET is, Starlette adds HEAD
            for method in route.methods - ({"HEAD"} if "GET" in route.methods else set()):
                yield method, prefix + route.path
        else:
            yield None, prefix + getattr(route, "path", repr(route))


def undecided(routes):
    return sorted(f"{method} {path}" for method, path in set(all_routes(routes)) - set(doors.DOORS) - CLOSED)


# ---- the list ----
def test_every_route_is_decided_and_none_is_gone(site):
    assert undecided(site.routes) == []
    assert set(doors.DOORS) | CLOSED == set(all_routes(site.routes))
    assert not set(doors.DOORS) & CLOSED


def test_a_route_that_a_new_version_brings_is_named():
    inner, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter(prefix="/gradio_api")
    for holder, path in ((router, "/within"), (inner, "/plain")):
        holder.get(path)(lambda: None)
    inner.websocket("/line")(lambda: None)
    inner.include_router(router)
    inner.mount("/gradio_api/mcp", lambda scope, receive, send: None)
    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    site.mount("/", inner)
    assert undecided(site.routes) == [
        *("GET /gradio_api/within", "GET /plain"),
        *("None /gradio_api/mcp", "None /line"),
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ("//", "//config", "/config/", "/config//", "/Config", "/CONFIG", "/config\n", "")),
        *(("GET", path) for path in ("config", "/./config", "/web/../config", "/web/..", "/assets/../gradio_api/info")),
        *(
            ("GET", path)
            for path in ("/web//x.js", "/web/.git", "/assets\\x.js", "/config%2f", "/assets/%2e%2e/config")
        ),
        *(("GET", path) for path in ("/class/", "/class/A/", "/class//phone", "/class/A/B", "/config\0", "/config;x")),
        *((method, "/config") for method in ("HEAD", "OPTIONS", "POST", "PUT", "get", "TRACE", "CONNECT", "")),
        *((method, STAGE) for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")),
        *(("POST", path) for path in ("/gradio_api/Component_server", f"{STAGE}//", "/component_server", f"/{STAGE}")),
        ("HEAD", "/class/ABCDEF/phone"),  # a stream that nobody reads
        ("POST", "/"),
    ],
)
def test_a_door_has_one_spelling(method, path):
    assert not doors.is_open(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(
            ("GET", path)
            for path in ("/", "/config", "/theme.css", "/class", "/class/ABC234", "/class/ABC234/votes.csv")
        ),
        *(("GET", path) for path in ("/assets/index-DphvyggB.js", "/static/fonts/Lora/Lora-Bold.woff2")),
        *(("POST", path) for path in (STAGE, f"{STAGE}/", "/class/ABC234/vote")),
        ("DELETE", "/class/ABC234"),
    ],
)
def test_open_doors_are_open(method, path):
    assert doors.is_open(method, path)


def test_all_our_files_are_spelled_plainly():
    for folder in ("web", "film", "fonts"):
        for path in (face.WEB.parent / folder).rglob("*.*"):
            assert doors.is_open("GET", f"/{path.relative_to(face.WEB.parent).as_posix()}"), path


# ---- open doors ----
@pytest.mark.parametrize(
    ("path", "kind"),
    {
        "/": "text/html",
        "/?tab=neuron": "text/html",
        "/config": "application/json",
        "/theme.css?v=1": "text/css",
        "/favicon.ico": "image/",
        "/manifest.json": "application/manifest+json",
        "/robots.txt": "text/plain",
        "/static/img/logo_nosize.svg": "image/svg+xml",
        "/web/frame/start.js": "javascript",
        "/film/digits/film.json": "application/json",
        "/fonts/OFL.txt": "text/plain",
        "/class": "text/html",
        "/class/ABC234": "text/html",
        "/class/ABC234/remote": "text/html",
    }.items(),
)
def test_what_the_lecture_uses_answers(ask, path, kind):
    status, headers, body = ask("GET", path)
    assert status == 200
    assert kind in headers["content-type"]
    assert body


def test_what_gradios_page_names_answers(ask):
    page = ask("GET", "/")[2].decode()
    named = re.findall(r'(?:src|href)="(?:\./|/)?((?:assets|web|static)/[^"]+|manifest\.json)"', page)
    assert len(named) > 10
    assert [path for path in named if ask("GET", f"/{path}")[0] != 200] == []


def test_a_host_may_ask_whether_anybody_is_there(ask):
    assert ask("HEAD", "/")[0] == 200


def test_a_class_is_held_through_its_doors(ask):
    status, _, opened = ask("POST", "/class")
    assert status == 200
    code, secret = json.loads(opened)["code"], json.loads(opened)["secret"]
    phone = ("Authorization: Bearer " + "t" * 32, "Content-Type: text/plain;charset=UTF-8")
    teacher = f"Authorization: Bearer {secret}"
    assert ask("POST", f"/class/{code}/join", *phone, body=b'{"name": "Mina"}')[0] == 200
    assert ask("GET", f"/class/{code}/network", teacher)[0] == 200
    assert ask("POST", f"/class/{code}/steer", teacher, body=b'{"act": "lock", "is": true}')[0] == 200
    assert ask("GET", f"/class/{code}/votes.csv", teacher)[0] == 200
    assert ask("DELETE", f"/class/{code}", teacher)[0] == 200


# ---- closed doors ----
@pytest.mark.parametrize(("method", "path"), sorted(CLOSED), ids=lambda part: part)
def test_a_closed_door_answers_before_the_body_comes(ask, method, path):
    target = re.sub(r"\{[^}]*\}", "7", path)
    expecting = ("Expect: 100-continue", "Content-Type: application/json", "Origin: https://any.host")
    status, headers, body = ask(method, f"{target}?upload_id=x&session_hash=x", *expecting, length=1000)
    assert status == 404
    assert body == b"" if method == "HEAD" else json.loads(body) == REFUSED
    assert headers["content-security-policy"] == server.HEADERS["Content-Security-Policy"]
    assert not {"set-cookie", "location", "access-control-allow-origin"} & set(headers)


@pytest.mark.parametrize("target", ["/", "/config", STAGE, f"{STAGE}/", "/gradio_api/queue/join", "/class"])
def test_no_other_site_is_given_leave(ask, target):
    asking = ("Origin: http://localhost:1", "Access-Control-Request-Method: POST")
    status, headers, _ = ask("OPTIONS", target, *asking)
    assert status == 404
    assert not any(name.startswith("access-control") for name in headers)


SPELLINGS = (
    *(
        "//{}",
        "/{}/",
        "/{}//",
        "/./{}",
        "/web/../{}",
        "/assets/../{}",
        "/assets/%2e%2e/{}",
        "/assets/..%2f{}",
        "/%2f{}",
    ),
    *("/static/..%5c{}", "/{}%00", "/{}%0a", "/{};x", "/{}%20", "/lecture/{}", "http://127.0.0.1/{}", "{}", "/%{}"),
)
INSIDE = ("gradio_api/upload", "gradio_api%2fupload", "gradio_api/%75pload", "Gradio_API/Upload", "gradio_api//upload")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_closed_door_is_closed_in_every_spelling(ask, folder, spelling):
    before = set(folder.rglob("*"))
    for inside in INSIDE:
        status, _, body = ask("POST", spelling.format(inside), FORM_TYPE, body=form("files"))
        assert status == 400 or (status, json.loads(body)) == (404, REFUSED), inside
    assert set(folder.rglob("*")) == before


def test_nothing_goes_over_a_websocket():
    passed, sent = [], []

    async def within(scope, receive, send):
        passed.append(scope)

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(server.OpenDoors(within)(scope, None, send))
    assert (passed, sent) == ([], [{"type": "websocket.close"}])


@pytest.mark.parametrize("root", ["/lecture", "/assets"])
def test_a_root_path_opens_no_other_way(monkeypatch, folder, root):
    """Gradio's own router leaves out what GRADIO_ROOT_PATH says, where a path begins with it."""
    monkeypatch.setenv("GRADIO_ROOT_PATH", root)
    before = set(folder.rglob("*"))
    with serve(server.create_app(frame.build_page([neuron]))) as ask:
        assert ask("GET", "/")[0] == 200
        assert ask("POST", f"{root}/gradio_api/upload", FORM_TYPE, body=form("files"))[0] == 404
        assert ask("POST", f"{root}{STAGE}", FORM_TYPE, body=form("files"))[0] == 404
        for path in ("/logout", "/gradio_api/app_id", "/gradio_api/queue/status", "/openapi.json"):
            status, _, body = ask("GET", root + path)
            assert (status, json.loads(body)) == (404, REFUSED), path
    assert set(folder.rglob("*")) == before


# ---- what they let in ----
@pytest.fixture
def any_host(monkeypatch):
    """A host that answers a script where a picture is asked for: (port, the names looked up, the paths asked for)."""
    names, paths = [], []

    class Host(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<script>parent.postMessage(localStorage['lecture.class'], '*')</script>")

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    def look_up(host, *arguments, **options):
        if str(host).startswith("127."):
            return resolve(host, *arguments, **options)
        names.append(host)
        return resolve("127.0.0.1", *arguments, **options)

    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(safehttpx, "is_public_ip", lambda ip: True)
    with HTTPServer(("127.0.0.1", 0), Host) as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield host.server_port, names, paths
        host.shutdown()
        thread.join()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("way", ["file=", "file/", "proxy=", "file%3d", "/file="])
def test_nothing_is_fetched_for_anybody(ask, any_host, method, way):
    port, names, paths = any_host
    for scheme in ("http", "https"):
        status, headers, body = ask(method, f"/gradio_api/{way}{scheme}://any.host:{port}/x.png")
        assert status == 404
        assert b"<script" not in body
        assert headers["content-type"] == "application/json"
    assert (names, paths) == ([], [])


BOUNDARY = "b" * 20
FORM_TYPE = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"


def form(name, n_files=1, n_bytes=100):
    """A whole body of files, as forms send them."""
    head = f'Content-Disposition: form-data; name="{name}"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n'
    part = f"--{BOUNDARY}\r\n{head}".encode() + b"x" * n_bytes + b"\r\n"
    return n_files * part + f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize("door", [STAGE, f"{STAGE}/", "/gradio_api/upload", "/gradio_api/process_recording"])
@pytest.mark.parametrize("n_files", [1, 50])
def test_nothing_that_a_stranger_sends_is_written(ask, folder, door, n_files):
    before = set(folder.rglob("*"))
    body = form("files", n_files)
    for path in (door, f"{door}?upload_id=x"):
        assert ask("POST", path, FORM_TYPE, body=body)[0] in (404, 415)  # whole
        ask("POST", path, FORM_TYPE, body=body[:-40], length=len(body), waits=False)  # cut off
    assert ask("GET", "/")[0] == 200
    assert set(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "kind",
    [
        *((), ("",), ("text/plain",), ("application/jsonp",), ("application/x-www-form-urlencoded",)),
        *(("multipart/form-data; boundary=b",), ("MULTIPART/FORM-DATA; boundary=b",), (" multipart/form-data",)),
        *(("application/json; multipart/form-data",), ("application/json, multipart/form-data",)),
        *(
            ("application/json", "multipart/form-data; boundary=b"),
            ("multipart/form-data; boundary=b", "application/json"),
        ),
    ],
)
@pytest.mark.parametrize("path", [STAGE, f"{STAGE}/"])
def test_server_functions_take_json_alone_and_nothing_else_is_read(site, path, kind):
    sent = []

    async def receive():
        raise AssertionError("the body was read")

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"lecture"), *((b"content-type", one.encode()) for one in kind)]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers, "scheme": "http"}
    asyncio.run(site(scope | {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}, receive, send))
    assert sent[0]["status"] == 415
    assert json.loads(sent[1]["body"]) == NOT_UNDERSTOOD


def test_json_comes_through(site, ask):
    block = next(iter(site.routes[-1].app.get_blocks().blocks))
    call = {"data": {}, "component_id": block, "fn_name": "nothing", "session_hash": "x"}
    status, _, body = ask("POST", STAGE, "Content-Type: application/json", body=json.dumps(call).encode())
    assert (status, json.loads(body)) == (404, {"detail": "Function not found."}), "this is Gradio's own answer"


def test_no_session_stays_in_memory(site, ask):
    gradio_app = site.routes[-1].app
    block = next(iter(gradio_app.get_blocks().blocks))
    for k in range(5):
        call = {"data": {}, "component_id": block, "fn_name": "nothing", "session_hash": f"{k}" * 100_000}
        ask("POST", STAGE, "Content-Type: application/json", body=json.dumps(call).encode())
    kept = gradio_app.state_holder
    assert sum(map(len, (*kept.session_data, *kept.time_last_used))) < 100
    gc.collect()
    states = [one for one in gc.get_objects() if type(one) is SessionState]
    assert len([one for one in states if one.blocks_config.root_block is gradio_app.get_blocks()]) == 1
