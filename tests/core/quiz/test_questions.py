"""Every generated question is solved a thousand times, from what is asked and by other means than it was made with."""

import functools
import math

import librosa
import numpy as np
import pytest
import scipy.stats
import torch

from core.audio import notes
from core.audio.stft import PADDING
from core.digits import predict
from core.forgery import judge
from core.quiz import digits, questions, sound

GENERATED = [name for name, kind in questions.KINDS.items() if kind.make]


def input_fires(question, option):
    weights, inputs = (
        [numbers[f"{letter}{k}"] for k in (1, 2, 3)]
        for numbers, letter in ((question.given, "w"), (option.values, "x"))
    )
    return sum(w * x for w, x in zip(weights, inputs, strict=True)) >= question.given["theta"]


def neuron_output(question, option):
    weights, inputs = ([question.given[f"{letter}{k}"] for k in (1, 2, 3)] for letter in "wx")
    z = torch.tensor(weights) @ torch.tensor(inputs) - question.given["theta"]
    return option.values["y"] == torch.relu(z).item()


def gate_weights(question, option):
    w1, w2, theta = (option.values[name] for name in ("w1", "w2", "theta"))
    gate = {"AND": lambda a, b: a and b, "OR": lambda a, b: a or b, "NAND": lambda a, b: not (a and b)}
    corners = [(a, b) for a in (False, True) for b in (False, True)]
    return all((w1 * a + w2 * b >= theta) == gate[question.given["gate"]](a, b) for a, b in corners)


def perceptron_step(question, option):
    given = question.given
    step = given["rate"] * (given["label"] - (given["w1"] * given["x1"] + given["w2"] * given["x2"] >= given["theta"]))
    after = {
        "w1": given["w1"] + step * given["x1"],
        "w2": given["w2"] + step * given["x2"],
        "theta": given["theta"] - step,
    }
    return after == dict(option.values)


@functools.cache
def n_parameters(hidden):
    network = torch.nn.Sequential(torch.nn.Linear(784, hidden), torch.nn.Linear(hidden, 10))
    return sum(one.numel() for one in network.parameters())


def parameter_count(question, option):
    return option.values["n"] == n_parameters(question.given["hidden"])


@functools.cache
def confidence(k):
    return predict.probabilities((255 - digits.digit(k))[None].astype(np.float32) / 255).max()


def unsure_digit(question, option):
    all_sure = [confidence(*one.picture.args) for one in question.options]
    return confidence(*option.picture.args) == min(all_sure)


def skill(option, n):
    rates = [(option.values[name] + 0.5) / (n + 1) for name in ("hits", "alarms")]
    hits, alarms = scipy.stats.norm.ppf(rates)
    return hits - alarms


def best_d_prime(question, option):
    n = question.given["n"]
    return skill(option, n) == max(skill(one, n) for one in question.options)


def caught_digit(question, option):
    judges = judge.load()
    picture = torch.from_numpy((255 - option.picture()).astype(np.float32) / 255)
    return judges.judges[-1](picture[None]).item() < judges.thresholds[-1]


def longest_training(question, option):
    return option.picture.args[1] == max(one.picture.args[1] for one in question.options)


def least_truncation(question, option):
    return option.picture.args[1] == min(one.picture.args[1] for one in question.options)


def phase_slip(question, option):
    turns = question.given["hz"] * question.given["hop"] / 1000
    said = float(option.values["turns"].replace("−", "-"))
    return math.isclose((turns - said) % 1, 0) or math.isclose((turns - said) % 1, 1)


def bin_width(question, option):
    frequencies = librosa.fft_frequencies(sr=question.given["rate"], n_fft=question.given["n"])
    return math.isclose(option.values["hz"], frequencies[1], abs_tol=0.01)


