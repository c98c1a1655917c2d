"""What a question of the quiz is: something given, four answers of which exactly one is right, and where to see why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Value = float | int | str
Picture = Callable[[], np.ndarray]
"""Makes (height, width[, 3]) uint8 when somebody looks."""
Sound = Callable[[], np.ndarray]
"""Makes (samples,) at 16 kHz within -1..1 when somebody listens."""

N_OPTIONS = 4


@dataclass(frozen=True)
class Option:
    """An answer to choose. `wording` names the text that says it, which `values` fill; a picture or a sound says it
    without."""

    wording: str = "option"
    values: Mapping[str, Value] = field(default_factory=dict)
    picture: Picture | None = None
    sound: Sound | None = None


@dataclass(frozen=True)
class Question:
    """A question without its sentences, which stand in the texts under the name of its kind.

    `given` fills what is asked and explained, `explained` only the explanation: it would give the answer away. `see`
    is the section that shows it, with what to set there.
    """

    options: tuple[Option, ...]
    answer: int
    given: Mapping[str, Value] = field(default_factory=dict)
    explained: Mapping[str, Value] = field(default_factory=dict)
    picture: Picture | None = None
    sound: Sound | None = None
    see: tuple[str, Mapping[str, Value | list]] = ("opening", {})


def asked(random: np.random.Generator, right: Option, wrong: Sequence[Option], **rest) -> Question:
    """A question whose answers are shuffled. Raises ValueError where they are not four."""
    options = [right, *wrong]
    if len(options) != N_OPTIONS:
        raise ValueError(f"{len(options)} answers, wanted {N_OPTIONS}")
    order = random.permutation(N_OPTIONS)
    return Question(tuple(options[k] for k in order), int(np.argmin(order)), **rest)


def some(random: np.random.Generator, candidates: Sequence, n: int = N_OPTIONS - 1) -> list:
    """So many of the candidates, none twice. Raises ValueError where there are too few."""
    return [candidates[int(k)] for k in random.choice(len(candidates), n, replace=False)]
