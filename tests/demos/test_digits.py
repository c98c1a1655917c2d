"""1-2 over HTTP, as the page calls it: right answers to good calls, one short sentence to bad ones."""

import base64
import json
import time
import uuid

import gradio as gr
import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient

import app
from core.digits import data, explain, predict
from demos import calls, digits, frame, server, text

LEARN = {"examples": 100, "flipped": 0, "rate": 0.2, "seed": 0, "fresh": False, "go": True}
LOOK = {**LEARN, "go": False}
LESSON = {"index": 0, "rate": 0.1, "fresh": True, "step": True}


class Page:
    """A visitor's page, which calls the stage's server functions as the browser does."""

    def __init__(self, client, stage):
        self.client, self.stage, self.token = client, stage, str(uuid.uuid4())

    def send(self, name, data, language=""):
        """Sends JSON text as the function's argument, whatever it is."""
        body = f'{{"data": {data}, "component_id": {self.stage}, "fn_name": "{name}", "session_hash": "x"}}'
        headers = {"content-type": "application/json", "accept-language": language}
        return self.client.post("/gradio_api/component_server", content=body, headers=headers)

    def ask(self, name, **call):
        """The answer to a good call."""
        answer = self.send(name, json.dumps({"token": self.token, **call}))
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def client():
    with TestClient(server.create_app(frame.build_page(app.SECTIONS)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def stage(client):
    components = client.get("/config").json()["components"]
    [stage] = [component["id"] for component in components if component["props"].get("elem_id") == "digits-stage"]
    return stage


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small networks on two threads crawl as soon as another process computes too."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture
def visit(client, stage, monkeypatch):
    """A function that gives another visitor's page. Slices are short, nobody falls silent, and at the end all leave."""
    monkeypatch.setattr(digits, "SLICE_S", 0.1)
    now = time.monotonic()
    monkeypatch.setattr(digits._studies, "clock", lambda: now)
    pages = []

    def visit():
        pages.append(Page(client, stage))
        return pages[-1]

    yield visit
    for page in pages:
        page.ask("leave")


@pytest.fixture
def page(visit):
    return visit()


@pytest.fixture(params=["missing", "damaged"])
def no_weights(request, tmp_path, monkeypatch):
    """The shipped classifier's files are not there, or not what was saved."""
    if request.param == "damaged":
        (tmp_path / "config.json").write_text("{}")
        (tmp_path / "model.safetensors").write_bytes(b"x")
    monkeypatch.setattr(predict, "FOLDER", tmp_path)
    digits._shipped_answers.cache_clear()
    yield
    digits._shipped_answers.cache_clear()


@pytest.fixture(scope="module")
def test_digits():
    return data.load().test


def drawing(image):
    """A picture as the pad packs it."""
    return {"width": image.shape[1], "height": image.shape[0], "pixels": calls.packed(image.astype(np.uint8))}


@pytest.fixture(scope="module")
def drawn(test_digits):
    """The first test digit, drawn on the pad."""
    return data.enlarge(test_digits.images[0]).astype(np.uint8)


def unpacked(pixels, dtype=np.uint8):
    return np.frombuffer(base64.b64decode(pixels), dtype).reshape(-1, 28, 28)


def floats(images):
    return images.astype(np.float32) / 255


def test_the_stage_calls_these_functions_and_nothing_else_does():
    with gr.Blocks() as page:
        digits.build()
    names = {
        getattr(block, "elem_id", ""): {function.__name__ for function in block.server_fns}
        for block in page.blocks.values()
        if getattr(block, "server_fns", None)
    }
    assert names == {"digits-stage": {"judge", "speak", "lesson", "learn", "leave", "grade", "pictures", "dream"}}
    assert not page.fns


def test_a_drawing_is_prepared_and_judged_by_the_shipped_classifier(page, drawn):
    answer = page.ask("judge", own=False, **drawing(drawn))
    image = predict.prepare(drawn)
    np.testing.assert_array_equal(unpacked(answer["seen"])[0], (image * 255).round())
    assert len(answer["probabilities"]) == 10
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(answer["probabilities"], predict.probabilities(image[None])[0], atol=1e-5)


def test_a_wide_drawing_is_not_turned(page):
    grey = np.zeros((60, 200), np.uint8)
    grey[20:30, 10:190] = 255
    answer = page.ask("judge", own=False, **drawing(grey))
    np.testing.assert_array_equal(unpacked(answer["seen"])[0], (predict.prepare(grey) * 255).round())


@pytest.mark.parametrize("function", ["judge", "speak"])
def test_an_empty_pad_is_told(page, function):
    answer = page.ask(function, own=False, **drawing(np.zeros((280, 280))))
    assert answer["isEmpty"]
    assert "probabilities" not in answer
    assert "map" not in answer


def test_what_spoke_is_the_occlusion_map_in_signed_bytes(page, drawn):
    answer = page.ask("speak", own=False, **drawing(drawn))
    image = predict.prepare(drawn)
    expected = explain.occlusion_map(predict.load(), image, answer["label"])
    assert answer["label"] == predict.probabilities(image[None]).argmax()
    assert answer["strongest"] == pytest.approx(abs(expected).max(), rel=1e-3)
    spoken = unpacked(answer["map"], np.int8)[0]
    assert abs(spoken).max() in (126, 127)
    np.testing.assert_allclose(spoken * (answer["strongest"] / 127), expected, atol=answer["strongest"] / 100)


def test_everybody_has_a_network_of_their_own(visit, drawn):
    one, two = visit(), visit()
    for _ in range(3):
        one.ask("lesson", **{**LESSON, "fresh": False})

    def answer(page, own):
        return page.ask("judge", own=own, **drawing(drawn))["probabilities"]

    answers = [answer(one, True), answer(two, True), answer(one, False)]
    assert len({tuple(found) for found in answers}) == 3
    assert answer(two, False) == answers[2], "the shipped one is everybody's"
    assert answer(one, True) == answers[0]


def test_a_step_raises_the_label_and_nothing_else(page):
    for index in range(5):
        answer = page.ask("lesson", **{**LESSON, "index": index})
        change = np.subtract(answer["after"], answer["before"])[0]
        assert change[answer["label"]] > 0
        assert (np.delete(change, answer["label"]) < 0).all()


def test_without_a_step_nothing_changes(page):
    looked = page.ask("lesson", **{**LESSON, "step": False})
    assert looked["before"] == looked["after"]
    assert looked["seen"] == 0
    stepped = page.ask("lesson", **{**LESSON, "fresh": False})
    assert stepped["before"] == looked["after"]
    assert stepped["seen"] == 1
    assert page.ask("lesson", **{**LESSON, "step": False})["after"] == looked["after"], "forgotten"


def test_the_first_lesson_is_a_five_and_each_label_is_the_pictures(page):
    train, test = data.load().train, data.load().test
    first = list(train.labels).index(5)
    for index in (0, 1, 2, 59_999, 60_000):
        answer = page.ask("lesson", **{**LESSON, "index": index, "step": False})
        place = (first + index) % len(train)
        labelled, twin = (unpacked(image)[0] for image in answer["images"])
        np.testing.assert_array_equal(labelled, train.images[place])
        assert answer["label"] == train.labels[place]
        assert answer["label"] in test.labels[(test.images == twin).all((1, 2))]
        assert index or answer["label"] == 5
    assert answer["source"] == data.load().source


def test_looking_is_not_learning(page):
    for _ in range(2):
        answer = page.ask("learn", **LOOK)
        assert answer["progress"]["seen"] == 0
        assert answer["progress"]["loss"] is None
        assert not answer["isOver"]


def test_learning_goes_on_where_it_was(page):
    first, second = page.ask("learn", **LEARN), page.ask("learn", **LEARN)
    assert 0 < first["progress"]["seen"] < second["progress"]["seen"]
    assert 0 < first["progress"]["seconds"] < second["progress"]["seconds"]
    assert not first["isOver"]
    assert "book" in first
    assert "book" not in second


def test_a_thin_book_is_learned_by_heart(page):
    progress = {"seen": 0}
    while progress["seen"] < 10_000:
        progress = page.ask("learn", **LEARN)["progress"]
    assert progress["book"] == 1
    assert 0.3 < progress["test"] < 0.9
    assert progress["loss"] < 0.2


def test_a_changed_rate_goes_on_with_the_same_network(page):
    seen = page.ask("learn", **LEARN)["progress"]["seen"]
    assert page.ask("learn", **{**LOOK, "rate": 0.5})["progress"]["seen"] == seen
    answer = page.ask("learn", **{**LEARN, "rate": 0.01})
    assert answer["progress"]["seen"] > seen
    assert "book" not in answer
    assert digits._studies.work(page.token).config.learning_rate == 0.01


@pytest.mark.parametrize("change", [{"examples": 99}, {"flipped": 0.5}, {"seed": 1}, {"fresh": True}], ids=str)
def test_another_book_or_a_fresh_start_begins_anew(page, change):
    page.ask("learn", **LEARN)
    assert "book" in page.ask("learn", **{**LEARN, **change})
    before = page.ask("learn", **LEARN)  # and back again
    assert page.ask("learn", **LOOK)["progress"]["seen"] == before["progress"]["seen"] > 0
    assert page.ask("learn", **{**LOOK, **change})["progress"]["seen"] == 0


def test_the_first_pages_of_the_book_are_shown_with_their_wrong_labels(page):
    train = data.load().train
    book = page.ask("learn", **{**LOOK, "examples": 10, "flipped": 0.4})["book"]
    np.testing.assert_array_equal(unpacked(book["images"]), train.images[:10])
    assert book["truth"] == train.labels[:10].tolist()
    assert np.not_equal(book["labels"], book["truth"]).sum() == 4
    assert (book["size"], book["nTrain"], book["source"]) == (10, len(train), data.load().source)


def test_the_weights_are_pictures_of_the_first_neurons(page):
    weights = unpacked(page.ask("learn", **LEARN)["weights"], np.int8)
    expected = digits._studies.work(page.token).weight_pictures(digits.N_WEIGHT_PICTURES)
    likeness = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(weights, expected, strict=True)]
    assert min(likeness) > 0.99
    assert np.isin(abs(weights).max((1, 2)), (126, 127)).all()


def test_a_long_study_is_over(page, monkeypatch):
    monkeypatch.setattr(digits, "LONGEST_STUDY_S", 0.01)
    seen = page.ask("learn", **LEARN)["progress"]["seen"]
    for _ in range(2):
        answer = page.ask("learn", **LEARN)
        assert answer["isOver"]
        assert answer["progress"]["seen"] == seen, "and it does not go on"


def test_beyond_the_learners_the_next_waits_until_somebody_leaves(visit):
    learners = [visit() for _ in range(digits.N_LEARNING)]
    for learner in learners:
        assert "progress" in learner.ask("learn", **LEARN)
    last = visit()
    assert last.ask("learn", **LEARN)["waiting"] == 1
    assert visit().ask("learn", **LEARN)["waiting"] == 2
    assert last.ask("learn", **LOOK)["progress"]["seen"] == 0, "to look, nobody waits"
    assert learners[0].ask("leave") == {}
    assert last.ask("learn", **LEARN)["progress"]["seen"] > 0
    assert learners[0].ask("learn", **LEARN)["waiting"] == 2


def test_who_waits_gets_the_new_book_with_the_first_slice(visit):
    last = visit()
    last.ask("learn", **LEARN)
    last.ask("leave")
    learners = [visit() for _ in range(digits.N_LEARNING)]
    for learner in learners:
        learner.ask("learn", **LEARN)
    for _ in range(2):
        assert last.ask("learn", **{**LEARN, "examples": 50})["waiting"] == 1
    learners[0].ask("leave")
    assert last.ask("learn", **{**LEARN, "examples": 50})["book"]["size"] == 50


def test_the_chunks_of_a_test_cover_it(page, test_digits):
    network = digits._studies.work(page.token).network
    labels, answers, sure = [], [], []
    for start in range(0, len(test_digits), digits.N_GRADED):
        chunk = page.ask("grade", own=True, start=start)
        assert chunk["total"] == len(test_digits)
        labels += chunk["labels"]
        answers += chunk["answers"]
        sure += chunk["sure"]
    probabilities = predict.classify(network, floats(test_digits.images))
    assert labels == test_digits.labels.tolist()
    assert answers == probabilities.argmax(1).tolist()
    np.testing.assert_allclose(sure, probabilities.max(1), atol=1e-4)
    assert chunk["source"] == data.load().source


def test_the_shipped_classifiers_answers_are_its_own(page, test_digits):
    last = (len(test_digits) - 1) // digits.N_GRADED * digits.N_GRADED
    for start in [0, last, 0]:
        chunk = page.ask("grade", own=False, start=start)
        which = slice(start, start + digits.N_GRADED)
        assert chunk["labels"] == test_digits.labels[which].tolist()
        expected = predict.probabilities(floats(test_digits.images[which]))
        assert chunk["answers"] == expected.argmax(1).tolist()


def test_pictures_come_in_the_order_they_were_asked_for(page, test_digits):
    places = [7, 0, len(test_digits) - 1, 7]
    np.testing.assert_array_equal(unpacked(page.ask("pictures", places=places)["images"]), test_digits.images[places])
    most = list(range(digits.N_PICTURES))
    assert len(unpacked(page.ask("pictures", places=most)["images"])) == digits.N_PICTURES


@pytest.mark.parametrize(("label", "seed"), [(5, 0), (3, 7)])
def test_a_dream_is_the_ascent_and_ends_sure_of_its_label(page, test_digits, label, seed):
    answer = page.ask("dream", own=False, label=label, seed=seed)
    frames, probabilities = zip(*explain.ascend(predict.load(), label, seed=seed), strict=True)
    np.testing.assert_allclose(unpacked(answer["frames"]), np.stack(frames) * 255, atol=0.501)
    np.testing.assert_allclose(answer["probabilities"], [found[label] for found in probabilities], atol=1e-4)
    assert answer["probabilities"][-1] > 0.9
    real = test_digits.images[test_digits.labels == label][: digits.N_REAL_SHOWN]
    np.testing.assert_array_equal(unpacked(answer["real"]), real)


def test_ones_own_network_dreams_its_own_dream(page):
    page.ask("learn", **LEARN)
    dreams = [page.ask("dream", own=own, label=5, seed=0)["frames"] for own in (True, False)]
    first, last = (np.stack([unpacked(dream)[place] for dream in dreams]) for place in (0, -1))
    np.testing.assert_array_equal(*first)
    assert not np.array_equal(*last)


def test_without_weights_the_shipped_classifier_is_missing_and_the_rest_works(page, drawn, no_weights):
    bare = {"judge": drawing(drawn), "speak": drawing(drawn), "grade": {"start": 0}, "dream": {"label": 5, "seed": 0}}
    for name, call in bare.items():
        assert page.ask(name, own=False, **call)["noModel"], name
    for name, call in bare.items():
        assert not page.ask(name, own=True, **call).get("noModel"), name
    assert "after" in page.ask("lesson", **LESSON)
    assert "progress" in page.ask("learn", **LEARN)


def test_a_network_that_has_diverged_still_gives_numbers(page, drawn):
    page.ask("learn", **{**LEARN, "rate": 100})
    with torch.no_grad():
        digits._studies.work(page.token).network.logits.weight.fill_(float("nan"))
    assert page.ask("judge", own=True, **drawing(drawn))["probabilities"] == [0.1] * 10
    assert page.ask("lesson", **{**LESSON, "fresh": False})["after"] == [[0.1] * 10] * 2
    assert set(page.ask("grade", own=True, start=0)["sure"]) == {0.1}
    assert set(page.ask("dream", own=True, label=5, seed=0)["probabilities"]) == {0.1}
    spoken = page.ask("speak", own=True, **drawing(drawn))
    assert spoken["strongest"] > 0
    assert not unpacked(spoken["map"], np.int8).any()
    assert page.ask("learn", **{**LEARN, "rate": 100})["progress"]["loss"] is None


# What nobody's page sends

PICTURE = drawing(np.arange(784).reshape(28, 28))
TOKEN = str(uuid.UUID(int=0))
GOOD = {
    "judge": {"own": True, "token": TOKEN, **PICTURE},
    "speak": {"own": True, "token": TOKEN, **PICTURE},
    "lesson": {"token": TOKEN, **LESSON},
    "learn": {"token": TOKEN, **LOOK},
    "leave": {"token": TOKEN},
    "grade": {"own": True, "token": TOKEN, "start": 0},
    "pictures": {"places": [0, 1]},
    "dream": {"own": True, "token": TOKEN, "label": 5, "seed": 0},
}
HUGE = json.dumps("0" * 1_000_000)
BAD_VALUES = {
    *("null", '"x"', '"1"', '""', "{}", "[]", "[[]]", '["x"]', "[1.5]", "[-1]", "[60000000]", "[true]", "[NaN]"),
    *("NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e999", "1" + "0" * 400, "-1", "60000.5", "true", "1"),
    *(HUGE, f"[{HUGE}]", json.dumps([0] * 61), json.dumps([0] * 100_000)),
}
RIGHT_FOR = {"own": {"true"}, "fresh": {"true"}, "step": {"true"}, "go": {"true"}, "index": {"1"}} | {
    key: {"1"} for key in ("rate", "flipped", "seed", "examples", "label")
}


def as_json(call, **raw):
    """A call as JSON text, some of its values given as JSON text."""
    texts = {**{key: json.dumps(value) for key, value in call.items()}, **raw}
    return "{" + ", ".join(f'"{key}": {value}' for key, value in texts.items()) + "}"


def assert_refused(answer, lang="en"):
    assert answer.status_code == 400
    assert answer.json() == {"detail": text.text("server.bad_call", lang)}
    assert len(answer.text) < 400
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


def assert_well(page):
    assert page.client.get("/config").status_code == 200
    assert page.ask("pictures", places=[0])


@pytest.mark.parametrize("name", GOOD)
def test_the_good_call_is_good(page, name):
    assert page.send(name, as_json(GOOD[name])).status_code == 200


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, call in GOOD.items() for key in call])
def test_a_bad_or_missing_value_is_refused(page, name, key):
    for value in sorted(BAD_VALUES - RIGHT_FOR.get(key, set())):
        assert_refused(page.send(name, as_json(GOOD[name], **{key: value})))
    assert_refused(page.send(name, as_json({other: value for other, value in GOOD[name].items() if other != key})))
    assert_well(page)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_no_dictionary_is_refused(page, name):
    for value in sorted(BAD_VALUES - {"{}"}):
        assert_refused(page.send(name, value))
    assert_refused(page.send(name, "{}"))
    assert_refused(page.send(name, f"{{{HUGE}: {HUGE}}}"))
    assert_well(page)


