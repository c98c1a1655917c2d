"""The class's doors: who may do what, and what is refused with which word."""

import base64
import json

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from core.classroom import store
from core.classroom.limits import Buckets
from core.digits import data
from demos import classroom_routes, text
from demos.classroom_hub import Classroom
from demos.classroom_routes import LARGEST_BODY, LONGEST_NAME, STATUS


@pytest.fixture
def site(tmp_path):
    site = FastAPI()
    site.state.classroom = Classroom(tmp_path / "classes.sqlite3")
    classroom_routes.add_routes(site)
    return site


@pytest.fixture
def client(site):
    with TestClient(site) as client:
        yield client


@pytest.fixture
def teacher(client):
    opened = client.post("/class").json()
    return Door(client, opened["code"], opened["secret"])


class Door:
    """Somebody with a token before the doors of a class."""

    def __init__(self, client, code, token):
        self.client, self.code, self.token = client, code, token

    def __call__(self, method, path, call=None, **rest):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        where = f"/class/{self.code}/{path}".rstrip("/")
        return self.client.request(method, where, json=call, headers=headers, **rest)

    def post(self, path, **call):
        return self("POST", path, call)


@pytest.fixture
def phone(client, teacher):
    joined = Door(client, teacher.code, "t" * 32)
    joined.post("join", name="Mina")
    return joined


def refused(answer, word):
    assert answer.json() == {"error": word}
    assert answer.status_code == STATUS[word]
    return True


def drawing(digit):
    digits = data.load().test
    image = digits.images[digits.labels == digit][0]
    return {"width": 28, "height": 28, "pixels": base64.b64encode(image.tobytes()).decode()}


def events(answer):
    return [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line.startswith("data: ")]


def test_a_class_from_its_opening_to_its_end(client, teacher, phone):
    assert teacher.post("ask", kind="neuron", isHidden=False).json() == {}
    assert phone.post("vote", round=1, choice=[2]).json() == {"round": 1, "choice": [2]}
    assert phone.post("vote", round=1, choice=[0]).json() == {"round": 1, "choice": [0]}
    assert teacher.post("steer", act="reveal", round=1).json() == {}
    assert refused(phone.post("vote", round=1, choice=[1]), "late")
    table = teacher("GET", "votes.csv").text
    assert "Mina" in table
    assert teacher("DELETE", "").json() == {}
    assert refused(phone.post("vote", round=1, choice=[1]), "unknown")
    assert refused(teacher.post("ask", kind="neuron", isHidden=False), "unknown")


STEERING = [
    ("POST", "ask", {"kind": "neuron", "isHidden": False}),
    ("POST", "steer", {"act": "lock", "is": True}),
    ("POST", "qr", {"address": "http://a"}),
    ("GET", "screen", None),
    ("GET", "drawings", None),
    ("GET", "network", None),
    ("GET", "votes.csv", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "path", "call"), STEERING)
def test_only_the_teacher_steers_and_sees(client, teacher, phone, method, path, call):
    other = client.post("/class").json()
    for token in ("", "x", "no-secret-of-any-class", phone.token, other["secret"]):
        assert refused(Door(client, teacher.code, token)(method, path, call), "foreign")
    assert refused(Door(client, "ZZZZZZ", teacher.token)(method, path, call), "unknown")
    assert site_is_untouched(teacher)


def site_is_untouched(teacher):
    return not teacher("GET", "drawings").json() and teacher.post("steer", act="lock", **{"is": False}).json() == {}


def test_phones_have_no_doors_of_other_classes(client, teacher, phone):
    other = client.post("/class").json()
    teacher.post("ask", kind="neuron", isHidden=False)
    stranger = Door(client, other["code"], phone.token)
    assert refused(stranger.post("vote", round=1, choice=[0]), "foreign")
    assert refused(stranger("GET", "phone"), "foreign")
    assert refused(Door(client, teacher.code, "u" * 32).post("vote", round=1, choice=[0]), "foreign")
    for secret in (teacher.token, ""):
        assert refused(Door(client, teacher.code, secret).post("vote", round=1, choice=[0]), "foreign")


