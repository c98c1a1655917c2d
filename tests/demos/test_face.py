"""Templates: they ask for texts by key, and a slip in one is an error, not an empty spot."""

import jinja2
import pytest

from demos import face


def test_a_template_asks_for_texts_by_key():
    html = face.render("face/broken.html")
    assert 'lang="ko"' in html
    assert 'lang="en"' in html


def test_a_missing_value_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        face.render("face/closing.html")


@pytest.mark.parametrize("path", sorted(face.WEB.rglob("*.html")), ids=lambda path: path.parent.name + "/" + path.name)
def test_templates_leave_nothing_for_gradio_to_fill_in(path):
    assert "${" not in path.read_text()
    assert "<script" not in path.read_text() or path.name == "head.html"
