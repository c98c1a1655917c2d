"""From the command line to a listening server: options, the address, and messages for the operator.

Nothing here imports gradio, which reads GRADIO_SERVER_PORT the moment it is imported: the address is
checked and taken before, so that a mistake is said at once and in one line.
"""

import argparse
import errno
import logging
import os
import socket
import sys
from collections.abc import Sequence

try:
    import resource
except ImportError:  # Windows, which has no such limit
    resource = None

import uvicorn
from starlette.applications import Starlette

from demos import text

LARGEST_PORT = 65535
MOST_WAITING = 2048  # phones that come back while the server starts: who is turned away tries again much later
MOST_FILES = 10_240  # that one process may have open, connections among them; macOS allows no more


def message(key: str, **values) -> str:
    """A line for the operator, in the language of the machine's locale."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return text.text(key, "ko" if locale.startswith("ko") else "en").format(**values)


def port_number(value: str) -> int:
    """The port that `value` names. Raises ArgumentTypeError, which argparse shows, where it names none."""
    if not (value.isascii() and value.isdecimal() and int(value) <= LARGEST_PORT):
        raise argparse.ArgumentTypeError(message("server.bad_port", port=value))
    return int(value)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """--host and --port; without them GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, then 127.0.0.1:7860."""
    host = os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    port = os.environ.get("GRADIO_SERVER_PORT") or "7860"
    parser = argparse.ArgumentParser(description=" · ".join(text.text("frame.title", lang) for lang in text.LANGUAGES))
    parser.add_argument("--host", default=host)
    parser.add_argument("--port", type=port_number, default=port)
    options = parser.parse_args(arguments)
    os.environ["GRADIO_SERVER_PORT"] = str(options.port)
    return options


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Ends the program with a message where the address is not to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(MOST_WAITING)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < LARGEST_PORT else port - 1
            sys.exit(message("server.port_in_use", port=port, next=other))
        sys.exit(message("server.cannot_listen", host=host, port=port, reason=error))
    return listener


def url_of(listener: socket.socket) -> str:
    """An address that a browser on this machine can open."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def allow_many_connections() -> None:
    """As many as the system lets us have: 300 phones are more than the 256 or 1,024 that it allows at first."""
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def serve(site: Starlette, listener: socket.socket) -> int:
    """Serves until interrupted; streams that are still open then get two seconds. Returns the exit status."""
    allow_many_connections()
    site.state.listens_on = listener.getsockname()[:2]
    server = uvicorn.Server(uvicorn.Config(site, log_level="warning", timeout_graceful_shutdown=2))
    log = logging.getLogger("uvicorn.error")
    log.addFilter(lambda record: not server.should_exit)  # that a stream was cut off at the end is no error
    print(message("server.open", url=url_of(listener)), flush=True)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0  # uvicorn has closed everything before it raises this again
    return 0 if server.started else 1
