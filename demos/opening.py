"""The opening page: what the lecture is, its parts with their minutes, and where to start."""

from demos import face

TITLE = "opening.title"


def build(parts: dict[int, list[str]]) -> None:
    """`parts` gives the ids of the sections of each part of the lecture."""
    first = next(iter(parts.values()))[0]
    face.block("opening/page.html", parts=parts, first=first)
