"""The closing page: what was seen, the film that ended the lecture, and the address to take along."""

from demos import face

TITLE = "closing.title"


def build(parts: dict[int, list[str]]) -> None:
    """`parts` gives the ids of the sections of each part of the lecture."""
    face.block("closing/page.html", parts=parts)
