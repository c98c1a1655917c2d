"""The quiz: questions over the whole lecture, many made anew each time from the lecture's own parts.

A question is a kind and a seed, and the page keeps no more than these and what was chosen: the server makes the
question again, with its answer, whenever it is asked for. So the answer is not in the page before somebody has chosen.
"""

import io
import json
import logging
from collections.abc import Callable

import numpy as np
from PIL import Image

from core import weights
from core.quiz import questions
from core.quiz.question import N_OPTIONS, Option, Question, Value
from demos import calls, face, sounds, text

log = logging.getLogger(__name__)

TITLE = "review.title"

LARGEST_SEED = 2**31 - 1
N_SHORT = 12
LEAST_SIDE = 84  # pixels; smaller pictures are enlarged by whole factors, so that their pixels stay squares


def build() -> None:
    face.figure(
        "review",
        [question, answer],
        kinds=json.dumps({name: kind.part for name, kind in questions.KINDS.items()}),
        lecture_parts=sorted({kind.part for kind in questions.KINDS.values()}),
        letters="ABCD"[:N_OPTIONS],
        n_short=N_SHORT,
        names=json.dumps(names(), ensure_ascii=False),
    )
    for name, kind in questions.KINDS.items():
        needed = {"name", "ask", "why", *(() if kind.make else questions.WORDINGS)}
        if missing := needed - _wordings(name)["ko"].keys():
            raise KeyError(f"review.question.{name}: {', '.join(sorted(missing))}")


@calls.server_function
def question(call: dict) -> dict:
    """A question of a kind and a seed, in both languages, without its answer."""
    return _told(call, _asked)


@calls.server_function
def answer(call: dict) -> dict:
    """Which answer was right, why, and where to see it."""
    return _told(call, _answered)


def _told(call: dict, tell: Callable[[str, int], dict]) -> dict:
    kind, seed = calls.choice(call, "kind", questions.KINDS), calls.whole(call, "seed", 0, LARGEST_SEED)
    try:
        return tell(kind, seed)
    except weights.WeightsError as error:
        calls.log_once(log, "a question of the quiz cannot be made", str(error))
        return {"noModel": True}


@calls.unless_busy
def _asked(kind: str, seed: int) -> dict:
    made = questions.make(kind, seed)
    return {
        "ask": said(kind, "ask", made.given),
        "options": [_shown(kind, one) for one in made.options],
        **_seen_and_heard(made),
    }


def _answered(kind: str, seed: int) -> dict:
    made = questions.make(kind, seed)
    section, setting = made.see
    why = said(kind, "why", {**made.given, **made.explained})
    return {"answer": made.answer, "why": why, "section": section, "setting": setting}


def said(kind: str, wording: str, values: dict[str, Value]) -> dict[str, str]:
    """A sentence of a kind of question in each language, with its values in it. A value that is itself the name of one
    of the kind's wordings is said, too."""
    return {lang: _filled(kind, wording, values, lang) for lang in text.LANGUAGES}


def number(value: float | int) -> str:
    """A number as people write it: 1,234, −0.5, 15.62."""
    return f"{value:,.4f}".rstrip("0").rstrip(".").replace("-", "−")


def _filled(kind: str, wording: str, values: dict[str, Value], lang: str) -> str:
    prefix, texts = f"review.question.{kind}.", text.texts(lang)
    filled = {
        name: texts.get(f"{prefix}{value}", value) if isinstance(value, str) else number(value)
        for name, value in values.items()
    }
    return text.text(f"{prefix}{wording}", lang).format(**filled)


def _wordings(kind: str) -> dict[str, dict[str, str]]:
    """All sentences of a kind, by language."""
    prefix = f"review.question.{kind}."
    return {
        lang: {key.removeprefix(prefix): text.text(key, lang) for key in text.texts(lang) if key.startswith(prefix)}
        for lang in text.LANGUAGES
    }


def names() -> dict[str, dict[str, str]]:
    """How each kind is called, by language."""
    return {
        lang: {kind: text.text(f"review.question.{kind}.name", lang) for kind in questions.KINDS}
        for lang in text.LANGUAGES
    }


def _shown(kind: str, option: Option) -> dict:
    is_said = option.picture is None and option.sound is None
    return {**_seen_and_heard(option), **({"text": said(kind, option.wording, option.values)} if is_said else {})}


def _seen_and_heard(one: Option | Question) -> dict:
    return {
        **({"picture": _encoded(one.picture())} if one.picture else {}),
        **({"sound": sounds.encoded(one.sound())} if one.sound else {}),
    }


def _encoded(picture: np.ndarray) -> str:
    return calls.packed(png(picture))


def png(picture: np.ndarray) -> bytes:
    """A picture of a question as a PNG, large enough to be seen."""
    height, width = picture.shape[:2]
    factor = -(-LEAST_SIDE // min(height, width))
    factor_across = max(factor, height * factor // width)  # a spectrogram of few frames is stretched in time
    enlarged = picture.repeat(factor, axis=0).repeat(factor_across, axis=1)
    Image.fromarray(enlarged).save(file := io.BytesIO(), "PNG")
    return file.getvalue()