@pytest.mark.parametrize("code", ["abcdef", "ABCDE", "ABCDEFG", "ABCDE0", "......", "%00%00%00"])
def test_codes_that_are_none(client, code):
    for answer in (Door(client, code, "t" * 32).post("join"), Door(client, code, "t" * 32).post("vote", round=1)):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "call",
    [
        {},
        {"round": 1},
        {"round": "1", "choice": [0]},
        {"round": True, "choice": [0]},
        {"round": 1.5, "choice": [0]},
        {"round": 1, "choice": [0.5]},
        {"round": 1, "choice": 0},
        {"round": 1, "choice": ["0"]},
        {"round": 1, "choice": [9]},
        {"round": 1, "choice": [-1]},
        {"round": 1, "choice": [0, 1]},
        {"round": 1, "choice": list(range(99))},
        {"round": 1e308, "choice": [0]},
        {"round": 1, "choice": [0], "pixels": "AAAA", "width": 1, "height": 3},
        {"round": 1, "pixels": "not base64!", "width": 4, "height": 3},
        {"round": 1, "pixels": "AAAA", "width": 85, "height": 3},
    ],
)
def test_votes_that_make_no_sense(teacher, phone, call):
    teacher.post("ask", kind="neuron", isHidden=False)
    assert refused(phone("POST", "vote", call), "bad")
    assert phone.post("vote", round=1, choice=[3]).status_code == 200


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", b"[" * 10_000, b'{"round": NaN}'])
def test_bodies_that_are_no_calls(client, teacher, phone, body):
    teacher.post("ask", kind="neuron", isHidden=False)
    answer = client.post(
        f"/class/{teacher.code}/vote", content=body, headers={"Authorization": f"Bearer {phone.token}"}
    )
    assert refused(answer, "bad")


def test_bodies_that_are_too_large(client, teacher, phone):
    headers = {"Authorization": f"Bearer {phone.token}"}
    where = f"/class/{teacher.code}/vote"
    large = b'{"round": 1, "x": "' + b"x" * LARGEST_BODY + b'"}'
    assert refused(client.post(where, content=large, headers=headers), "large")
    pieces = (large[k : k + 1000] for k in range(0, len(large), 1000))
    assert refused(client.post(where, content=pieces, headers=headers), "large")


def test_who_floods_is_refused_and_nobody_else(client, site, teacher, phone, clock):
    site.state.classroom.votes = Buckets(per_second=2, burst=10, clock=clock)
    other = Door(client, teacher.code, "o" * 32)
    other.post("join")
    teacher.post("ask", kind="neuron", isHidden=False)
    answers = [phone.post("vote", round=1, choice=[0]) for _ in range(40)]
    assert refused(answers[-1], "many")
    assert sum(answer.status_code == 200 for answer in answers) < 12
    assert other.post("vote", round=1, choice=[1]).status_code == 200
    clock.now += 60
    assert phone.post("vote", round=1, choice=[2]).status_code == 200


def test_one_address_cannot_open_classes_without_end(client, site, clock):
    site.state.classroom.openings.clock = clock
    answers = [client.post("/class") for _ in range(40)]
    assert refused(answers[-1], "many")
    assert sum(answer.status_code == 200 for answer in answers) == 30


def test_a_teacher_cannot_ask_without_pause(site, teacher, clock):
    site.state.classroom.asks.clock = clock
    answers = [teacher.post("ask", kind="draw", isHidden=False) for _ in range(12)]
    assert refused(answers[-1], "many")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Mi\n na\t", "Mi na"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=a"),
        ("\u202eevil\u0000\u200b", "evil"),
        ("😀" * 50, "😀" * LONGEST_NAME),
        ("", ""),
    ],
)
def test_names(client, teacher, sent, kept):
    assert Door(client, teacher.code, "n" * 32).post("join", name=sent).json() == {"number": 1, "name": kept}
    assert refused(Door(client, teacher.code, "m" * 32).post("join", name=7), "bad")


def test_a_locked_class(client, teacher, phone):
    teacher.post("steer", act="lock", **{"is": True})
    assert refused(Door(client, teacher.code, "n" * 32).post("join"), "locked")
    assert phone.post("join", name="Mina").status_code == 200


def test_a_full_class(client, teacher, phone, monkeypatch):
    monkeypatch.setattr(store, "MOST_PEOPLE", 1)
    assert refused(Door(client, teacher.code, "n" * 32).post("join"), "full")


def test_drawings_are_read_and_judged(teacher, phone):
    teacher.post("ask", kind="draw", isHidden=False)
    assert phone.post("vote", round=1, **drawing(2)).status_code == 200
    (drawn,) = teacher("GET", "drawings").json()
    assert (drawn["wanted"], drawn["digit"], drawn["isRight"]) == (2, 2, True)
    assert len(drawn["caught"]) == 8
    assert teacher("GET", f"drawings?after={drawn['place']}").json() == []
    blank = {"width": 28, "height": 28, "pixels": base64.b64encode(bytes(784)).decode()}
    assert refused(phone.post("vote", round=1, **blank), "bad")
    assert refused(phone.post("vote", round=1, choice=[1]), "bad")
    teacher.post("steer", act="remove", round=1, person=1)
    assert teacher("GET", "drawings").json()[0]["isRemoved"]


