"""Serving the page: Gradio inside a FastAPI app, so that plain routes can stand beside it."""

import argparse
import errno
import os
import re
import socket
import sys
from collections.abc import Sequence

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos import frame, text

ASSETS = text.FOLDER.parent

CLOSED_DOORS = ("/gradio_api/upload", "/gradio_api/process_recording")
"""Gradio's routes that write what anybody sends to the disk. No section needs them: what a visitor gives
goes through a section's own server functions and stays in memory."""


class RevalidatedFiles(StaticFiles):
    """Files that a browser may keep but must ask about, so that an update shows at once."""

    def file_response(self, *args, **kwargs):
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


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
        headers = {name.decode(): value.decode() for name, value in start["headers"] if name != b"content-length"}
        if headers.get("content-type", "").startswith("text/html"):
            body = with_our_head(body.decode()).encode()
        await Response(body, start["status"], headers)(scope, receive, send)


def with_our_head(page: str) -> str:
    """Gradio's page with its own previews for shared links taken out and our head put in."""
    page = re.sub(r'<meta\s+(property|name)="(og|twitter):[^>]*>\s*', "", page)
    return page.replace("</head>", f"{frame.head()}</head>", 1)


async def refuse(request: Request, error: Exception | None = None) -> JSONResponse:
    """What a visitor gets where something went wrong or is not to be had: one sentence. The log has the rest."""
    wants_korean = request.headers.get("accept-language", "").lower().startswith("ko")
    sentence = text.text("server.refused" if error is None else "server.failed", "ko" if wants_korean else "en")
    return JSONResponse({"error": sentence}, status_code=404 if error is None else 500)


def create_app(page: gr.Blocks) -> FastAPI:
    """The whole site: /web and /fonts are plain files, everything else is Gradio's."""
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site.add_middleware(LectureHead)
    site.mount("/web", RevalidatedFiles(directory=ASSETS / "web"))
    site.mount("/fonts", StaticFiles(directory=ASSETS / "fonts"))
    for door in CLOSED_DOORS:
        site.add_route(door, refuse, methods=["GET", "POST"])
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
    site.routes[-1].app.add_exception_handler(Exception, refuse)
    return site


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """--host and --port; without them GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, then 127.0.0.1:7860."""
    parser = argparse.ArgumentParser(description="AI가 만드는 음악 · Music Made by AI")
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"))
    parser.add_argument("--port", type=port_number, default=os.environ.get("GRADIO_SERVER_PORT", "7860"))
    return parser.parse_args(arguments)


def port_number(value: str) -> int:
    """The port that `value` names. Raises ArgumentTypeError, which argparse shows, where it names none."""
    if not value.isdecimal() or int(value) > 65535:
        raise argparse.ArgumentTypeError(message("bad_port", port=value))
    return int(value)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError before anything slow has begun."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    return listener


def message(key: str, **values) -> str:
    """A line for the operator, in the language of the machine's locale."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return text.text(f"server.{key}", "ko" if locale.startswith("ko") else "en").format(**values)


def serve(page: gr.Blocks, arguments: Sequence[str]) -> int:
    """Serves until interrupted. Returns the exit status: 1, with a message, where the address is not to be had."""
    options = parse_arguments(arguments)
    try:
        listener = bind(options.host, options.port)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        key = "port_in_use" if in_use else "cannot_listen"
        print(message(key, host=options.host, port=options.port, next=options.port + 1, reason=error), file=sys.stderr)
        return 1
    server = uvicorn.Server(uvicorn.Config(create_app(page), log_level="warning"))
    print(message("open", url=f"http://{options.host}:{listener.getsockname()[1]}"), flush=True)
    server.run(sockets=[listener])
    return 0
