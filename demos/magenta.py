"""3-1 The tour of Google's Magenta: nine systems in the order in which they came, what goes in and what comes out."""

from dataclasses import dataclass

from demos import face

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
KINDS = ("strokes", "notes", "sound", "data")
YEARS = tuple(range(2017, 2020))


def build() -> None:
    face.opening("magenta")
    face.figure("magenta", systems=SYSTEMS, kinds=KINDS, years=YEARS, places=[place(one) for one in SYSTEMS])
    face.closing("magenta")


def place(system: System) -> float:
    """Where a system stands on the line of years, 0..1 from the first January to the last December."""
    year, month = system.month
    return (year - YEARS[0] + (month - 0.5) / 12) / len(YEARS)
