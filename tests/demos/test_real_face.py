"""The server functions of the faces tab: what they answer and when, one door for all pictures, and what is refused."""

import base64
import io
import uuid

import numpy as np
import pytest
from fastapi import HTTPException
from PIL import Image
from starlette.requests import Request

from core import weights
from core.faces import align, data, game, moments, present, sample
from demos import real_face
from demos.sittings import KEPT_S, Sittings

REQUEST = Request({"type": "http", "headers": [(b"accept-language", b"ko")]})
HAS_PORTRAITS = bool(data.showable(64))
needs_portraits = pytest.mark.skipif(not HAS_PORTRAITS, reason="no portraits in the data folder")


def ask(function, **call):
    return function(call, REQUEST)


@pytest.fixture
def token():
    return str(uuid.uuid4())


@pytest.fixture
def door(monkeypatch):
    """What went through the one door, as (pictures, files)."""
    passed = []

    def presented(pictures):
        files = present.presented(pictures)
        passed.extend(zip(pictures, files, strict=True))
        return files

    monkeypatch.setattr(real_face, "presented", presented)
    return passed


@pytest.fixture(scope="module")
def me():
    """A picture of somebody, as a file: a portrait that nobody sees, or a face that nobody has."""
    if HAS_PORTRAITS:
        picture = data.read(data.showable(128)[0], 128)
    else:
        picture = sample.faces(np.zeros((1, sample.load().latent_size)))[0]
    Image.fromarray(picture).resize((400, 400)).save(file := io.BytesIO(), "JPEG")
    return base64.b64encode(file.getvalue()).decode()


def pixels(encoded):
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("kind", [game.BET, *([game.FOUR, game.NINE, game.SINGLE] if HAS_PORTRAITS else [])])
def test_every_picture_of_a_round_leaves_by_the_one_door(token, door, kind):
    answer = ask(real_face.draw, token=token, kind=kind)
    assert answer.keys() == {"id", "pictures"}  # what is true is not said
    assert [base64.b64decode(one) for one in answer["pictures"]] == [file for _, file in door]
    assert len(door) == game.N_FACES[kind]
    assert {(picture.shape, picture.dtype) for picture, _ in door} == {((64, 64, 3), np.dtype(np.uint8))}


def test_the_two_moments_and_ones_own_face_leave_by_it_too(token, door, me):
    ask(real_face.draw, token=token, kind="longer")
    assert len(door) == 8
    ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    assert len(door) == 9
    answer = ask(real_face.draw, token=token, kind="own")
    assert [base64.b64decode(one) for one in answer["pictures"]] == [file for _, file in door[9:]]


def test_the_truth_comes_with_the_answer_and_once(token, door):
    name = ask(real_face.draw, token=token, kind="bet")["id"]
    truth = ask(real_face.answer, token=token, kind="bet", id=name)
    assert truth["isReal"] == [False] * 9
    logits = sample.realness(np.stack([picture for picture, _ in door]))
    assert truth["logits"] == pytest.approx(logits, abs=2e-3)
    assert truth["pick"] == int(np.argmax(logits))
    assert np.shape(truth["patches"]) == (9, 4, 4)
    assert ask(real_face.answer, token=token, kind="bet", id=name) == {"isLost": True}


@needs_portraits
def test_the_real_one_is_where_the_answer_says(token, door):
    shown = {data.read(one, 64).tobytes() for one in data.showable(64)}
    name = ask(real_face.draw, token=token, kind="nine")["id"]
    truth = ask(real_face.answer, token=token, kind="nine", id=name)
    assert [picture.tobytes() in shown for picture, _ in door] == truth["isReal"]
    assert sum(truth["isReal"]) == 1


def test_visitors_do_not_see_each_others_rounds(token):
    name = ask(real_face.draw, token=token, kind="bet")["id"]
    assert ask(real_face.answer, token=str(uuid.uuid4()), kind="bet", id=name) == {"isLost": True}
    assert "isReal" in ask(real_face.answer, token=token, kind="bet", id=name)


@pytest.mark.parametrize("wrong", [None, "", 7, "0" * 16])
def test_a_round_is_answered_by_its_name(token, wrong):
    """Two pages may share a token; none is told the other's truth."""
    first = ask(real_face.draw, token=token, kind="bet")["id"]
    second = ask(real_face.draw, token=token, kind="bet")["id"]
    assert ask(real_face.answer, token=token, kind="bet", id=first) == {"isLost": True}
    assert ask(real_face.answer, token=token, kind="bet", id=wrong) == {"isLost": True}
    assert "isReal" in ask(real_face.answer, token=token, kind="bet", id=second)


