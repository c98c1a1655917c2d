"""What a page of ours sends is let through; all else is a bad call, which is told in one short sentence."""

import base64
import math
import uuid

import gradio as gr
import numpy as np
import pytest
from fastapi import HTTPException
from starlette.requests import Request

from demos import calls, text

NOT_NUMBERS = [None, True, False, "1", "", [1], {}, 1j]
NOT_IN_BOUNDS = [math.nan, math.inf, -math.inf, 1e308, -1e308, 10**400, -(10**400), -0.001, 10.001]
SECRET = "secret" * 200_000


def packed(shape, **changes):
    """A picture of zeros as the page sends it."""
    return {"width": shape[1], "height": shape[0], "pixels": calls.packed(np.zeros(shape, np.uint8)), **changes}


@pytest.mark.parametrize("value", [0, 10, 3, 0.0, 10.0, 2.5])
def test_a_number_within_bounds_is_let_through(value):
    found = calls.number({"n": value}, "n", 0, 10)
    assert found == value
    assert isinstance(found, float)


@pytest.mark.parametrize("value", [0, 10, 3, 3.0])
def test_a_whole_number_may_be_written_as_a_float(value):
    found = calls.whole({"n": value}, "n", 0, 10)
    assert found == value
    assert isinstance(found, int)


@pytest.mark.parametrize("checker", [calls.number, calls.whole])
@pytest.mark.parametrize("value", NOT_NUMBERS + NOT_IN_BOUNDS, ids=lambda value: str(value)[:9])
def test_other_values_are_no_numbers(checker, value):
    with pytest.raises(calls.BadCallError):
        checker({"n": value}, "n", 0, 10)


@pytest.mark.parametrize("value", [0.5, 9.999, 1e-300])
def test_a_fraction_is_not_whole(value):
    assert calls.number({"n": value}, "n", 0, 10) == value
    with pytest.raises(calls.BadCallError):
        calls.whole({"n": value}, "n", 0, 10)


@pytest.mark.parametrize("value", [True, False])
def test_a_switch_is_true_or_false(value):
    assert calls.switch({"on": value}, "on") is value


@pytest.mark.parametrize("value", [None, 0, 1, 1.0, "true", "", [True], {}])
def test_nothing_else_is_a_switch(value):
    with pytest.raises(calls.BadCallError):
        calls.switch({"on": value}, "on")


def test_a_uuid_is_a_token():
    for name in [str(uuid.uuid4()) for _ in range(100)]:
        assert calls.token({"token": name}) == name


@pytest.mark.parametrize(
    "value",
    [None, 1, True, [], "", "x" * 36, "0" * 35, "0" * 37, "0" * 36 + "\n", "é" * 36, "٣" * 36, "../" * 12],
)
def test_nothing_else_is_a_token(value):
    with pytest.raises(calls.BadCallError):
        calls.token({"token": value})


@pytest.mark.parametrize("shape", [(1, 1), (1, 280), (280, 1), (2, 3), (28, 28), (7, 30), (280, 280)])
def test_packed_pictures_are_unpacked_as_they_were(shape):
    grey = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    again = calls.picture(packed(shape, pixels=calls.packed(grey)), 280)
    assert again.dtype == np.uint8
    np.testing.assert_array_equal(again, grey)


def test_what_is_packed_need_not_lie_in_one_piece():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    np.testing.assert_array_equal(calls.picture(packed((4, 3), pixels=calls.packed(grey.T)), 280), grey.T)


def test_signed_bytes_are_packed_as_they_are():
    assert base64.b64decode(calls.packed(np.array([-1, 127], np.int8))) == b"\xff\x7f"


@pytest.mark.parametrize("side", ["width", "height"])
@pytest.mark.parametrize("value", [*NOT_NUMBERS, *NOT_IN_BOUNDS, 0, -2, 1.5, 11], ids=lambda value: str(value)[:9])
def test_a_side_is_a_whole_number_and_not_too_large(side, value):
    with pytest.raises(calls.BadCallError):
        calls.picture(packed((2, 2), **{side: value}), 10)


@pytest.mark.parametrize(
    "pixels",
    [None, 1, True, [0, 0, 0, 0], {}, "", "AAAA", "AAAAAAA=", "AAAAAA", "AAAA\nAA==", "AA=AAA==", "!!!!AA==", "가" * 8],
)
def test_pixels_are_base64_of_as_many_bytes_as_there_are_pixels(pixels):
    assert calls.picture(packed((2, 2), pixels="AAAAAA=="), 10).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(calls.BadCallError):
        calls.picture(packed((2, 2), pixels=pixels), 10)


