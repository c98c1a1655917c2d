"""The class's own doors beside the page: a small page for phones, votes, and streams of what changed.

Nothing here goes through Gradio. Who may do something is said by a token in the `Authorization` header, which no other
site can send along; there are no cookies. Everything that is kept is asked of the store by one thread, one after the
other. What is promised, and which test holds it, stands in SECURITY.md.
"""

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Callable

import segno
from anyio import to_thread
from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from core import weights
from core.classroom.store import (
    CLOSED,
    OPEN,
    REVEALED,
    ClassroomError,
    is_code,
)
from core.digits import predict
from core.faces import data, game
from core.forgery import judge
from core.forgery.redraw import to_bytes, to_floats
from demos import calls, classroom_address, classroom_rounds, classroom_views, face, text
from demos import classroom as classroom_page
from demos.classroom_hub import Classroom

log = logging.getLogger(__name__)

LARGEST_BODY = 16_384  # bytes; a drawing is the largest thing that a phone sends
LARGEST_DRAWING = 84  # pixels on a side
LONGEST_NAME = 20
MOST_OPTIONS = 16
ADDRESS = re.compile(r"https?://\S{1,200}")
TOKEN = re.compile(r"[\w-]{16,64}")
SCREEN_PAUSE_S = 0.1  # between two pictures of a tally

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS = {
    "unknown": 404,
    "foreign": 403,
    "locked": 403,
    "full": 503,
    "late": 409,
    "bad": 400,
    "large": 413,
    "many": 429,
}
"""What is refused, by its word, and the status that says so."""


class RefusedError(ClassroomError):
    """A request that is refused before a class is asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def add_routes(site: FastAPI) -> None:
    """The class's doors on a site, whose state has a `classroom`."""

    def door(method: str, where: str, limit: str = "visits"):
        def added(handler: Callable) -> Callable:
            async def answered(request: Request) -> Response:
                return await _answered(site.state.classroom, handler, limit, request)

            site.add_route(where, answered, methods=[method])
            return handler

        return added

    _add_pages(door)
    _add_phones(door)
    _add_screens(door)
    _add_steering(door)


async def _answered(classroom: Classroom, handler: Callable, limit: str, request: Request) -> Response:
    """What a door answers, or why not, always with our headers."""
    try:
        _unless_many(classroom.may_come(limit, _address(request), _visitor(request)))
        response = await handler(classroom, request)
    except (ClassroomError, calls.BadCallError) as error:
        word = error.code if isinstance(error, ClassroomError) else "bad"
        log.info("%s: %s: %s", request.url.path, word, error)
        response = JSONResponse({"error": word}, STATUS[word])
    except ClientDisconnect:
        return Response(status_code=400)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