def test_the_longer_trained_side_is_told(token):
    name = ask(real_face.draw, token=token, kind="longer")["id"]
    answer = ask(real_face.answer, token=token, kind="longer", id=name)
    assert answer["steps"][answer["longer"]] == max(answer["steps"])


def test_without_portraits_it_says_so_and_plays_what_needs_none(token, monkeypatch, tmp_path):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    for kind in game.NEED_PORTRAITS:
        assert ask(real_face.draw, token=token, kind=kind) == {"noPortraits": True}
    assert len(ask(real_face.draw, token=token, kind="bet")["pictures"]) == 9
    assert len(ask(real_face.draw, token=token, kind="longer")["pictures"]) == 8


@needs_portraits
def test_when_all_portraits_were_seen_it_says_so(token, monkeypatch):
    few = data.showable(64)[:2]
    monkeypatch.setattr(data, "showable", lambda side: list(few))
    for _ in few:
        assert "pictures" in ask(real_face.draw, token=token, kind="four")
    assert ask(real_face.draw, token=token, kind="four") == {"isSpent": True}
    ask(real_face.forget, token=token, what="sitting")
    assert "pictures" in ask(real_face.draw, token=token, kind="four")


# ---- one's own face ----


def test_a_face_is_brought_aligned_and_forgotten(token, me):
    assert ask(real_face.draw, token=token, kind="own") == {"noFace": True}
    answer = ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    assert pixels(answer["face"]).shape == (present.SHOWN_SIDE, present.SHOWN_SIDE, 3)
    drawn = ask(real_face.draw, token=token, kind="own")
    truth = ask(real_face.answer, token=token, kind="own", id=drawn["id"])
    assert drawn["pictures"][truth["isReal"].index(True)] == answer["face"]
    ask(real_face.forget, token=token, what="face")
    assert ask(real_face.draw, token=token, kind="own") == {"noFace": True}


def test_a_face_that_is_forgotten_while_it_is_looked_at_does_not_come_back(token, me, monkeypatch):
    aligned = align.aligned

    def slowly(*arguments):
        ask(real_face.forget, token=token, what="face")
        return aligned(*arguments)

    monkeypatch.setattr(align, "aligned", slowly)
    ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    assert ask(real_face.draw, token=token, kind="own") == {"noFace": True}


def test_playing_on_does_not_keep_a_face(token, me, monkeypatch):
    now = 0.0
    faces = Sittings(real_face.OwnFace, clock=lambda: now)
    monkeypatch.setattr(real_face, "_own_faces", faces)
    ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    for _ in range(3):
        now += 0.6 * KEPT_S
        ask(real_face.draw, token=token, kind="longer")
    assert faces.there(token) is None
    assert ask(real_face.draw, token=token, kind="own") == {"noFace": True}


def test_without_the_film_its_round_says_so(token, monkeypatch):
    def missing(random):
        raise FileNotFoundError("film.json")

    monkeypatch.setattr(moments, "draw", missing)
    assert ask(real_face.draw, token=token, kind="longer") == {"noFilm": True}


@needs_portraits
def test_eyes_are_found_or_shown(token, me):
    found = ask(real_face.bring, token=token, file=me, eyes=[])
    shown = ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    swapped = ask(real_face.bring, token=token, file=me, eyes=[0.65, 0.42, 0.35, 0.42])
    assert shown == swapped
    assert np.corrcoef(pixels(found["face"]).ravel(), pixels(shown["face"]).ravel())[0, 1] > 0.9


def test_a_picture_without_a_face_asks_for_the_eyes(token):
    Image.new("RGB", (300, 300), "white").save(file := io.BytesIO(), "PNG")
    blank = base64.b64encode(file.getvalue()).decode()
    assert ask(real_face.bring, token=token, file=blank, eyes=[]) == {"noEyes": True}
    assert ask(real_face.bring, token=token, file=blank, eyes=[0.5, 0.5, 0.5, 0.5]) == {"areClose": True}
    assert "face" in ask(real_face.bring, token=token, file=blank, eyes=[0.4, 0.5, 0.6, 0.5])


def test_what_is_no_picture_is_said_and_the_face_before_stays(token, me):
    ask(real_face.bring, token=token, file=me, eyes=[0.35, 0.42, 0.65, 0.42])
    junk = base64.b64encode(b"not a picture").decode()
    assert ask(real_face.bring, token=token, file=junk, eyes=[]) == {"noPicture": True}
    assert "pictures" in ask(real_face.draw, token=token, kind="own")


def test_a_huge_picture_is_refused(token):
    Image.new("1", (20_000, 10_000)).save(file := io.BytesIO(), "PNG")
    assert align.LARGEST_PIXELS < 200_000_000
    huge = base64.b64encode(file.getvalue()).decode()
    assert ask(real_face.bring, token=token, file=huge, eyes=[]) == {"noPicture": True}


