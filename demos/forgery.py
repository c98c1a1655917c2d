"""2-2 Counterfeiter and police: the picture of the metaphor, a digit to forge, a GAN on a plane, and the film.

The browser draws, and the plane's GAN lives there altogether (`assets/web/forgery`); the server forges digits, and its
judges say what they think of pictures. A visitor's drawing is answered and forgotten.
"""

import logging

import numpy as np

from core import weights
from core.digits import data
from core.digits.normalize import prepare
from core.forgery import forge, judge
from core.forgery.redraw import prepared, to_floats
from demos import calls, face

log = logging.getLogger(__name__)

TITLE = "forgery.title"
PART = 2

LARGEST_DRAWING = 280  # pixels on a side
JUDGED_SOURCE = "mnist"  # judges know no other handwriting: what they say of scikit-learn's digits means nothing
N_MOMENTS = 8
N_SHOWN = 12  # of either kind in the picture
SHAPES = ("ring", "moons", "grid", "blobs", "drawn")
PRESETS = ("balance", "strongPolice", "collapse")
FILMS = ("digits", "faces")


def build() -> None:
    face.opening("forgery")
    both = _models()
    moments = both[0].moments if both else [""] * N_MOMENTS  # the plane works without them
    face.figure(
        "forgery",
        [scene, inspect, twins],
        moments=moments,
        n_shown=N_SHOWN,
        shapes=SHAPES,
        presets=PRESETS,
        films=FILMS,
    )
    face.closing("forgery")


@calls.server_function
def scene(call: dict) -> dict:
    """Real digits and forgeries of a moment, and which of them that moment's judge takes for forged."""
    moment, seed = _moment(call), calls.whole(call, "seed", 0, 999)
    both = _models()
    if both is None:
        return {"noModel": True}
    forger, judges = both
    random = np.random.default_rng(seed)  # the same latents and the same real digits at every moment
    labels = random.integers(0, data.N_CLASSES, N_SHOWN)
    fakes = prepared(forger.digits(random.standard_normal((N_SHOWN, forger.latent_size)), labels, moment))
    real = prepared(data.load().test.images[random.integers(0, len(data.load().test), N_SHOWN)])
    caught = [judges.caught(to_floats(images))[:, moment].tolist() for images in (real, fakes)]
    source = data.load().source
    return {
        "real": calls.packed(real),
        "fakes": calls.packed(fakes),
        "realCaught": caught[0] if source == JUDGED_SOURCE else None,
        "fakesCaught": caught[1],
        "source": source,
    }


@calls.server_function
def inspect(call: dict) -> dict:
    """What the eight judges say of a drawing, the drawing as they see it, and what would make it look more real to the
    judge of a moment: signed bytes, 127 the strongest."""
    image = prepare(calls.picture(call, LARGEST_DRAWING))
    moment = _moment(call)
    both = _models()
    if both is None or not image.any():
        return {"noModel": both is None, "isEmpty": not image.any()}
    seen = np.round(image * 255).astype(np.uint8)
    wishes = both[1].wishes(to_floats(seen), moment)
    strongest = max(float(np.abs(wishes).max()), 1e-9)
    return {
        "seen": calls.packed(seen),
        "wishes": calls.packed((wishes / strongest * 127).astype(np.int8)),
        **_opinions(both[1], seen),
    }


@calls.server_function
def twins(call: dict) -> dict:
    """A real digit and a forged one of the last moment, of the same kind, with what the judges say of them."""
    digit, seed = calls.whole(call, "digit", 0, 9), calls.whole(call, "seed", 0, 999)
    both = _models()
    if both is None:
        return {"noModel": True}
    forger, judges = both
    random = np.random.default_rng([seed, digit])
    test = data.load().test
    real = prepared(random.choice(test.images[test.labels == digit], 1))[0]
    fake = prepared(forger.digits(random.standard_normal((1, forger.latent_size)), np.array([digit])))[0]
    source = data.load().source
    return {
        "real": {"image": calls.packed(real), **(_opinions(judges, real) if source == JUDGED_SOURCE else {})},
        "fake": {"image": calls.packed(fake), **_opinions(judges, fake)},
        "source": source,
    }


def _moment(call: dict) -> int:
    return calls.whole(call, "moment", 0, N_MOMENTS - 1)


def _opinions(judges: judge.Judges, image: np.ndarray) -> dict:
    """(28, 28) uint8 -> for each judge: the share of real digits that look less real, and whether it is caught."""
    images = to_floats(image[None])
    return {"standing": judges.standing(images)[0].round(4).tolist(), "caught": judges.caught(images)[0].tolist()}


def _models() -> tuple[forge.Forger, judge.Judges] | None:
    try:
        return forge.load(), judge.load()
    except weights.WeightsError as error:
        calls.log_once(log, "the forger of digits or its judges cannot be loaded", str(error))
        return None
