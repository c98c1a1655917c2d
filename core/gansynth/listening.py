"""What there is to listen to at the end: a programme of pieces whose instruments change on the way, and trials of
whether one hears a recorded instrument or a generated one."""

import functools
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core import latents
from core.audio import loudness, pieces, recordings
from core.gansynth import perform, synthesize

FILE = pieces.FOLDER / "programme.toml"
Player = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What turns latents (batch, latent) and pitches (batch,) into notes (batch, 64000)."""

BETWEEN_SHARE = 0.4  # of the generated sounds that come from halfway between two instruments


@dataclass(frozen=True)
class Number:
    """A piece of the programme: by whose places its way leads, one reached every so many seconds, and the bars
    worth a word, with the seconds at which they begin."""

    piece: str
    instruments: tuple[str, ...]
    seconds_per_instrument: float
    captions: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Trial:
    """A melody twice, once by a recorded instrument and once by the generator, (samples,) within -1..1, equally loud.
    `other` is set where the generator's instrument lies halfway between `instrument` and that one."""

    phrase: str
    instrument: str
    other: str | None
    recorded: np.ndarray
    generated: np.ndarray


@functools.cache
def programme() -> dict[str, Number]:
    """The pieces by name, in their order."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Number(
            name,
            tuple(row["instruments"]),
            float(row["seconds"]),
            tuple((bar, (bar - 1) * pieces.bar_seconds(name)) for bar in row["captions"]),
        )
        for name, row in found.items()
    }


def place(instrument: str, model: synthesize.GanSynth | None = None) -> np.ndarray:
    """(latent,): where the shipped generator, or another, has learnt one of core.audio.recordings.INSTRUMENTS, played
    moderately loud.

    Raises:
        KeyError: there is no such instrument.
        LookupError: the generator has not learnt it.
        core.weights.WeightsError: its files are missing or damaged.
    """
    model = model or synthesize.load()
    program = f"{recordings.INSTRUMENTS[instrument]:03d}"
    known = [
        (abs(int(velocity) - recordings.VELOCITY), k)
        for k, name in enumerate(model.instruments)
        for family, velocity in [name.rsplit("-", 1)]
        if family.endswith(f"_{program}")
    ]
    if not known:
        raise LookupError(f"the generator has not learnt {instrument}")
    return model.places[min(known)[1]]


def play(number: Number) -> Iterator[perform.Progress]:
    """A piece of the programme by the shipped generator."""
    way = np.stack([place(instrument) for instrument in number.instruments])
    return perform.perform(synthesize.notes, pieces.load(number.piece), way, number.seconds_per_instrument)


def trial(randomness: np.random.Generator) -> Trial:
    """A melody and an instrument drawn at random. Raises OSError where a recording is missing or damaged."""
    phrase = str(randomness.choice(list(recordings.phrases())))
    instrument, other = map(str, randomness.choice(list(recordings.INSTRUMENTS), 2, replace=False))
    timbre = place(instrument)
    is_between = randomness.random() < BETWEEN_SHARE
    if is_between:
        timbre = latents.slerp(timbre, place(other), np.array([0.5]))[0]
    recorded = melody(phrase, timbre, lambda _, pitches: recordings.play(instrument, pitches))
    generated = melody(phrase, timbre, synthesize.notes)
    wanted = loudness.common_loudness([recorded, generated])
    return Trial(
        phrase,
        instrument,
        other if is_between else None,
        loudness.bring_to(recorded, wanted),
        loudness.bring_to(generated, wanted),
    )


@dataclass(frozen=True)
class Imitation:
    """A melody by the generator where it has learnt one instrument, (samples,) within -1..1, and names of others."""

    instrument: str
    others: tuple[str, ...]
    wave: np.ndarray


def imitation(randomness: np.random.Generator, n_others: int) -> Imitation:
    """A melody and an instrument drawn at random, as the generator plays it."""
    phrase = str(randomness.choice(list(recordings.phrases())))
    drawn = randomness.choice(list(recordings.INSTRUMENTS), 1 + n_others, replace=False)
    instrument, *others = map(str, drawn)
    return Imitation(instrument, tuple(others), melody(phrase, place(instrument), synthesize.notes))


def melody(phrase: str, timbre: np.ndarray, player: Player) -> np.ndarray:
    """(samples,): a melody of `recordings.phrases`, whoever plays it. Raises KeyError, and what the player does."""
    *_, last = perform.perform(player, recordings.phrases()[phrase], timbre[None], 1.0)
    return last.wave