# ---- pages ----
def _add_pages(door: Callable) -> None:
    @door("GET", "/class")
    @door("GET", "/class/{code}")
    async def phone_page(classroom: Classroom, request: Request) -> Response:
        return _page("phone/page.html", "phone", request)

    @door("GET", "/class/{code}/remote")
    async def remote_page(classroom: Classroom, request: Request) -> Response:
        return _page("classroom/remote.html", "classroom", request, **classroom_page.controls())

    @door("GET", "/class/{code}/files/{round}/{name}", limit="fetches")
    async def file(classroom: Classroom, request: Request) -> Response:
        number = request.path_params["round"]
        if not (number.isascii() and number.isdecimal() and len(number) < 6):
            raise RefusedError("bad")
        found = await classroom.kept(classroom.store.file, _code(request), int(number), request.path_params["name"])
        if found is None:
            raise RefusedError("unknown")
        media_type, content = found
        return Response(content, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


def _page(template: str, live: str, request: Request, **values) -> HTMLResponse:
    texts = json.dumps(text.live(live), ensure_ascii=False).replace("<", "\\u003c")
    return HTMLResponse(face.render(template, root=request.scope.get("root_path", ""), live=texts, **values))


# ---- phones ----
def _add_phones(door: Callable) -> None:
    @door("POST", "/class/{code}/join")
    async def join(classroom: Classroom, request: Request) -> Response:
        code, token = _code(request), _token(request)
        _unless_many(classroom.votes.take(token))
        name = (await _json(request)).get("name", "")
        if not isinstance(name, str):
            raise RefusedError("bad")
        name = " ".join("".join(one for one in name if one.isprintable()).split())[:LONGEST_NAME].strip()
        person = await classroom.kept(classroom.store.join, code, token, name)
        classroom.came(_visitor(request))
        classroom.changed(code, "screens")
        return JSONResponse({"number": person.number, "name": person.name})

    @door("GET", "/class/{code}/phone")
    async def stream(classroom: Classroom, request: Request) -> Response:
        code, token = _code(request), _token(request)
        person = await classroom.kept(classroom.store.person, code, token)
        classroom.came(_visitor(request))

        def view() -> dict:
            asked = classroom.common(code, "phones", classroom_views.phones)
            return classroom_views.phone(classroom.store, code, person, asked)

        return _events(classroom.stream(code, "phones", view, 0))

    @door("POST", "/class/{code}/vote")
    async def vote(classroom: Classroom, request: Request) -> Response:
        code, token = _code(request), _token(request)
        _unless_many(classroom.votes.take(token))
        call = await _json(request)
        number = calls.whole(call, "round", 1, 99_999)
        choice = calls.whole_numbers(call, "choice", MOST_OPTIONS, 0, MOST_OPTIONS - 1) if "choice" in call else []
        drawn = (None, None)
        if "pixels" in call:  # only a member's is looked at
            await classroom.kept(classroom.store.person, code, token)
            drawn = await to_thread.run_sync(_read_drawing, call)

        def say() -> None:
            person = classroom.store.person(code, token)
            classroom.store.vote(code, number, person.number, choice, classroom.clock(), *drawn)

        await classroom.kept(say)
        classroom.came(_visitor(request))
        classroom.changed(code, "screens")
        return JSONResponse({"round": number, "choice": choice})


def _read_drawing(call: dict) -> tuple[bytes, dict]:
    """A drawing as networks see it, (28, 28) bytes, and what they say of it: the digit that the classifier reads with
    its probability, and which of the eight judges catch it."""
    image = predict.prepare(calls.picture(call, LARGEST_DRAWING))
    if not image.any():
        raise calls.BadCallError("an empty drawing")
    seen = to_bytes([image])
    probabilities = predict.probabilities(to_floats(seen))[0]
    digit = int(probabilities.argmax())
    opinion = {"digit": digit, "share": round(float(probabilities[digit]), 4)}
    opinion["caught"] = judge.load().caught(to_floats(seen))[0].tolist()
    return seen.tobytes(), opinion


# ---- teachers ----
def _add_screens(door: Callable) -> None:
    """What the teacher and the projector see."""

    @door("GET", "/class/{code}/network")
    async def network(classroom: Classroom, request: Request) -> Response:
        await _require_teacher(classroom, request)
        host, port = getattr(request.app.state, "listens_on", request.scope["server"])
        return JSONResponse(
            {
                "isLocalOnly": classroom_address.is_local_only(host),
                "addresses": classroom_address.school_addresses(host, port),
            }
        )

    @door("POST", "/class/{code}/qr")
    async def qr(classroom: Classroom, request: Request) -> Response:
        await _require_teacher(classroom, request)
        address = (await _json(request)).get("address")
        if not isinstance(address, str) or not ADDRESS.fullmatch(address):
            raise RefusedError("bad")
        segno.make(address, micro=False, error="m").save(picture := io.BytesIO(), "svg", border=3, light="#fff")
        return Response(picture.getvalue(), media_type="image/svg+xml")

    @door("GET", "/class/{code}/screen")
    async def stream(classroom: Classroom, request: Request) -> Response:
        code = await _require_teacher(classroom, request)

        def view() -> dict:
            return classroom.common(code, "screens", classroom_views.screen)

        return _events(classroom.stream(code, "screens", view, SCREEN_PAUSE_S))

    @door("GET", "/class/{code}/drawings")
    async def drawings(classroom: Classroom, request: Request) -> Response:
        code = await _require_teacher(classroom, request)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 10):
            raise RefusedError("bad")
        return JSONResponse(await classroom.kept(classroom_views.drawings, classroom.store, code, int(after)))

    @door("GET", "/class/{code}/votes.csv")
    async def votes(classroom: Classroom, request: Request) -> Response:
        code = await _require_teacher(classroom, request)
        lang = text.wanted_language(request.headers.get("accept-language", ""))
        table = await classroom.kept(classroom_views.table, classroom.store, code, lang)
        return Response(table, media_type="text/csv; charset=utf-8")


