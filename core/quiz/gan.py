"""Questions about forgers and judges, answered by the shipped models: whose skill is greatest, which forgery is caught,
which learnt longest, which faces were drawn nearest to the mean."""

import functools

import numpy as np

from core.digits import data
from core.faces import sample
from core.faces.scoring import Score
from core.forgery import forge, judge
from core.quiz.digits import digit
from core.quiz.question import N_OPTIONS, Option, Question, asked, some
from core.sheets import sheet

N_SHOWN = 20  # pictures of either kind that a player of the face game has seen
LEAST_LEAD = 0.5  # of the best d' over the next
N_FACES = 3
TRUNCATIONS = (0.1, 0.55, 0.75, 0.95)
N_FORGED = 5
LATE, EARLY = (6, 7), range(4)  # moments of the forger, told apart by eye
LAST = -1  # judge


def best_d_prime(random: np.random.Generator) -> Question:
    """Who of four players tells real from generated best."""
    while True:
        counts = random.integers(2, N_SHOWN, (N_OPTIONS, 2))
        skill = [Score(N_SHOWN, N_SHOWN, int(hits), int(alarms)).d_prime for hits, alarms in counts]
        order = np.argsort(skill)
        generous = int(counts[:, 0].argmax())  # who calls most real is not to be the answer each time
        if skill[order[-1]] - skill[order[-2]] > LEAST_LEAD and generous != order[-1]:
            break
    right, *wrong = (
        Option(values={"hits": int(counts[k, 0]), "alarms": int(counts[k, 1])}) for k in reversed(order.tolist())
    )
    return asked(
        random,
        right,
        wrong,
        given={"n": N_SHOWN},
        explained={**right.values, "d": round(skill[order[-1]], 1), "next": round(skill[order[-2]], 1)},
        see=("real_face", {"view": "score"}),
    )


def caught_digit(random: np.random.Generator) -> Question:
    """Which of four digits the last judge calls a forgery."""
    judges, forger = judge.load(), forge.load()
    real = data.load().test.images
    while True:
        moment = int(random.integers(2, 6))
        seed, label = int(random.integers(2**31)), int(random.integers(10))
        others = random.choice(len(real), N_OPTIONS - 1, replace=False)
        images = np.stack([_forged(seed, label, moment), *real[others]])
        if judges.caught_by(LAST, images.astype(np.float32) / 255).tolist() == [True, False, False, False]:
            break
    return asked(
        random,
        Option(picture=functools.partial(forged_digit, seed, label, moment)),
        [Option(picture=functools.partial(digit, int(k))) for k in others],
        explained={"step": forger.moments[moment], "last": forger.moments[-1]},
        see=("forgery", {"view": "scene", "moment": moment}),
    )


def longest_training(random: np.random.Generator) -> Question:
    """Which of four rows of digits the forger made last."""
    seed = int(random.integers(2**31))
    (late,) = some(random, LATE, 1)
    early = some(random, EARLY)
    moments = forge.load().moments
    return asked(
        random,
        Option(picture=functools.partial(forged_row, seed, late)),
        [Option(picture=functools.partial(forged_row, seed, one)) for one in early],
        explained={"step": moments[late], "before": moments[max(early)]},
        see=("forgery", {"view": "film"}),
    )


def least_truncation(random: np.random.Generator) -> Question:
    """Which of four rows of faces was drawn with the smallest truncation, nearest to the mean."""
    right, *wrong = (
        Option(picture=functools.partial(face_row, int(random.integers(2**31)), psi)) for psi in TRUNCATIONS
    )
    return asked(
        random,
        right,
        wrong,
        explained={"least": TRUNCATIONS[0], "most": TRUNCATIONS[-1]},
        see=("real_face", {"view": "walk"}),
    )


def forged_digit(seed: int, label: int, moment: int) -> np.ndarray:
    """A forgery, (28, 28) uint8, dark ink on light."""
    return 255 - _forged(seed, label, moment)


def forged_row(seed: int, moment: int) -> np.ndarray:
    """The digits 0 to 4 by the forger at one of its moments, the same latents for each, (28, 140) uint8."""
    latents = np.random.default_rng(seed).standard_normal((N_FORGED, forge.load().latent_size))
    return 255 - sheet(forge.digits(latents, np.arange(N_FORGED), moment), N_FORGED)


def face_row(seed: int, truncation: float) -> np.ndarray:
    """Three faces beside one another, (side, 3 side, 3) uint8."""
    generator = sample.load()
    latents = np.random.default_rng(seed).standard_normal((N_FACES, generator.latent_size))
    return sheet(generator.faces(latents, truncation), N_FACES)


def _forged(seed: int, label: int, moment: int) -> np.ndarray:
    latent = np.random.default_rng(seed).standard_normal((1, forge.load().latent_size))
    return forge.digits(latent, np.array([label]), moment)[0]
