"""The command line and the address, before anything slow begins."""

import argparse
import os
import socket

import pytest

from demos import launch, text


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch):
    """parse_arguments hands the port on to gradio through the environment: not to the next test."""
    monkeypatch.setenv("GRADIO_SERVER_PORT", os.environ.get("GRADIO_SERVER_PORT", ""))


def test_arguments_before_environment_before_default(monkeypatch):
    monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
    monkeypatch.delenv("GRADIO_SERVER_PORT", raising=False)
    assert vars(launch.parse_arguments([])) == {"host": "127.0.0.1", "port": 7860}
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "8001")
    assert vars(launch.parse_arguments([])) == {"host": "0.0.0.0", "port": 8001}
    assert vars(launch.parse_arguments(["--host", "::1", "--port", "8002"])) == {"host": "::1", "port": 8002}


@pytest.mark.parametrize("value", ["x", "-1", "65536", "", "1.5", "²"])
def test_a_port_that_is_none_is_refused(value):
    with pytest.raises(argparse.ArgumentTypeError, match="65535"):
        launch.port_number(value)


def test_operator_messages_follow_the_locale(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert launch.message("server.open", url="x") == text.text("server.open", "ko").format(url="x")
    monkeypatch.setenv("LC_ALL", "C")
    assert launch.message("server.open", url="x") == text.text("server.open", "en").format(url="x")


@pytest.mark.parametrize(
    ("host", "wanted"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")]
)
def test_the_printed_address_can_be_opened(host, wanted):
    try:
        listener = launch.listen(host, 0)
    except SystemExit:
        pytest.skip(f"this machine has no {host}")
    with listener:
        assert launch.url_of(listener) == f"http://{wanted}:{listener.getsockname()[1]}"
        assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1


def test_a_taken_port_ends_with_a_message_that_names_another(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    with launch.listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SystemExit, match=f"--port {port + 1 if port < 65535 else port - 1}"):
            launch.listen("127.0.0.1", port)


def test_an_empty_environment_is_none(monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_NAME", "")
    monkeypatch.setenv("GRADIO_SERVER_PORT", "")
    assert vars(launch.parse_arguments([])) == {"host": "127.0.0.1", "port": 7860}


def test_a_class_may_hold_many_connections(monkeypatch):
    resource = pytest.importorskip("resource")
    wanted = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: wanted.append(limits))
    for limits, raised in (
        ((256, resource.RLIM_INFINITY), [(launch.MOST_FILES, resource.RLIM_INFINITY)]),
        ((256, 512), [(512, 512)]),
        ((20_000, 30_000), []),
    ):
        wanted.clear()
        monkeypatch.setattr(resource, "getrlimit", lambda which, limits=limits: limits)
        launch.allow_many_connections()
        assert wanted == raised
