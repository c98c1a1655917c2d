"""Questions about the network of digits: how many numbers it learns, and which digit it is unsure of."""

import functools

import numpy as np

from core.digits import data, predict
from core.digits.normalize import SIDE
from core.quiz.question import Option, Question, asked, some

N_INPUTS, N_OUTPUTS = SIDE * SIDE, data.N_CLASSES
HIDDEN = (16, 32, 64, 100, 128, 256, 300, 512)
N_LOOKED_AT = 1_000  # of the test digits
SURE, UNSURE = 0.9, 0.7


def parameter_count(random: np.random.Generator) -> Question:
    """How many weights and biases a network with one hidden layer has."""
    hidden = int(random.choice(HIDDEN))
    right = (N_INPUTS + 1) * hidden + (hidden + 1) * N_OUTPUTS
    wrong = [
        N_INPUTS + hidden + N_OUTPUTS,  # the neurons
        N_INPUTS * hidden * N_OUTPUTS,
        N_INPUTS * hidden + hidden,  # the first layer alone
        (N_INPUTS + N_OUTPUTS) * hidden,  # without the biases
        N_INPUTS * N_OUTPUTS + hidden,
    ]
    return asked(
        random,
        Option(values={"n": right}),
        [Option(values={"n": one}) for one in some(random, wrong)],
        given={"hidden": hidden},
        explained={"n": right, "first": (N_INPUTS + 1) * hidden, "second": (hidden + 1) * N_OUTPUTS},
        see=("digits", {"view": "study"}),
    )


def unsure_digit(random: np.random.Generator) -> Question:
    """Of which of four test digits the shipped network is least sure."""
    answers = _answers()
    confidence = answers.max(axis=1)
    (doubtful,) = some(random, np.flatnonzero(confidence < UNSURE), 1)
    clear = some(random, np.flatnonzero(confidence > SURE))
    return asked(
        random,
        Option(picture=functools.partial(digit, int(doubtful))),
        [Option(picture=functools.partial(digit, int(one))) for one in clear],
        explained={
            "said": int(answers[doubtful].argmax()),
            "percent": round(100 * float(confidence[doubtful])),
            "label": int(data.load().test.labels[doubtful]),
            "least": round(100 * float(min(confidence[clear]))),
        },
        see=("digits", {"view": "test"}),
    )


def digit(k: int) -> np.ndarray:
    """A test digit, (28, 28) uint8, dark ink on light."""
    return 255 - data.load().test.images[k]


@functools.cache
def _answers() -> np.ndarray:
    """What the shipped network says of the first test digits, (n, 10)."""
    return predict.probabilities(data.load().test.images[:N_LOOKED_AT].astype(np.float32) / 255)
