"""Templates: they ask for texts by key, and a slip in one is an error, not an empty spot."""

import gradio as gr
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
    with pytest.raises(jinja2.UndefinedError), gr.Blocks():
        face.figure("digits")


def test_a_figure_has_its_values_and_its_functions():
    def double(n: int) -> int:
        return 2 * n

    with gr.Blocks() as page:
        stage = face.figure("digits", server_functions=[double], book_sizes=[17, 4_242])
    assert stage.value == face.render("digits/stage.html", book_sizes=[17, 4_242])
    assert ">4,242</button>" in stage.value
    assert [stage.double(21)] == [function(21) for function in stage.server_fns] == [42]
    [component] = page.get_config_file()["components"]
    assert component["props"]["server_fns"] == ["double"]


def test_a_figure_needs_no_functions():
    with gr.Blocks():
        assert not face.figure("neuron").server_fns


@pytest.mark.parametrize("path", sorted(face.WEB.rglob("*.html")), ids=lambda path: path.parent.name + "/" + path.name)
def test_templates_leave_nothing_for_gradio_to_fill_in(path):
    assert "${" not in path.read_text()
    is_page = path.read_text().startswith("<!doctype")  # a phone's, which Gradio does not see
    assert "<script" not in path.read_text() or path.name == "head.html" or is_page
