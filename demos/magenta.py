"""3-1 The tour of Google's Magenta: nine systems in the order in which they came, what goes in and what comes out; and
Sketch-RNN, which goes on with what a visitor begins to draw.

Drawings come and go as flat lists of x, y, lifted: places in shares of the pad, and 1 where the pen is lifted after
one. A visitor's drawing is answered and forgotten.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core import weights
from core.sketch_rnn import sample
from core.sketch_rnn.strokes import PAPER
from demos import calls, face

log = logging.getLogger(__name__)

TITLE = "magenta.title"
PART = 3


@dataclass(frozen=True)
class System:
    """A card. `paper` is an address; `opens` the tab in which the system works here, if it does."""

    name: str
    month: tuple[int, int]  # in which it was first published
    makes: str  # one of `KINDS`
    paper: str
    opens: str | None = None


def arxiv(number: str) -> str:
    """The address of a paper."""
    return f"https://arxiv.org/abs/{number}"


SYSTEMS = (
    System("nsynth", (2017, 4), "sound", arxiv("1704.01279")),
    System("sketch_rnn", (2017, 4), "strokes", arxiv("1704.03477")),
    System("performance_rnn", (2017, 6), "notes", "https://magenta.tensorflow.org/performance-rnn"),
    System("onsets_and_frames", (2017, 10), "notes", arxiv("1710.11153")),
    System("music_vae", (2018, 3), "notes", arxiv("1803.05428")),
    System("music_transformer", (2018, 9), "notes", arxiv("1809.04281")),
    System("maestro", (2018, 10), "data", arxiv("1810.12247")),
    System("wave2midi2wave", (2018, 10), "sound", arxiv("1810.12247")),
    System("gansynth", (2019, 2), "sound", arxiv("1902.08710"), opens="gansynth"),
)
N_WAYS, N_BETWEEN = 6, 7
MOST_POINTS = 3_000
MIDDLE = 0.5  # of the pad
LAST_SEED = 999_999
KINDS = ("strokes", "notes", "sound", "data")
YEARS = tuple(range(2017, 2020))


def build() -> None:
    face.opening("magenta")
    face.figure(
        "magenta",
        [complete, between],
        systems=SYSTEMS,
        kinds=KINDS,
        years=YEARS,
        places=[place(one) for one in SYSTEMS],
        n_ways=N_WAYS,
        n_between=N_BETWEEN,
    )
    face.closing("magenta")


def place(system: System) -> float:
    """Where a system stands on the line of years, 0..1 from the first January to the last December."""
    year, month = system.month
    return (year - YEARS[0] + (month - 0.5) / 12) / len(YEARS)


@calls.server_function
def complete(call: dict) -> dict:
    """What was begun, continued in several ways: for each way the points that come after; or whole characters, where
    nothing was begun."""
    begun = _drawing(call, "points")
    temperature, seed = calls.number(call, "temperature", 0, 1.5), calls.whole(call, "seed", 0, LAST_SEED)
    if begun is None:
        return _drawn(lambda: [_in_the_middle(one) for one in sample.draw(N_WAYS, temperature, seed)])
    return _drawn(
        lambda: [_places(one)[len(begun) :] for one in sample.complete(begun, N_WAYS, temperature, seed, 1.0)]
    )


@calls.server_function
def between(call: dict) -> dict:
    """Drawings from one to another, both ends as the network draws them again. An end that was not drawn is a character
    of the network's own."""
    ends = [_drawing(call, key) for key in ("first", "last")]
    seed = calls.whole(call, "seed", 0, LAST_SEED)

    def drawings() -> list[np.ndarray]:
        whole = [_own(seed + k) if one is None else one for k, one in enumerate(ends)]
        return [_places(one) for one in sample.interpolate(*whole, N_BETWEEN, side=1.0)]

    return _drawn(drawings)


@calls.unless_busy
def _drawn(make: Callable[[], list[np.ndarray]]) -> dict:
    try:
        drawings = make()
    except weights.WeightsError as error:
        calls.log_once(log, "Sketch-RNN cannot be loaded", str(error))
        return {"noModel": True}
    except ValueError as error:
        log.info("a visitor's drawing: %s", error)
        return {"isTooLong": True}
    return {"drawings": [np.round(one, 4).ravel().tolist() for one in drawings]}


def _drawing(call: dict, key: str) -> np.ndarray | None:
    """(points, 3) stroke-3 in shares of the pad, or None where nothing was drawn. Raises BadCallError."""
    points = calls.numbers(call, key, 3 * MOST_POINTS, 0, 1)
    if len(points) % 3 or not np.isin(points[2::3], (0, 1)).all():
        raise calls.BadCallError(f"{key} are not x, y and 0 or 1 for each point")
    if not len(points):
        return None
    return _strokes(points.reshape(-1, 3))


def _places(drawing: np.ndarray) -> np.ndarray:
    """Stroke-3 -> (points, 3): x, y, lifted."""
    return np.column_stack([np.cumsum(drawing[:, :2], axis=0), drawing[:, 2]])


def _strokes(places: np.ndarray) -> np.ndarray:
    """The way back."""
    return np.column_stack([np.diff(places[:, :2], axis=0, prepend=0.0), places[:, 2]])


def _in_the_middle(drawing: np.ndarray) -> np.ndarray:
    """Stroke-3 in units of paper -> places in the middle of the pad."""
    places = _places(drawing)
    places[:, :2] /= PAPER
    low, high = places[:, :2].min(axis=0), places[:, :2].max(axis=0)
    places[:, :2] += MIDDLE - (low + high) / 2
    return places


def _own(seed: int) -> np.ndarray:
    """A character of the network's own, stroke-3 in shares of the pad."""
    return _strokes(_in_the_middle(sample.draw(1, 0.3, seed)[0]))
