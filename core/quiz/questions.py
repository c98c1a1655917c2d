"""The kinds of questions, in the lecture's order, and a question of a kind.

A generated question is made anew from a seed by the parts of the lecture itself, and so is its answer: nothing of it is
stored. The others are about ideas: their four answers stand in the texts, and only their order changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.quiz import digits, gan, neuron, sound
from core.quiz.question import Option, Question, Value, asked

WORDINGS = ("right", "wrong1", "wrong2", "wrong3")


@dataclass(frozen=True)
class Kind:
    """A kind of question: its part of the lecture, and what makes it; or, for an idea, where to see it."""

    part: int
    make: Callable[[np.random.Generator], Question] | None = None
    see: tuple[str, Mapping[str, Value]] = ("opening", {})


KINDS: dict[str, Kind] = {
    "input_fires": Kind(1, neuron.input_fires),
    "neuron_output": Kind(1, neuron.neuron_output),
    "gate_weights": Kind(1, neuron.gate_weights),
    "knowledge": Kind(1, see=("neuron", {"try": 2})),
    "one_line": Kind(1, see=("neuron", {"try": 3})),
    "perceptron_step": Kind(1, neuron.perceptron_step),
    "parameter_count": Kind(1, digits.parameter_count),
    "unseen": Kind(1, see=("digits", {"view": "test"})),
    "wrong_book": Kind(1, see=("digits", {"try": 2})),
    "unsure_digit": Kind(1, digits.unsure_digit),
    "backwards": Kind(1, see=("digits", {"view": "make"})),
    "calls_all_real": Kind(2, see=("real_face", {"view": "score"})),
    "best_d_prime": Kind(2, gan.best_d_prime),
    "least_truncation": Kind(2, gan.least_truncation),
    "never_sees": Kind(2, see=("forgery", {"view": "scene", "moment": 3})),
    "caught_digit": Kind(2, gan.caught_digit),
    "longest_training": Kind(2, gan.longest_training),
    "too_strong": Kind(2, see=("forgery", {"view": "duel", "preset": "strongPolice"})),
    "collapse": Kind(2, see=("forgery", {"view": "duel", "preset": "collapse"})),
    "through_notes": Kind(3, see=("magenta", {"system": "wave2midi2wave"})),
    "pen_lifted": Kind(3, see=("magenta", {"system": "sketch_rnn"})),
    "sound_goes_on": Kind(3, see=("phase", {"view": "sound", "source": "clarinet", "variant": "random"})),
    "phase_slip": Kind(3, sound.phase_slip),
    "bin_width": Kind(3, sound.bin_width),
    "hidden_picture": Kind(3, sound.hidden_picture),
    "note_of_partial": Kind(3, sound.note_of_partial),
    "random_phase": Kind(3, sound.random_phase),
    "why_frequency": Kind(3, see=("phase", {"view": "sound", "source": "clarinet"})),
    "grows": Kind(3, see=("gansynth", {})),
    "all_at_once": Kind(3, see=("magenta", {"system": "gansynth"})),
    "octave_higher": Kind(3, sound.octave_higher),
    "who_decides": Kind(4, see=("gansynth", {})),
    "wandering": Kind(4, sound.wandering),
    "half_right": Kind(4, see=("listening", {"view": "guess"})),
}


def make(kind: str, seed: int) -> Question:
    """The question of a kind that belongs to a seed: the same seed, the same question.

    Raises:
        KeyError: there is no such kind.
        core.weights.WeightsError: a model it needs cannot be loaded.
    """
    about = KINDS[kind]
    random = np.random.default_rng(seed)
    if about.make is not None:
        return about.make(random)
    right, *wrong = (Option(wording) for wording in WORDINGS)
    return asked(random, right, wrong, see=about.see)
