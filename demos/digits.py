"""1-2 Learning: one step, study, test, the pad, and the network run the other way round.

The browser draws (`assets/web/digits`); each server function takes one dictionary and answers with one. A visitor's
own network is found by a token that the page makes; the shipped classifier is the same for everybody.
"""

import functools
import logging
import threading
from dataclasses import replace

import numpy as np
from torch import nn

from core import weights
from core.digits import data, explain, predict, study
from core.digits.normalize import SIDE
from demos import calls, face, seats

log = logging.getLogger(__name__)

TITLE = "digits.title"
PART = 1

LARGEST_DRAWING = 280  # pixels on a side
SLICE_S = 0.25  # of learning for one call
N_WEIGHT_PICTURES = 16
N_BOOK_SHOWN = 12
N_REAL_SHOWN = 4
N_GRADED = 500  # test digits for one call
N_PICTURES = 60
LONGEST_STUDY_S = 120.0
BOOK_SIZES = (10, 100, 1_000, 10_000, 60_000)

N_LEARNING = 2  # visitors at once: what two cores bear

_studies = seats.Seats(lambda: study.Study(study.StudyConfig(), data.load()), N_LEARNING, n_kept=48)
_grading = threading.Lock()


def build() -> None:
    face.opening("digits")
    face.figure("digits", [judge, speak, lesson, learn, leave, grade, pictures, dream], book_sizes=BOOK_SIZES)
    face.closing("digits")


@calls.server_function
def judge(call: dict) -> dict:
    """A drawing's probabilities, and the drawing as the network sees it."""
    image = predict.prepare(calls.picture(call, LARGEST_DRAWING))
    if not image.any():
        return {"isEmpty": True}
    network = _network(call)
    if network is None:
        return {"noModel": True}
    return {"seen": _bytes(image), "probabilities": _answer(network, image), "source": data.load().source}


@calls.server_function
@calls.unless_busy
def speak(call: dict) -> dict:
    """Which pixels of a drawing spoke for the network's answer, signed bytes, 127 the strongest."""
    image = predict.prepare(calls.picture(call, LARGEST_DRAWING))
    network = _network(call, is_steady=True)
    if network is None or not image.any():
        return {"noModel": network is None, "isEmpty": not image.any()}
    label = int(np.argmax(_answer(network, image)))
    spoken = np.nan_to_num(explain.occlusion_map(network, image, label))
    strongest = max(float(np.abs(spoken).max()), 1e-9)
    return {"label": label, "strongest": strongest, "map": calls.packed((spoken / strongest * 127).astype(np.int8))}


@calls.server_function
def lesson(call: dict) -> dict:
    """One labelled digit of the book, one gradient step if wanted; beside it an unlabelled digit of the same class."""
    token, digits = calls.token(call), data.load()
    first_five = int(np.argmax(digits.train.labels == 5))  # MNIST's very first
    index = (first_five + calls.whole(call, "index", 0, 60_000)) % len(digits.train)
    rate = calls.number(call, "rate", 1e-4, 100)
    is_fresh, is_step = calls.switch(call, "fresh"), calls.switch(call, "step")
    if is_fresh:
        _studies.replace(token, study.Study(study.StudyConfig(), digits))
    work = _studies.work(token)
    label = int(digits.train.labels[index])
    twin = int(np.flatnonzero(digits.test.labels == label)[0])
    images = np.stack([digits.train.images[index], digits.test.images[twin]]).astype(np.float32) / 255
    before = predict.classify(work.network, images)
    if is_step:
        work.step_on(images[0], label, rate)
    after = predict.classify(work.network, images)
    return {
        "label": label,
        "images": [_bytes(image) for image in images],
        "before": _listed(before),
        "after": _listed(after),
        "seen": work.n_seen,
        "source": digits.source,
    }


@calls.server_function
def learn(call: dict) -> dict:
    """A slice of learning, or a place in the line. New books and fresh starts make a new network."""
    token, is_fresh, is_going = calls.token(call), calls.switch(call, "fresh"), calls.switch(call, "go")
    config = study.StudyConfig(
        n_examples=calls.whole(call, "examples", 1, 60_000),
        flipped=calls.number(call, "flipped", 0, 1),
        learning_rate=calls.number(call, "rate", 1e-4, 100),
        seed=calls.whole(call, "seed", 0, 999),
    )
    place = _studies.place_in_line(token) if is_going else 0
    if place:
        return {"waiting": place, "seconds": round(place * seats.TURN_S / N_LEARNING)}
    work = _studies.work(token)
    is_new = is_fresh or replace(config, learning_rate=work.config.learning_rate) != work.config
    if is_new:
        work = study.Study(config, data.load())
        _studies.replace(token, work)
    work.config = config
    is_over = work.seconds >= LONGEST_STUDY_S
    if is_over or not is_going:
        return {"progress": _progress(work.progress()), "isOver": is_over, **_state(work, True)}
    progress = work.learn(SLICE_S)
    return {"progress": _progress(progress), "isOver": False, **_state(work, is_new)}


