"""2-1 Find the real face: line-ups, one face at a time, one's own face among generated ones, and a walk between two.

What is real stays here until the visitor has answered. A visitor's own face is in memory only, for as long as the
sitting lasts. Every picture of a round leaves through core.faces.present.
"""

import base64
import io
import logging
import secrets
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from core import weights
from core.faces import align, data, game, moments, sample, scoring
from core.faces.present import presented
from core.sheets import sheet
from demos import calls, face
from demos.sittings import Sittings

log = logging.getLogger(__name__)
UNMADE = "the faces cannot be made"

TITLE = "real_face.title"
PART = 2

LINEUPS = (game.BET, game.FOUR, game.NINE)
CONFIDENCES = (50, 60, 70, 80, 90, 100)
LARGEST_FILE = 10_000_000  # bytes
MOST_RESULTS = 1000
N_ON_THE_WAY, N_VARIED = 48, 6
WALK_COLUMNS = 8
LAST_SEED = 999_999


@dataclass
class Visit:
    """What one visitor is at."""

    sitting: game.Sitting
    open: dict[str, tuple[str, game.Round | moments.Pair]] = field(default_factory=dict)
    """Rounds that are not answered yet, by kind, each with its name."""


@dataclass
class OwnFace:
    """A visitor's face, apart from the visit: playing on does not keep it."""

    picture: np.ndarray | None = None  # (side, side, 3) uint8


_visits: Sittings[Visit] = Sittings(lambda: Visit(game.Sitting(sample.load())))
_own_faces: Sittings[OwnFace] = Sittings(OwnFace)


def build() -> None:
    face.opening("real_face")
    face.figure(
        "real_face",
        [draw, answer, bring, forget, standing, walk, vary],
        lineups=LINEUPS,
        confidences=CONFIDENCES,
        n_faces=max(game.N_FACES.values()),
        n_moments=moments.N_FACES,
    )
    face.closing("real_face")


@calls.server_function
def draw(call: dict) -> dict:
    """A new round: its name and its pictures. The one of its kind that was open is closed."""
    kind = calls.choice(call, "kind", (*game.N_FACES, "longer"))
    return _draw(calls.token(call), kind)


@calls.unless_busy
def _draw(token: str, kind: str) -> dict:
    try:
        visit = _visits.of(token)
        if kind == "longer":
            shown = moments.draw(visit.sitting.random)
            pictures = shown.pictures.reshape(-1, *shown.pictures.shape[2:])
        else:
            own = _own_faces.of(token).picture if kind == game.OWN else None
            shown = visit.sitting.draw(kind, own)
            pictures = shown.pictures
    except data.NoPortraitsError:
        return {"noPortraits": True}
    except game.SpentError:
        return {"isSpent": True}
    except game.NoFaceError:
        return {"noFace": True}
    except FileNotFoundError as error:
        log.error("the film of the faces: %s", error)
        return {"noFilm": True}
    except weights.WeightsError as error:
        calls.log_once(log, UNMADE, str(error))
        return {"noModel": True}
    name = secrets.token_hex(8)
    visit.open[kind] = name, shown
    return {"id": name, "pictures": _encoded(pictures)}


@calls.server_function
def answer(call: dict) -> dict:
    """What was true of the open round of a kind and a name, and what the discriminator says. The page's own answer does
    not come here: what it was, and whether it was right, the page knows when it knows the truth."""
    kind = calls.choice(call, "kind", (*game.N_FACES, "longer"))
    name = call.get("id")
    try:
        visit = _visits.of(calls.token(call))
    except weights.WeightsError as error:
        calls.log_once(log, UNMADE, str(error))
        return {"noModel": True}
    if visit.open.get(kind, ("", None))[0] != name:
        return {"isLost": True}  # the server began anew, half an hour went by, or another page drew a round
    _, shown = visit.open.pop(kind)
    if isinstance(shown, moments.Pair):
        return {"longer": shown.longer, "steps": list(shown.steps)}
    opinion = game.judged(visit.sitting.model, shown)
    return {
        "isReal": list(shown.is_real),
        "pick": opinion.pick,
        "logits": opinion.logits.round(3).tolist(),
        "patches": opinion.patches.round(3).tolist(),
    }


@calls.server_function
def bring(call: dict) -> dict:
    """A visitor's face, from a file, aligned by its eyes: those that the visitor shows (as shares of width and height),
    or those that are found."""
    token = calls.token(call)
    file = calls.file(call, "file", LARGEST_FILE)
    shares = calls.numbers(call, "eyes", 4, 0, 1)
    if len(shares) not in (0, 4):
        raise calls.BadCallError("eyes are neither none nor two")
    return _bring(token, file, shares)


