"""A table is read by Markdown as it was meant."""

from markdown_it import MarkdownIt

from core import tables


def test_markdown_reads_the_cells_back():
    html = MarkdownIt("commonmark").enable("table").render(tables.markdown(("name", "n"), [("a", "1"), ("b", "")]))
    assert html.count("<tr>") == 3
    assert html.count("<th>") == 2
    assert [cell.split("</td>")[0] for cell in html.split("<td>")[1:]] == ["a", "1", "b", ""]
