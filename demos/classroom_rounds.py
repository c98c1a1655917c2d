"""What a class is asked: each kind of round made once, when it is asked, with its pictures and sounds as files.

A made round holds everything in both languages, so that a class goes on after the server was started anew, with other
models or none. `answer` are the right options; where the round has none it is empty.
"""

import io
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from core.classroom.store import Store, Vote
from core.digits import data as digit_data
from core.digits import predict
from core.digits.normalize import SIDE
from core.faces import game
from core.faces.present import presented
from core.forgery import judge
from core.forgery.redraw import prepared, to_floats
from core.gansynth import listening
from core.quiz import questions
from core.quiz.question import Option, Question
from demos import forgery, review, sounds, text
from demos.sittings import Sittings

LETTERS = "ABCDEFGHIJKL"
LARGEST_SEED = 2**31 - 1
N_UNMASKED = 6  # of either kind at most
SHOWN_SIDE = 4 * SIDE  # pixels of a digit
N_INSTRUMENTS = 4
LONGEST_STAKE = 24  # letters

Said = dict[str, str]  # by language


class NothingDrawnError(LookupError):
    """A round about what the class has forged, and it has forged nothing."""


@dataclass
class Made:
    """A round ready to be asked: its content, and its files by name with their media types."""

    content: dict
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def keep(self, media_type: str, data: bytes) -> str:
        """The name of a new file, which nobody can guess."""
        name = secrets.token_hex(8)
        self.files[name] = (media_type, data)
        return name


def said(key: str, **values: Said | str | int) -> Said:
    """A text in both languages; a value may be in both languages, too."""
    return {
        lang: text.text(key, lang).format(
            **{name: value[lang] if isinstance(value, dict) else value for name, value in values.items()}
        )
        for lang in text.LANGUAGES
    }


def make(
    kind: str, setting: dict, sittings: Sittings[game.Sitting], code: str, drawn: tuple[int, list[Vote]] | None = None
) -> Made:
    """A round of one of KINDS for a class. `drawn` is what it has `forged`, for `unmask`.

    Raises:
        KeyError: a setting that the kind does not have.
        NothingDrawnError: `unmask` before the class has forged.
        core.faces.data.NoPortraitsError, core.faces.game.SpentError: no real face can be shown.
        core.weights.WeightsError: a model it needs cannot be loaded.
        OSError: a recording is missing.
    """
    if kind in LINEUPS:
        return _lineup(kind, sittings.of(code), _stake(setting) if kind == game.BET else "")
    if kind == "unmask":
        return _unmask(drawn)
    return SIMPLE[kind](setting)


def _content(ask: Said, options: list[dict], answer: list[int], **rest) -> dict:
    return {
        "ask": ask,
        "options": options,
        "n_options": len(options),
        "takes_many": False,
        "takes_drawing": False,
        "answer": answer,
        "why": None,
        "see": None,
        **rest,
    }


# ---- faces ----
LINEUPS = (game.BET, game.FOUR, game.NINE)


def _stake(setting: dict) -> str:
    """What the teacher bets, in the teacher's own words, or nothing."""
    stake = setting.get("stake", "")
    if not isinstance(stake, str) or len(stake) > LONGEST_STAKE or not stake.isprintable():
        raise KeyError("stake")
    return stake.strip()


def _lineup(kind: str, sitting: game.Sitting, stake: str = "") -> Made:
    shown = sitting.draw(kind)
    opinion = game.judged(sitting.model, shown)
    answer = [k for k, is_real in enumerate(shown.is_real) if is_real]
    ask, why = f"classroom.round.{kind}.ask", f"classroom.round.{kind}.why"
    if stake:
        ask, why = "classroom.round.bet.ask_for", "classroom.round.bet.why_for"
    letters = {"letter": LETTERS[answer[0]] if answer else "", "pick": LETTERS[opinion.pick]}
    made = Made({})
    options = [{"picture": made.keep("image/jpeg", file)} for file in presented(shown.pictures)]
    made.content = _content(
        said(ask, stake=stake), options, answer, why=said(why, stake=stake, **letters), see=["real_face", {}]
    )
    return made


# ---- sounds ----
def _recorded(_: dict) -> Made:
    trial = listening.trial(np.random.default_rng())
    is_generated = bool(np.random.default_rng().integers(2))
    names = {"instrument": _instrument(trial.instrument), "other": _instrument(trial.other or trial.instrument)}
    truth = "between" if trial.other else "generated"
    made = Made({})
    options = [{"text": said(f"classroom.round.recorded.{name}")} for name in ("instrument", "machine")]
    made.content = _content(
        said("classroom.round.recorded.ask"),
        options,
        [int(is_generated)],
        why=said(f"classroom.round.recorded.was_{truth if is_generated else 'recorded'}", **names),
        sound=made.keep("audio/flac", sounds.flac(trial.generated if is_generated else trial.recorded)),
        see=["listening", {"view": "guess"}],
    )
    return made


def _which_instrument(_: dict) -> Made:
    random = np.random.default_rng()
    imitation = listening.imitation(random, N_INSTRUMENTS - 1)
    names = list(random.permutation([imitation.instrument, *imitation.others]))
    made = Made({})
    made.content = _content(
        said("classroom.round.instrument.ask"),
        [{"text": _instrument(str(name))} for name in names],
        [names.index(imitation.instrument)],
        why=said("classroom.round.instrument.why", instrument=_instrument(imitation.instrument)),
        sound=made.keep("audio/flac", sounds.flac(imitation.wave)),
        see=["gansynth", {}],
    )
    return made


