import json
import re
from types import SimpleNamespace

import pytest
from fastapi import HTTPException

from core import weights
from core.quiz import questions
from demos import face, review, text

HANGUL = re.compile("[가-힣]")


def call(function, **values):
    return function(values, SimpleNamespace(headers={"accept-language": "en"}))


@pytest.mark.parametrize("kind", questions.KINDS)
def test_every_question_is_said_in_both_languages(kind):
    for seed in (1, 2, 3):
        asked = call(review.question, kind=kind, seed=seed)
        answered = call(review.answer, kind=kind, seed=seed)
        sentences = [asked["ask"], answered["why"], *(one["text"] for one in asked["options"] if "text" in one)]
        for said in sentences:
            assert said.keys() == {"ko", "en"}
            assert not any("{" in one or "_" in one.replace("w₁", "") for one in said.values())
        assert HANGUL.search(asked["ask"]["ko"] + answered["why"]["ko"])
        assert not HANGUL.search(json.dumps([asked, answered["why"]], ensure_ascii=False).split('"ko"')[0])
        assert answered["answer"] == questions.make(kind, seed).answer
        texts = [one["text"]["en"] for one in asked["options"] if "text" in one]
        assert len(set(texts)) == len(texts)  # no two answers look alike


def test_the_question_does_not_hold_its_answer():
    for kind in questions.KINDS:
        assert call(review.question, kind=kind, seed=7).keys() <= {"ask", "options", "picture", "sound"}


def test_numbers_are_written_as_people_write_them():
    assert [review.number(one) for one in (1234, -0.5, 15.62, 2.0, 0)] == ["1,234", "−0.5", "15.62", "2", "0"]


@pytest.mark.parametrize(
    "bad", [{"kind": "horoscope", "seed": 1}, {"kind": "collapse", "seed": -1}, {"kind": "collapse", "seed": 0.5}, {}]
)
@pytest.mark.parametrize("function", [review.question, review.answer])
def test_a_bad_call_is_refused(function, bad):
    with pytest.raises(HTTPException) as refused:
        call(function, **bad)
    assert refused.value.status_code == 400


def test_without_a_model_it_says_so(monkeypatch):
    def missing(kind, seed):
        raise weights.MissingWeightsError("no weights")

    monkeypatch.setattr(questions, "make", missing)
    assert call(review.question, kind="collapse", seed=1) == {"noModel": True}
    assert call(review.answer, kind="collapse", seed=1) == {"noModel": True}


def test_a_sentence_that_is_missing_is_an_error_when_the_page_is_built(monkeypatch):
    kinds = {**questions.KINDS, "untold": questions.Kind(1)}
    monkeypatch.setattr(questions, "KINDS", kinds)
    with face.gr.Blocks(), pytest.raises(KeyError):
        review.build()


def test_all_wordings_of_an_idea_are_there():
    for kind, about in questions.KINDS.items():
        wordings = {key.split(".")[3] for key in text.texts("en") if key.startswith(f"review.question.{kind}.")}
        assert {"name", "ask", "why"} <= wordings
        if about.make is None:
            assert set(questions.WORDINGS) <= wordings