def _add_steering(door: Callable) -> None:
    """What the teacher does."""

    @door("POST", "/class")
    async def open_class(classroom: Classroom, request: Request) -> Response:
        _unless_many(classroom.openings.take(_address(request)))
        code, secret = await classroom.kept(classroom.store.open_class, classroom.clock())
        return JSONResponse({"code": code, "secret": secret})

    @door("POST", "/class/{code}/ask")
    async def ask(classroom: Classroom, request: Request) -> Response:
        code = await _require_teacher(classroom, request)
        _unless_many(classroom.asks.take(code))
        call = await _json(request)
        kind = calls.choice(call, "kind", classroom_rounds.KINDS)
        is_hidden = calls.switch(call, "isHidden")
        setting = call.get("setting", {})
        try:
            await classroom.ask(code, kind, setting if isinstance(setting, dict) else {}, is_hidden)
        except (KeyError, TypeError) as error:
            raise RefusedError("bad") from error
        except CANNOT_ASK as error:
            log.info("a round of %s cannot be made: %s", kind, error)
            return JSONResponse({"cannot": _why_not(error)})
        return JSONResponse({})

    @door("POST", "/class/{code}/steer")
    async def steer(classroom: Classroom, request: Request) -> Response:
        code = await _require_teacher(classroom, request)
        await _steer(classroom, code, await _json(request))
        classroom.changed(code, "phones", "screens")
        return JSONResponse({})

    @door("DELETE", "/class/{code}")
    async def forget(classroom: Classroom, request: Request) -> Response:
        await classroom.forget(await _require_teacher(classroom, request))
        return JSONResponse({})


CANNOT_ASK = (
    classroom_rounds.NothingDrawnError,
    data.NoPortraitsError,
    game.SpentError,
    weights.WeightsError,
    OSError,
)


def _why_not(error: Exception) -> str:
    """Why a round cannot be made, as a word that the page has a sentence for."""
    if isinstance(error, classroom_rounds.NothingDrawnError):
        return "nothingForged"
    if isinstance(error, data.NoPortraitsError | game.SpentError):
        return "noPortraits"
    return "noModel"


async def _steer(classroom: Classroom, code: str, call: dict) -> None:
    """What the teacher does with the round that they see, or with the class. Raises calls.BadCallError."""
    store, act = classroom.store, calls.choice(call, "act", (*PHASES_OF, "hide", "lock", "remove"))
    if act == "lock":
        return await classroom.kept(store.lock, code, calls.switch(call, "is"))
    number = calls.whole(call, "round", 1, 99_999)
    current = await classroom.kept(store.current_round, code)
    if current is None or current.number != number:
        raise RefusedError("late")
    if act == "hide":
        return await classroom.kept(store.set_round, code, number, is_hidden=calls.switch(call, "is"))
    if act == "remove":
        return await classroom.kept(store.remove_drawing, code, number, calls.whole(call, "person", 1, 9_999))
    return await classroom.kept(store.set_round, code, number, phase=PHASES_OF[act])


PHASES_OF = {"close": CLOSED, "reveal": REVEALED, "reopen": OPEN}


# ---- requests ----
def _unless_many(may: bool) -> None:
    """Raises RefusedError where somebody has no token left."""
    if not may:
        raise RefusedError("many")


def _visitor(request: Request) -> str:
    """Who asks, as they say; a door that has seen it to be true tells `Classroom.came`."""
    return f"{request.path_params.get('code')} {request.headers.get('authorization')}"


def _code(request: Request) -> str:
    code = request.path_params["code"]
    if not is_code(code):
        raise RefusedError("unknown")
    return code


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or not TOKEN.fullmatch(token):
        raise RefusedError("foreign")
    return token


async def _require_teacher(classroom: Classroom, request: Request) -> str:
    code = _code(request)
    await classroom.kept(classroom.store.require_teacher, code, _token(request))
    classroom.came(_visitor(request))
    return code


async def _json(request: Request) -> dict:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise RefusedError("large")
    try:
        call = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad") from error
    if not isinstance(call, dict):
        raise RefusedError("bad")
    return call


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _events(stream: AsyncIterator[str]) -> StreamingResponse:
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