def test_forgeries_are_unmasked_from_the_classs_own(teacher, phone):
    assert teacher.post("ask", kind="unmask", isHidden=False).json() == {"cannot": "nothingForged"}
    teacher.post("ask", kind="forge", setting={"digit": 4}, isHidden=False)
    phone.post("vote", round=1, **drawing(4))
    assert teacher.post("ask", kind="unmask", isHidden=False).json() == {}
    assert phone.post("vote", round=2, choice=[0, 1]).status_code == 200


@pytest.mark.parametrize(
    "call",
    [
        {"kind": "neuron"},
        {"kind": "no_such", "isHidden": False},
        {"kind": "quiz", "isHidden": False, "setting": {"question": "no_such"}},
        {"kind": "forge", "isHidden": False, "setting": {"digit": 12}},
        {"kind": "forge", "isHidden": False, "setting": {"digit": [5]}},
        {"kind": ["quiz"], "isHidden": False},
    ],
)
def test_rounds_that_are_none(teacher, call):
    assert refused(teacher("POST", "ask", call), "bad")


def test_steering_an_older_round_changes_nothing(teacher):
    for _ in range(2):
        teacher.post("ask", kind="draw", isHidden=False)
    assert refused(teacher.post("steer", act="reveal", round=1), "late")
    assert refused(teacher.post("steer", act="fly", round=2), "bad")
    assert teacher.post("steer", act="close", round=2).status_code == 200


def test_files_of_a_round_and_nothing_else(client, site, teacher):
    teacher.post("ask", kind="quiz", setting={"question": "unsure_digit"}, isHidden=False)
    content = site.state.classroom.store.current_round(teacher.code).content
    name = content["options"][0]["picture"]
    answer = client.get(f"/class/{teacher.code}/files/1/{name}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    for path in (f"1/{name}0", f"2/{name}", f"x/{name}", f"-1/{name}", f"99999999999999999999/{name}"):
        assert client.get(f"/class/{teacher.code}/files/{path}").status_code in (400, 404)
    assert client.get(f"/class/ZZZZZZ/files/1/{name}").status_code == 404


def test_the_qr_code_of_an_address(teacher):
    picture = teacher.post("qr", address="https://example.org/class/ABCDEF")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert "<path" in picture.text
    for wrong in ("javascript:alert(1)", "http://a b", "http://" + "a" * 300, "", None, 7):
        assert refused(teacher.post("qr", address=wrong), "bad")


def test_every_answer_has_strict_headers(client, teacher, phone):
    answers = [
        client.get("/class"),
        client.get("/class/ABCDEF"),
        client.get(f"/class/{teacher.code}/remote"),
        phone.post("join"),
        phone.post("vote", round=9, choice=[0]),
        teacher("GET", "votes.csv"),
        client.post("/class"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers


def test_pages_have_no_scripts_or_styles_of_their_own_in_them(client):
    for path in ("/class", "/class/ABCDEF/remote"):
        page = client.get(path).text
        assert page.count("<script") == 2  # one by address, and texts as data
        assert 'type="application/json"' in page
        assert not {"<style", " style=", " onclick="} & {
            part for part in ("<style", " style=", " onclick=") if part in page
        }


def test_texts_cannot_end_their_element(client, monkeypatch):
    monkeypatch.setattr(text, "live", lambda section: {"ko": {"x": "</script><b>"}, "en": {}})
    assert "</script><b>" not in client.get("/class").text


def test_a_server_for_this_machine_alone_says_so(client, site, teacher):
    site.state.listens_on = ("127.0.0.1", 7860)
    assert teacher("GET", "network").json() == {"isLocalOnly": True, "addresses": []}
    site.state.listens_on = ("0.0.0.0", 7860)
    assert teacher("GET", "network").json()["isLocalOnly"] is False


def test_a_phone_of_noise_is_still_a_drawing(teacher, phone):
    teacher.post("ask", kind="forge", isHidden=False)
    noise = np.random.default_rng(0).integers(0, 256, 84 * 84, dtype=np.uint8)
    sent = {"width": 84, "height": 84, "pixels": base64.b64encode(noise.tobytes()).decode()}
    assert phone.post("vote", round=1, **sent).status_code == 200