@calls.server_function
def leave(call: dict) -> dict:
    """The visitor stops learning: the next one in the line need not wait."""
    _studies.leave(calls.token(call))
    return {}


@calls.server_function
def grade(call: dict) -> dict:
    """The network's answers to the next unseen digits, from `start`, with their true labels."""
    digits = data.load()
    start = calls.whole(call, "start", 0, (len(digits.test) - 1) // N_GRADED * N_GRADED)
    if start % N_GRADED:
        raise calls.BadCallError(f"start is not a multiple of {N_GRADED}")
    network = _network(call)
    if network is None:
        return {"noModel": True}
    if call["own"]:
        answers = {**_answers(network, start), "seen": _studies.work(calls.token(call)).n_seen}
    else:
        with _grading:  # a class presses "Test" at once, and each part is graded once
            answers = _shipped_answers(start)
    labels = digits.test.labels[start : start + N_GRADED].tolist()
    return {"total": len(digits.test), "labels": labels, "source": digits.source, **answers}


@calls.server_function
def pictures(call: dict) -> dict:
    """Unseen digits by their places in the test set."""
    test = data.load().test
    places = call.get("places")
    if not isinstance(places, list) or not 1 <= len(places) <= N_PICTURES:
        raise calls.BadCallError(f"places are not a list of 1 to {N_PICTURES}")
    wanted = [calls.whole({"place": place}, "place", 0, len(test) - 1) for place in places]
    return {"images": calls.packed(test.images[wanted])}


@calls.server_function
@calls.unless_busy
def dream(call: dict) -> dict:
    """Gradient ascent from a label to a picture: every frame, how sure the network is of it, and real digits."""
    label, seed = calls.whole(call, "label", 0, 9), calls.whole(call, "seed", 0, 999)
    network = _network(call, is_steady=True)
    if network is None:
        return {"noModel": True}
    test = data.load().test
    frames, answers = zip(*explain.ascend(network, label, seed=seed), strict=True)
    return {
        "frames": calls.packed((np.stack(frames) * 255).round().astype(np.uint8)),
        "probabilities": _listed(np.stack(answers)[:, label]),
        "source": data.load().source,
        "real": calls.packed(test.images[test.labels == label][:N_REAL_SHOWN]),
    }


def _network(call: dict, is_steady: bool = False) -> nn.Module | None:
    """The visitor's own network, or the shipped classifier; None where the latter's files cannot be used.

    A steady one is a copy, taken between two slices, that learning does not change.
    """
    if not calls.switch(call, "own"):
        return _shipped()
    work = _studies.work(calls.token(call))
    return work.snapshot() if is_steady else work.network


def _shipped() -> nn.Module | None:
    try:
        return predict.load()
    except weights.WeightsError as error:
        calls.log_once(
            log, "the digit classifier cannot be loaded (`python -m core.digits.train` makes it anew)", str(error)
        )
        return None


def _answers(network: nn.Module, start: int) -> dict:
    images = data.load().test.images[start : start + N_GRADED].astype(np.float32) / 255
    probabilities = predict.classify(network, images)
    return {"answers": probabilities.argmax(1).tolist(), "sure": _listed(probabilities.max(1))}


@functools.cache
def _shipped_answers(start: int) -> dict:
    return _answers(predict.load(), start)


def _state(work: study.Study, is_new: bool) -> dict:
    """The network's weights as pictures, signed bytes, and, where it is new, the first pages of its book."""
    spread = work.weight_pictures(N_WEIGHT_PICTURES)
    strongest = np.maximum(np.abs(spread).max((1, 2), keepdims=True), 1e-9)
    state = {"weights": calls.packed(np.nan_to_num(spread / strongest * 127).astype(np.int8))}
    if is_new:
        shown = work.book[:N_BOOK_SHOWN]
        state["book"] = {
            "images": calls.packed(shown.images),
            "labels": shown.labels.tolist(),
            "truth": work.truth[:N_BOOK_SHOWN].tolist(),
            "size": len(work.book),
            "nTrain": len(data.load().train),
            "source": data.load().source,
        }
    return state


def _progress(progress: study.Progress) -> dict:
    loss = progress.loss
    return {
        "seen": progress.n_seen,
        "seconds": round(progress.seconds, 3),
        "loss": round(loss, 5) if np.isfinite(loss) else None,
        "book": round(progress.book_accuracy, 5),
        "test": round(progress.test_accuracy, 5),
    }


def _answer(network: nn.Module, image: np.ndarray) -> list[float]:
    return _listed(predict.classify(network, image[None]))[0]


def _listed(probabilities: np.ndarray) -> list:
    """Probabilities as plain numbers; a network that has diverged is as good as guessing."""
    return np.nan_to_num(probabilities.astype(float), nan=0.1).round(5).tolist()


def _bytes(image: np.ndarray) -> str:
    assert image.shape == (SIDE, SIDE)
    return calls.packed((image * 255).round().astype(np.uint8))
