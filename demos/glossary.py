"""The lecture's words: the right term, its English, and why the slides' term was changed."""

from demos import face, text

TITLE = "glossary.title"


def words() -> list[str]:
    """The glossary's entries, in the order of the text file."""
    names = (key.split(".")[2] for key in text.texts("ko") if key.startswith("glossary.word."))
    return list(dict.fromkeys(names))


def build() -> None:
    face.block("glossary/page.html", words=words())
