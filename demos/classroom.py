"""The class takes part: it is opened here and joined by phones; rounds are asked here, and their tallies seen.

What happens between phones and this page goes through doors of its own (demos.classroom_routes).
"""

import html
import json

from demos import classroom_rounds, face, review

TITLE = "classroom.title"


def build() -> None:
    face.figure("classroom", **controls())


def controls() -> dict:
    """What the template of the teacher's controls needs."""
    return {
        "kinds": classroom_rounds.KINDS,
        "questions": html.escape(json.dumps(review.names(), ensure_ascii=False)),
        "longest_stake": classroom_rounds.LONGEST_STAKE,
    }
