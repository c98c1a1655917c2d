"""The class's tab and what its templates are given."""

import html
import json

from core.quiz import questions
from demos import classroom, classroom_rounds, face


def test_every_round_has_its_button_on_both_pages():
    for template in ("classroom/stage.html", "classroom/remote.html"):
        page = face.render(template, root="", live="", **classroom.controls())
        assert [kind for kind in classroom_rounds.KINDS if page.count(f'data-kind="{kind}"') != 1] == []


def test_every_question_of_the_quiz_can_be_chosen():
    names = json.loads(html.unescape(classroom.controls()["questions"]))
    assert names.keys() == {"ko", "en"}
    assert all(list(of_language) == list(questions.KINDS) for of_language in names.values())


def test_the_privacy_line_stands_before_a_class_is_opened_and_before_a_phone_joins():
    stage = face.render("classroom/stage.html", **classroom.controls())
    before_opening = stage[: stage.index('data-for="open"')]
    assert "classroom-privacy" in before_opening
    phone = face.render("phone/page.html", root="", live="")
    form = phone[phone.index('data-for="name"') : phone.index('data-for="wait"')]
    assert "24" in form
