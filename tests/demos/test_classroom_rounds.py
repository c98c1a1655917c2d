"""Rounds as they are made, each kind by the real models."""

import io
import json

import numpy as np
import pytest
import soundfile
from PIL import Image

from core.classroom.store import Vote
from core.digits import data
from core.faces import data as faces
from core.faces import game, sample
from core.quiz import questions
from demos import classroom_rounds, text
from demos.classroom_rounds import KINDS, LINEUPS, NothingDrawnError, make
from demos.sittings import Sittings


@pytest.fixture(scope="module")
def sittings():
    return Sittings(lambda: game.Sitting(sample.load()))


def drawn(n):
    digits = data.load().test
    pictures = digits.images[digits.labels == 3][:n]
    return 3, [Vote(k + 1, (), picture.tobytes(), {}, False, k, 0.0) for k, picture in enumerate(pictures)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_round_of_every_kind_is_whole_and_can_be_kept_as_json(sittings, kind):
    if kind in game.NEED_PORTRAITS and not faces.showable(sample.load().side):
        pytest.skip("no portraits")
    made = make(kind, {}, sittings, "ABCDEF", drawn(4) if kind == "unmask" else None)
    content = json.loads(json.dumps(made.content))
    assert content == made.content
    assert content["ask"].keys() == set(text.LANGUAGES)
    assert "{" not in "".join([*content["ask"].values(), *(content["why"] or {}).values()])
    assert content["n_options"] == (len(content["options"]) or data.N_CLASSES)
    assert all(0 <= k < content["n_options"] for k in content["answer"])
    names = {one[what] for one in [content, *content["options"]] for what in ("picture", "sound") if what in one}
    assert names == made.files.keys()
    for media_type, file in made.files.values():
        if media_type.startswith("image/"):
            Image.open(io.BytesIO(file)).verify()
        else:
            samples, _ = soundfile.read(io.BytesIO(file))
            assert 0.05 < np.abs(samples).max() <= 1


@pytest.mark.parametrize(("kind", "n", "n_real"), [("bet", 9, 0), ("four", 4, 1), ("nine", 9, 1)])
def test_line_ups(sittings, kind, n, n_real):
    if n_real and not faces.showable(sample.load().side):
        pytest.skip("no portraits")
    content = make(kind, {}, sittings, "ABCDEF").content
    assert (content["n_options"], len(content["answer"])) == (n, n_real)
    assert kind in LINEUPS


def test_what_is_at_stake_stands_in_the_question_and_is_owed_in_the_end(sittings):
    content = make("bet", {"stake": " 떡볶이 {0} "}, sittings, "ABCDEF").content
    assert all("떡볶이 {0}" in content[where][lang] for where in ("ask", "why") for lang in ("ko", "en"))
    plain = make("bet", {"stake": ""}, sittings, "ABCDEF").content
    assert not any("{" in plain[where][lang] for where in ("ask", "why") for lang in ("ko", "en"))


@pytest.mark.parametrize("stake", ["x" * 25, 7, "two\nlines", None])
def test_a_stake_that_no_page_would_send_is_refused(sittings, stake):
    with pytest.raises(KeyError):
        make("bet", {"stake": stake}, sittings, "ABCDEF")


def test_no_portrait_comes_twice_in_a_class_and_none_are_shared_out(sittings):
    if not faces.showable(sample.load().side):
        pytest.skip("no portraits")
    files = []
    for _ in range(3):
        made = make("four", {}, sittings, "GHJKLM")
        (real,) = made.content["answer"]
        files.append(made.files[made.content["options"][real]["picture"]][1])
    assert len(set(files)) == 3


def test_any_question_of_the_quiz(sittings):
    content = make("quiz", {"question": "gate_weights"}, sittings, "ABCDEF").content
    assert content["see"][0] == "neuron"
    assert questions.KINDS["gate_weights"].part == 1
    for wrong in ({"question": "no_such"}, {"question": 7}, {"question": None}):
        with pytest.raises(KeyError):
            make("quiz", wrong, sittings, "ABCDEF")


@pytest.mark.parametrize("digit", [-1, 10, "5", None, True, 1.5])
def test_digits_that_nobody_can_forge(sittings, digit):
    with pytest.raises(KeyError):
        make("forge", {"digit": digit}, sittings, "ABCDEF")


def test_unmasking_mixes_the_classs_forgeries_with_as_many_real_digits(sittings):
    content = make("unmask", {}, sittings, "ABCDEF", drawn(3)).content
    assert content["takes_many"]
    assert len(content["answer"]) == 3
    assert [k for k, person in enumerate(content["people"]) if person] == content["answer"]
    assert {person for person in content["people"] if person} == {1, 2, 3}
    assert set(content["judge"]) <= set(range(6))
    assert make("unmask", {}, sittings, "ABCDEF", drawn(20)).content["n_options"] == 2 * classroom_rounds.N_UNMASKED
    with pytest.raises(NothingDrawnError):
        make("unmask", {}, sittings, "ABCDEF")