@pytest.mark.parametrize("name", ["judge", "speak"])
@pytest.mark.parametrize(
    "change",
    [
        {"width": 27},
        {"height": 29},
        {"width": 56, "height": 15},
        {"width": 281, "height": 281, "pixels": calls.packed(np.zeros((281, 281), np.uint8))},
        {"width": 784, "height": 1},
        {"pixels": PICTURE["pixels"][:-4]},
        {"pixels": PICTURE["pixels"] + "AAAA"},
        {"pixels": "가" * len(PICTURE["pixels"])},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_wrong_number_of_pixels_is_refused(page, name, change):
    assert_refused(page.send(name, as_json({**GOOD[name], **change})))


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(("header", "lang"), [("ko-KR,ko;q=0.9", "ko"), ("en-GB", "en"), ("de", "en"), ("", "en")])
def test_a_bad_call_is_refused_in_the_visitors_language(page, name, header, lang):
    assert_refused(page.send(name, "[]", header), lang)


@pytest.mark.parametrize("name", ["lesson", "learn"])
def test_a_bad_call_changes_nothing(page, name):
    page.ask("learn", **LEARN)
    before = page.ask("learn", **LOOK)
    good = {**GOOD[name], "token": page.token, "fresh": True}
    for key in good.keys() - {"token"}:
        assert_refused(page.send(name, as_json(good, **{key: "null"})))
    assert page.ask("learn", **LOOK) == before