def _instrument(name: str) -> Said:
    return said(f"listening.live.{name}")


# ---- the quiz ----
def _question(setting: dict) -> Made:
    """A question of the quiz: `question` is one of its kinds, or "any"."""
    random = np.random.default_rng()
    kinds = list(questions.KINDS)
    kind = setting.get("question", "any")
    if kind == "any":
        kind = str(random.choice(kinds))
    asked = questions.make(kind, int(random.integers(LARGEST_SEED)))  # KeyError where there is none
    made = Made({})
    options = [_option(made, kind, option) for option in asked.options]
    section, see = asked.see
    made.content = _content(
        review.said(kind, "ask", asked.given),
        options,
        [asked.answer],
        why=review.said(kind, "why", {**asked.given, **asked.explained}),
        see=[section, json.loads(json.dumps(see))],
    )
    made.content |= _seen_and_heard(made, asked)
    return made


def _neuron(_: dict) -> Made:
    return _question({"question": "neuron_output"})


def _option(made: Made, kind: str, option: Option) -> dict:
    shown = _seen_and_heard(made, option)
    return shown or {"text": review.said(kind, option.wording, option.values)}


def _seen_and_heard(made: Made, one: Option | Question) -> dict:
    shown = {}
    if one.picture:
        shown["picture"] = made.keep("image/png", review.png(one.picture()))
    if one.sound:
        shown["sound"] = made.keep("audio/flac", sounds.flac(one.sound()))
    return shown


# ---- drawings ----
def _draw(_: dict) -> Made:
    """Everybody draws the digit that is theirs: the class's own test set."""
    return Made(_drawing(said("classroom.round.draw.ask"), ["digits", {"view": "test"}]))


def _forge(setting: dict) -> Made:
    """Everybody forges the same digit, 0 to 9."""
    digit = setting.get("digit", 5)
    if type(digit) is not int or digit not in range(digit_data.N_CLASSES):
        raise KeyError("digit")
    content = _drawing(said("classroom.round.forge.ask", digit=digit), ["forgery", {"view": "forge"}])
    return Made({**content, "digit": digit})


def _drawing(ask: Said, see: list) -> dict:
    predict.load(), judge.load()  # drawings are judged as they come
    return {**_content(ask, [], [], see=see), "n_options": digit_data.N_CLASSES, "takes_drawing": True}


def forged(store: Store, code: str) -> tuple[int, list[Vote]] | None:
    """The digit and the drawings of the last forging that has any, or None."""
    for asked in reversed(store.rounds(code)):
        if asked.kind == "forge":
            drawn = [vote for vote in store.votes(code, asked.number) if not vote.is_removed]
            if drawn:
                return asked.content["digit"], drawn
    return None


def _unmask(found: tuple[int, list[Vote]] | None) -> Made:
    """Real digits and the class's, in any order: which are forged? The last judge says so, too."""
    if found is None:
        raise NothingDrawnError("nothing was forged")
    digit, drawn = found
    random = np.random.default_rng()
    chosen = [drawn[k] for k in random.permutation(len(drawn))[:N_UNMASKED]]
    fakes = [np.frombuffer(vote.drawing, np.uint8).reshape(SIDE, SIDE) for vote in chosen]
    test = digit_data.load().test
    real = prepared(random.choice(test.images[test.labels == digit], len(fakes), replace=False))
    pictures = np.stack([*fakes, *real])
    order = random.permutation(len(pictures))
    caught = judge.load().caught(to_floats(pictures))[:, -1]
    values = {"n": len(fakes), "caught": int(caught[: len(fakes)].sum()), "wrong": int(caught[len(fakes) :].sum())}
    knows_these = digit_data.load().source == forgery.JUDGED_SOURCE
    made = Made({})
    answer = [int(place) for place, k in enumerate(order) if k < len(fakes)]
    made.content = _content(
        said("classroom.round.unmask.ask", digit=digit),
        [{"picture": made.keep("image/png", digit_png(pictures[k]))} for k in order],
        answer,
        takes_many=True,
        why=said("classroom.round.unmask.why" if knows_these else "classroom.round.unmask.why_alone", **values),
        judge=[int(place) for place, k in enumerate(order) if caught[k] and knows_these],
        people=[chosen[k].person if k < len(fakes) else None for k in order.tolist()],
        see=["forgery", {"view": "forge"}],
    )
    return made


def digit_png(image: np.ndarray) -> bytes:
    """(28, 28) uint8, ink bright -> a PNG with dark ink on white."""
    enlarged = Image.fromarray(255 - image).resize((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BICUBIC)
    enlarged.save(file := io.BytesIO(), "PNG")
    return file.getvalue()


SIMPLE: Mapping[str, Callable[[dict], Made]] = {
    "recorded": _recorded,
    "instrument": _which_instrument,
    "neuron": _neuron,
    "quiz": _question,
    "draw": _draw,
    "forge": _forge,
}
KINDS = ("neuron", "draw", *LINEUPS, "forge", "unmask", "instrument", "recorded", "quiz")
"""In the lecture's order."""
