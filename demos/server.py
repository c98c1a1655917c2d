"""Serving the page: Gradio inside a FastAPI app, so that plain routes can stand beside it."""

import re

import gradio as gr
import torch
from fastapi import FastAPI
from gradio.state_holder import SessionState, StateHolder
from starlette._utils import get_route_path  # by which Starlette's routers choose: a second reading could differ
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.classroom import store
from demos import classroom_hub, classroom_routes, doors, frame, text

ASSETS = text.FOLDER.parent

LARGEST_BODY = 16_000_000  # bytes; the largest thing that a visitor may give is 10 MB, in base64

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'",
}
"""What every answer has that says nothing else: Gradio writes scripts into its page and makes functions of texts, so it
cannot do with less. It may stand in the frame of a Space or of a school's own site, where browsers keep a storage of
its own for it. The class's pages, which are ours alone, are stricter (classroom_routes)."""


class RevalidatedFiles(StaticFiles):
    """Files that a browser may keep but must ask about, so that an update shows at once."""

    def file_response(self, *args, **kwargs):
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


class OpenDoors:
    """ASGI middleware that answers for every door that is not open (`doors`), before anything of the body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})
        if scope["type"] == "http":
            request, path = Request(scope), get_route_path(scope)
            if not doors.is_open(request.method, path):
                return await (await refuse(request))(scope, receive, send)
            if not doors.takes_content(path, request.headers.getlist("content-type")):
                return await (await refuse(request, status=415))(scope, receive, send)
        await self.app(scope, receive, send)


class SmallBodies:
    """ASGI middleware that refuses requests with a body over `LARGEST_BODY` before anything reads all of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > LARGEST_BODY:
            return await (await refuse(request, status=413))(scope, receive, send)
        n_received = 0

        async def counted() -> Message:
            nonlocal n_received
            message = await receive()
            n_received += len(message.get("body", b""))
            if n_received > LARGEST_BODY:
                raise ValueError(f"a body of more than {LARGEST_BODY} bytes")
            return message

        await self.app(scope, counted, send)


class SafeHeaders:
    """ASGI middleware that adds HEADERS to every answer that has not its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded)


class LectureHead:
    """ASGI middleware that puts our head into Gradio's page as it leaves.

    Gradio inserts its `head` argument by script when the page is there: too late for the language, which
    must be set before the first paint, and for the title and description that a shared link shows.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("GET", "/"):
            return await self.app(scope, receive, send)
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")

        await self.app(scope, receive, collect)
        headers = MutableHeaders(raw=list(start["headers"]))
        if headers.get("content-type", "").startswith("text/html"):
            body = with_our_head(body.decode()).encode()
            headers["content-length"] = str(len(body))
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})


def with_our_head(page: str) -> str:
    """Gradio's page with its own previews for shared links taken out and our head put in."""
    page = re.sub(r'<meta\s+(property|name)="(og|twitter):[^>]*>\s*', "", page)
    return page.replace("</head>", f"{frame.head()}</head>", 1)


SENTENCES = {404: "server.refused", 413: "server.too_large", 415: "server.bad_call", 500: "server.failed"}


async def refuse(request: Request, error: Exception | None = None, status: int = 404) -> JSONResponse:
    """What a visitor gets where something went wrong or is not to be had: one sentence. The log has the rest."""
    lang = text.wanted_language(request.headers.get("accept-language", ""))
    status = status if error is None else 500
    sentence = text.text(SENTENCES[status], lang)
    return JSONResponse({"error": sentence}, status, HEADERS)  # such an answer does not go through SafeHeaders


class OneSession(StateHolder):
    """Gradio's memory of its visitors, which has one for all: no section keeps anything there (a test says so).

    Gradio would copy the page, half a megabyte, for each `session_hash` that anybody makes up, of any length.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        return super().__getitem__("everybody")


def create_app(page: gr.Blocks) -> FastAPI:
    """The whole site: /web, /film and /fonts are plain files, /class is the class's, everything else is Gradio's."""
    torch.set_num_threads(1)  # for each request: several threads that all compute at once only wait for one another
    page.space_id = None  # on a Hugging Face Space Gradio would have each visitor's browser call other hosts
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=classroom_hub.lifespan)
    site.state.classroom = classroom_hub.Classroom(store.wanted_path())
    site.add_middleware(LectureHead)
    site.add_middleware(GZipMiddleware)
    site.add_middleware(SmallBodies)
    site.add_middleware(SafeHeaders)
    site.add_middleware(OpenDoors)  # what is added last is asked first
    site.mount("/web", RevalidatedFiles(directory=ASSETS / "web"))
    site.mount("/film", RevalidatedFiles(directory=ASSETS / "film"))
    site.mount("/fonts", StaticFiles(directory=ASSETS / "fonts"))
    classroom_routes.add_routes(site)
    gr.mount_gradio_app(
        site,
        page,
        path="/",
        theme=frame.theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        max_file_size="10mb",
    )
    gradio_app = site.routes[-1].app  # the last that was mounted
    gradio_app.add_middleware(OpenDoors)  # again: with GRADIO_ROOT_PATH its router reads a path of its own
    gradio_app.state_holder = OneSession()
    gradio_app.state_holder.set_blocks(page)
    for app in (site, gradio_app):
        app.add_exception_handler(Exception, refuse)
    return site