# ---- the score, the walk ----


def test_the_standing_counts(token):
    truth, said = [True, True, False, False, False], [True, False, True, False, False]
    answer = ask(real_face.standing, truth=truth, said=said, confidence=[50, 90, 90, 70, 70])
    assert (answer["hits"], answer["nReal"], answer["falseAlarms"], answer["nGenerated"]) == (1, 2, 1, 3)
    assert answer["correct"] == pytest.approx(0.6)
    assert answer["correctInterval"][0] < 0.6 < answer["correctInterval"][1]
    assert answer["dPrimeInterval"][0] < answer["dPrime"] < answer["dPrimeInterval"][1]
    assert answer["calibration"] == [(50, 1, 1), (70, 2, 2), (90, 2, 0)]


def test_the_walk_goes_from_one_seed_to_the_other():
    answer = ask(real_face.walk, **{"from": 3, "to": 8})
    sheet = pixels(answer["sheet"])
    side = answer["side"]
    assert sheet.shape == (side * real_face.N_ON_THE_WAY // 8, side * 8, 3)
    latent_size = sample.load().latent_size
    ends = [np.random.default_rng(seed).standard_normal((1, latent_size)) for seed in (3, 8)]
    for place, latent in zip((sheet[:side, :side], sheet[-side:, -side:]), ends, strict=True):
        wanted = sample.faces(latent, game.TRUNCATION)[0]
        assert np.abs(place.astype(int) - wanted).mean() < 6  # WebP loses a little


def test_truncation_draws_faces_together():
    spread = []
    for truncation in (0, 0.5, 1):
        answer = ask(real_face.vary, seed=1, truncation=truncation)
        side = answer["side"]
        faces = pixels(answer["sheet"]).reshape(side, real_face.N_VARIED, side, 3).swapaxes(0, 1)
        spread.append(faces.std(axis=0).mean())
    assert spread[0] < 6
    assert spread[0] < spread[1] < spread[2]


# ---- what anybody may send ----


@pytest.mark.parametrize(
    ("function", "call"),
    [
        (real_face.draw, {"token": "x", "kind": "bet"}),
        (real_face.draw, {"kind": "bet"}),
        (real_face.draw, {"token": str(uuid.uuid4()), "kind": "ten"}),
        (real_face.answer, {"token": str(uuid.uuid4()), "id": "0"}),
        (real_face.bring, {"token": str(uuid.uuid4()), "file": 7, "eyes": []}),
        (real_face.bring, {"token": str(uuid.uuid4()), "file": "%%%", "eyes": []}),
        (real_face.bring, {"token": str(uuid.uuid4()), "file": "", "eyes": [0.1, 0.2]}),
        (real_face.bring, {"token": str(uuid.uuid4()), "file": "", "eyes": [0.1, 0.2, 0.3, 1.5]}),
        (real_face.bring, {"token": str(uuid.uuid4()), "file": "A" * 14_000_000, "eyes": []}),
        (real_face.forget, {"token": str(uuid.uuid4()), "what": "everybody"}),
        (real_face.standing, {"truth": [], "said": [], "confidence": []}),
        (real_face.standing, {"truth": [True], "said": [1], "confidence": [50]}),
        (real_face.standing, {"truth": [True], "said": [True], "confidence": [49]}),
        (real_face.standing, {"truth": [True] * 1001, "said": [True] * 1001, "confidence": [50] * 1001}),
        (real_face.walk, {"from": 0, "to": -1}),
        (real_face.vary, {"seed": 0, "truncation": 3}),
        (real_face.vary, {"seed": 0, "truncation": float("nan")}),
        (real_face.walk, ["from"]),
    ],
)
def test_what_no_page_would_send_is_refused(function, call):
    with pytest.raises(HTTPException) as refusal:
        function(call, REQUEST)
    assert refusal.value.status_code == 400
    assert refusal.value.detail == "알아들을 수 없는 요청이에요."


def test_without_the_model_it_says_so(token, monkeypatch):
    def missing():
        raise weights.MissingWeightsError("model.safetensors is not there")

    monkeypatch.setattr(sample, "load", missing)
    for function, call in [
        (real_face.draw, {"kind": "bet"}),
        (real_face.answer, {"kind": "bet"}),
        (real_face.bring, {"file": "", "eyes": []}),
        (real_face.walk, {"from": 0, "to": 1}),
        (real_face.vary, {"seed": 0, "truncation": 1}),
    ]:
        assert ask(function, token=token, **call) == {"noModel": True}
