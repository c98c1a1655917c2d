"""What a section's server functions check before they do anything: anybody can call them with anything."""

import base64
import binascii
import functools
import logging
import re
import threading
from collections.abc import Callable, Container

import gradio as gr
import numpy as np
from fastapi import HTTPException

from demos import text

log = logging.getLogger(__name__)

TOKEN = re.compile(r"[0-9a-f-]{36}")


_heavy = threading.BoundedSemaphore(2)  # of the calls that take a tenth of a second and more: as many as cores


class BadCallError(ValueError):
    """A call that no page of ours would make."""


def server_function(function: Callable[[dict], dict]) -> Callable[[dict, gr.Request], dict]:
    """Makes a function of one dictionary callable by the page. A bad call gets status 400 and one sentence."""

    # Gradio reads the annotations to see who wants the request, so `function`'s are not put in their place
    @functools.wraps(function, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def checked(call: dict, request: gr.Request) -> dict:
        try:
            if not isinstance(call, dict):
                raise BadCallError(f"{type(call).__name__}, wanted a dictionary")
            return function(call)
        except BadCallError as error:
            log.info("%s: bad call: %s", function.__name__, error)
            sentence = text.text("server.bad_call", text.wanted_language(request.headers.get("accept-language", "")))
            raise HTTPException(400, sentence) from None

    del checked.__wrapped__
    return checked


def unless_busy(function: Callable[..., dict]) -> Callable[..., dict]:
    """A heavy function that does not keep a thread waiting where two others compute: `{"isBusy": True}`, ask again."""

    @functools.wraps(function)
    def limited(*arguments) -> dict:
        if not _heavy.acquire(blocking=False):
            return {"isBusy": True}
        try:
            return function(*arguments)
        finally:
            _heavy.release()

    return limited


@functools.cache
def log_once(logger: logging.Logger, sentence: str, error: str) -> None:
    """Logs what is wrong for everybody, once, however many ask."""
    logger.error("%s: %s", sentence, error)


def number(call: dict, key: str, low: float, high: float) -> float:
    """A finite number within bounds, both included. Raises BadCallError."""
    value = call.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadCallError(f"{key} is {type(value).__name__}, wanted a number")
    if not low <= value <= high:  # NaN fails this, too
        raise BadCallError(f"{key} is not from {low} to {high}")
    return float(value)


def whole(call: dict, key: str, low: int, high: int) -> int:
    """A whole number within bounds, both included. Raises BadCallError."""
    value = number(call, key, low, high)
    if value != int(value):
        raise BadCallError(f"{key} is not a whole number")
    return int(value)


def numbers(call: dict, key: str, most: int, low: float, high: float) -> np.ndarray:
    """A list of at most so many finite numbers within bounds, (n,) float. Raises BadCallError."""
    values = call.get(key)
    if not isinstance(values, list) or len(values) > most:
        raise BadCallError(f"{key} is not a list of at most {most} numbers")
    return np.array([number({key: value}, key, low, high) for value in values], dtype=float)


def whole_numbers(call: dict, key: str, most: int, low: int, high: int) -> list[int]:
    """A list of at most so many whole numbers within bounds. Raises BadCallError."""
    return [whole({key: value}, key, low, high) for value in numbers(call, key, most, low, high)]


def switch(call: dict, key: str) -> bool:
    """True or false. Raises BadCallError."""
    value = call.get(key)
    if not isinstance(value, bool):
        raise BadCallError(f"{key} is {type(value).__name__}, wanted true or false")
    return value


def token(call: dict) -> str:
    """The visitor's own unguessable name, a UUID made in the page. Raises BadCallError."""
    value = call.get("token")
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise BadCallError("token is not a UUID")
    return value


def picture(call: dict, largest_side: int) -> np.ndarray:
    """Grey levels, (height, width) uint8, from `width`, `height` and base64 `pixels`. Raises BadCallError."""
    width, height = (whole(call, side, 1, largest_side) for side in ("width", "height"))
    data = file(call, "pixels", width * height)
    if len(data) != width * height:
        raise BadCallError(f"{len(data)} pixels, wanted {width * height}")
    return np.frombuffer(data, np.uint8).reshape(height, width)


def choice(call: dict, key: str, allowed: Container[str]) -> str:
    """One of several names. Raises BadCallError."""
    value = call.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise BadCallError(f"{key} is none of the names there are")
    return value


def file(call: dict, key: str, largest: int) -> bytes:
    """A file of at most `largest` bytes, from base64. Raises BadCallError."""
    value = call.get(key)
    if not isinstance(value, str) or len(value) > 4 * (largest // 3 + 1):
        raise BadCallError(f"{key} is not a text of the wanted length")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCallError(f"{key} is not base64") from error


def packed(values: np.ndarray | bytes) -> str:
    """Bytes as base64, for the page."""
    return base64.b64encode(
        np.ascontiguousarray(values).tobytes() if isinstance(values, np.ndarray) else values
    ).decode()
