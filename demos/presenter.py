"""The lecture as it is given: its stops in order, each a tab in a state, and the bar that leads through them."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from demos import face

MINUTES = (3, 3, 3, 1)
"""How long each part of the lecture takes."""

KEYS = ("next", "previous", "full", "again", "blank", "keys", "leave", "escape")


@dataclass(frozen=True)
class Stop:
    """A tab; the lecture's part, 0 before the first; the minute it is planned for; what is to be set, as the quiz's
    links have it (assets/web/review/links.js)."""

    tab: str
    part: int
    at: str
    setting: dict = field(default_factory=dict)


NOT_YET_FIRING = {"problem": "free", "inputs": [0.5, 0.1, 0], "weights": [1.5, 1, -1], "theta": 1}

STOPS = (
    Stop("opening", 0, "0:00"),
    Stop("neuron", 1, "0:10", {"try": 1}),
    Stop("neuron", 1, "0:40", NOT_YET_FIRING),
    Stop("neuron", 1, "1:00", {"try": 3}),
    Stop("digits", 1, "1:20", {"view": "step"}),
    Stop("digits", 1, "1:45", {"view": "study", "who": "own"}),
    Stop("digits", 1, "2:15", {"view": "test"}),
    Stop("digits", 1, "2:35", {"view": "draw"}),
    Stop("digits", 2, "3:00", {"try": 3}),
    Stop("real_face", 2, "3:15"),
    Stop("real_face", 2, "4:00"),
    Stop("forgery", 2, "4:30", {"view": "scene"}),
    Stop("forgery", 2, "5:00", {"view": "duel"}),
    Stop("forgery", 2, "5:40", {"view": "film", "film": "faces"}),
    Stop("magenta", 3, "6:00", {"system": "gansynth"}),
    Stop("phase", 3, "6:30", {"view": "sound", "variant": "random"}),
    Stop("gansynth", 3, "7:00", {"view": "grow"}),
    Stop("phase", 3, "7:20", {"view": "wave"}),
    Stop("phase", 3, "7:50", {"view": "wave", "hz": 75}),
    Stop("phase", 3, "8:10", {"view": "sound", "source": "gansynth"}),
    Stop("gansynth", 3, "8:40", {"view": "play"}),
    Stop("listening", 4, "9:00", {"view": "concert"}),
    Stop("closing", 4, "10:00"),
)


def build(tabs: Collection[str]) -> None:
    """The bar, hidden until somebody presents. `tabs` are the ids of those there are."""
    if unknown := {stop.tab for stop in STOPS} - set(tabs):
        raise ValueError(f"stops in tabs that are not there: {', '.join(sorted(unknown))}")
    stops = [{"tab": stop.tab, "part": stop.part, "setting": stop.setting} for stop in STOPS]
    face.figure(
        "presenter",
        stops=json.dumps(stops),
        lecture_stops=STOPS,
        minutes=json.dumps(MINUTES),
        part_minutes=MINUTES,
        key_names=KEYS,
    )