@functools.cache
def by_librosa(note):
    """The four pictures by other means: rows of the bins that are loudest in them, each in order of its own values."""
    wave = np.pad(sound.shipped(note), (PADDING, PADDING + 512))
    spectrum = librosa.stft(wave, n_fft=2048, hop_length=512, center=False)
    angles = np.angle(spectrum)
    unwrapped = np.unwrap(angles, axis=1)
    steps = np.angle(np.exp(1j * np.diff(angles, axis=1, prepend=0)))
    level = 20 * np.log10(np.maximum(np.abs(spectrum), 1e-6))
    loud = np.argsort(-np.abs(spectrum).sum(axis=1))[:12]
    return {"level": level[loud], "phase": angles[loud], "unwrapped": unwrapped[loud], "frequency": steps[loud]}, loud


@functools.cache
def name_of(note, name):
    """Which of librosa's pictures a drawn one is: the rows of the loudest bins follow it from frame to frame."""
    found, loud = by_librosa(note)
    drawn = np.flipud(sound.picture(note, name)).astype(float)
    rows = np.clip(np.round(32 * np.log2(loud * 7.8125 / 31.25)).astype(int), 0, 255)
    frames = min(drawn.shape[1], next(iter(found.values())).shape[1])

    def likeness(picture):
        pairs = zip(drawn[rows][:, 3 : frames - 3], picture[:, 3 : frames - 3], strict=True)
        with np.errstate(all="ignore"):
            return np.nanmedian([np.corrcoef(one, other)[0, 1] for one, other in pairs])

    return max(found, key=lambda one: likeness(found[one]))


def hidden_picture(question, option):
    return f"name_{name_of(*option.picture.args)}" == question.given["name"]


def note_of_partial(question, option):
    return option.values["note"] == librosa.hz_to_note(question.given["hz"] / question.given["partial"])


def random_phase(question, option):
    return option.sound.args[1] == "random"


def octave_higher(question, option):
    seed, base = question.sound.args
    hz = [notes.pitch_to_hz(pitch) for pitch in (base, option.sound.args[1])]
    return option.sound.args[0] == seed and math.isclose(hz[1], 2 * hz[0])


def wandering(question, option):
    place = (question.given["at"] / question.given["every"]) % question.given["n"]  # after the last the first again
    away = abs(place - (option.values["nth"] - 1))
    return min(away, question.given["n"] - away) < 0.5


SOLVERS = {name: globals()[name] for name in GENERATED}


@pytest.mark.parametrize("kind", GENERATED)
def test_exactly_one_answer_is_right_a_thousand_times(kind):
    places = np.zeros(4, int)
    for seed in range(1000):
        question = questions.make(kind, seed)
        right = [k for k, option in enumerate(question.options) if SOLVERS[kind](question, option)]
        assert right == [question.answer], seed
        places[question.answer] += 1
    assert places.min() > 180  # no place is the safe guess


@pytest.mark.parametrize("kind", GENERATED)
def test_a_seed_gives_its_question_again_and_others_give_others(kind):
    def outline(seed):
        question = questions.make(kind, seed)
        return repr([(dict(one.values), one.picture, one.sound) for one in question.options]) + repr(question.given)

    assert questions.make(kind, 5).answer == questions.make(kind, 5).answer
    assert questions.make(kind, 5).given == questions.make(kind, 5).given
    assert len({outline(seed) for seed in range(8)}) > 4


@pytest.mark.parametrize("kind", [name for name, kind in questions.KINDS.items() if not kind.make])
def test_an_ideas_answers_change_their_order_only(kind):
    orders = set()
    for seed in range(40):
        question = questions.make(kind, seed)
        assert question.options[question.answer].wording == "right"
        orders.add(tuple(option.wording for option in question.options))
    assert {tuple(sorted(order)) for order in orders} == {("right", "wrong1", "wrong2", "wrong3")}
    assert len(orders) > 10


def test_there_are_enough_of_all_parts():
    assert len(questions.KINDS) >= 24
    assert len(GENERATED) >= 10
    assert {kind.part for kind in questions.KINDS.values()} == {1, 2, 3, 4}


def test_an_unknown_kind_is_a_key_error():
    with pytest.raises(KeyError):
        questions.make("horoscope", 1)