@calls.unless_busy
def _bring(token: str, file: bytes, shares: np.ndarray) -> dict:
    own = _own_faces.of(token)  # who has it forgotten meanwhile, has this one forgotten
    try:
        side = sample.load().side
        picture = align.opened(file)
    except weights.WeightsError as error:
        calls.log_once(log, UNMADE, str(error))
        return {"noModel": True}
    except align.NoPictureError as error:
        log.info("a visitor's file: %s", error)
        return {"noPicture": True}
    points = (shares.reshape(-1, 2) * picture.size).tolist()
    eyes = tuple(sorted(map(tuple, points))) if points else align.find_eyes(picture)
    if eyes is None:
        return {"noEyes": True}
    try:
        own.picture = align.aligned(picture, eyes, side)
    except ValueError as error:
        log.info("a visitor's eyes: %s", error)
        return {"areClose": True}
    return {"face": _encoded(own.picture[None])[0]}


@calls.server_function
def forget(call: dict) -> dict:
    """The visitor's face is gone; or the whole sitting, and all portraits may come again."""
    token = calls.token(call)
    _own_faces.forget(token)
    if calls.choice(call, "what", ("face", "sitting")) == "sitting":
        _visits.forget(token)
    elif visit := _visits.there(token):
        visit.open.pop(game.OWN, None)
    return {}


@calls.server_function
def standing(call: dict) -> dict:
    """How well the answers so far tell real from generated: `truth` and `said`, lists of true and false, and the
    `confidence` of each in per cent."""
    truth, said = (_answers(call, key) for key in ("truth", "said"))
    confidence = calls.numbers(call, "confidence", MOST_RESULTS, 50, 100)
    if not len(truth) == len(said) == len(confidence) > 0:
        raise calls.BadCallError("lists of different lengths")
    score = scoring.score(truth, said)
    right = [a == b for a, b in zip(truth, said, strict=True)]
    return {
        "nReal": score.n_real,
        "nGenerated": score.n_generated,
        "hits": score.hits,
        "falseAlarms": score.false_alarms,
        "correct": score.correct,
        "correctInterval": scoring.share_interval(score.n_right, len(truth)),
        "dPrime": score.d_prime,
        "dPrimeInterval": score.d_prime_interval,
        "calibration": scoring.calibration([int(one) for one in confidence], right),
    }


def _answers(call: dict, key: str) -> list[bool]:
    values = call.get(key)
    if not isinstance(values, list) or len(values) > MOST_RESULTS or not all(isinstance(one, bool) for one in values):
        raise calls.BadCallError(f"{key} is not a list of at most {MOST_RESULTS} answers")
    return values


@calls.server_function
def walk(call: dict) -> dict:
    """Faces on the way from one to another, each given by a seed."""
    start, end = (calls.whole(call, key, 0, LAST_SEED) for key in ("from", "to"))
    return _walk(start, end)


@calls.unless_busy
def _walk(start: int, end: int) -> dict:
    return _sheet_of(
        lambda model: model.walk(*(_latents(model, seed, 1)[0] for seed in (start, end)), N_ON_THE_WAY, game.TRUNCATION)
    )


@calls.server_function
def vary(call: dict) -> dict:
    """The same few faces, drawn towards the mean face by a truncation."""
    return _vary(calls.whole(call, "seed", 0, LAST_SEED), calls.number(call, "truncation", 0, 1.2))


@calls.unless_busy
def _vary(seed: int, truncation: float) -> dict:
    return _sheet_of(lambda model: model.faces(_latents(model, seed, N_VARIED), truncation))


def _latents(model: sample.FaceGenerator, seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, model.latent_size))


def _sheet_of(make) -> dict:
    try:
        faces = make(sample.load())
    except weights.WeightsError as error:
        calls.log_once(log, UNMADE, str(error))
        return {"noModel": True}
    Image.fromarray(sheet(faces, min(WALK_COLUMNS, len(faces)))).save(file := io.BytesIO(), "WEBP", quality=90)
    return {"sheet": base64.b64encode(file.getvalue()).decode(), "n": len(faces), "side": faces.shape[1]}


def _encoded(pictures: np.ndarray) -> list[str]:
    return [base64.b64encode(file).decode() for file in presented(pictures)]