@pytest.mark.parametrize("pixels", ["AA!AA", "AA\nAA", " AAAA", "AAAA\n", "AAA A"])
def test_nothing_else_may_stand_between(pixels):
    assert calls.picture(packed((1, 3), pixels="AAAA"), 10).tolist() == [[0, 0, 0]]
    with pytest.raises(calls.BadCallError):
        calls.picture(packed((1, 3), pixels=pixels), 10)


def test_a_missing_key_is_a_bad_call():
    for check in (
        lambda: calls.number({}, "n", 0, 1),
        lambda: calls.whole({}, "n", 0, 1),
        lambda: calls.switch({}, "on"),
        lambda: calls.token({}),
        *(
            lambda key=key: calls.picture({k: v for k, v in packed((2, 2)).items() if k != key}, 10)
            for key in packed((2, 2))
        ),
    ):
        with pytest.raises(calls.BadCallError):
            check()


@pytest.mark.parametrize("value", [SECRET, [SECRET], {SECRET: SECRET}, -(10**4000)], ids=lambda v: type(v).__name__)
def test_what_was_sent_is_never_repeated(value):
    for check in (
        lambda: calls.number({"n": value}, "n", 0, 1),
        lambda: calls.whole({"n": value}, "n", 0, 1),
        lambda: calls.switch({"on": value}, "on"),
        lambda: calls.token({"token": value}),
        lambda: calls.picture(packed((2, 2), pixels=value), 10),
        lambda: calls.picture(packed((2, 2), width=value), 10),
    ):
        with pytest.raises(calls.BadCallError) as caught:
            check()
        assert len(str(caught.value)) < 100
        assert "secret" not in str(caught.value)


@calls.server_function
def half(call: dict) -> dict:
    """Half of a number."""
    return {"half": calls.number(call, "n", 0, 10) / calls.number(call, "by", 0, 10)}


def asked_in(language):
    headers = [(b"accept-language", language.encode())] if language else []
    return gr.Request(request=Request({"type": "http", "headers": headers}))


def test_a_server_function_answers_a_good_call_and_keeps_its_name():
    assert half({"n": 4, "by": 2}, asked_in("ko")) == {"half": 2}
    assert (half.__name__, half.__doc__) == ("half", "Half of a number.")


@pytest.mark.parametrize("call", [None, 4, "n", [4], {}, {"n": 11, "by": 2}, SECRET])
@pytest.mark.parametrize(("header", "lang"), [("ko-KR,ko;q=0.9", "ko"), ("en", "en"), ("fr", "en"), ("", "en")])
def test_a_bad_call_is_told_in_the_visitors_language(call, header, lang, caplog):
    caplog.set_level("INFO")
    with pytest.raises(HTTPException) as caught:
        half(call, asked_in(header))
    assert caught.value.status_code == 400
    assert caught.value.detail == text.text("server.bad_call", lang)
    assert "half: bad call" in caplog.text
    assert "secret" not in caplog.text


def test_a_slip_of_ours_is_not_called_the_visitors():
    with pytest.raises(ZeroDivisionError):
        half({"n": 4, "by": 0}, asked_in("ko"))


@pytest.mark.parametrize("value", ["a", "b"])
def test_a_name_among_those_there_are_is_let_through(value):
    assert calls.choice({"name": value}, "name", ("a", "b")) == value


@pytest.mark.parametrize("value", [None, "", "c", "ab", 1, ["a"], {}])
def test_any_other_name_is_a_bad_call(value):
    with pytest.raises(calls.BadCallError):
        calls.choice({"name": value}, "name", ("a", "b"))


def test_a_file_comes_whole_up_to_its_limit():
    data = bytes(range(256))
    call = {"file": base64.b64encode(data).decode()}
    assert calls.file(call, "file", 256) == data
    with pytest.raises(calls.BadCallError):
        calls.file(call, "file", 200)


def test_heavy_functions_beyond_two_at_once_are_put_off():
    inside = calls.unless_busy(lambda depth: {"depth": depth} if depth == 0 else busy(depth - 1))
    busy = inside
    assert inside(0) == {"depth": 0}
    assert inside(1) == {"depth": 0}
    assert inside(2) == {"isBusy": True}
    assert inside(1) == {"depth": 0}  # what was taken was given back


def test_a_heavy_function_that_fails_gives_its_place_back():
    def fail():
        raise RuntimeError

    for _ in range(5):
        with pytest.raises(RuntimeError):
            calls.unless_busy(fail)()
