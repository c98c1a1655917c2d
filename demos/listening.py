"""4 Listening: pieces played by GANSynth while its way through the latent space is seen, and the question whether one
hears a recorded instrument or the machine.

The pieces of the programme are the same for everybody: each is made when it is first asked for, and kept for half an
hour.
"""

import logging
import threading
from functools import lru_cache, partial

import numpy as np

from core import latents
from core.audio import pieces
from core.gansynth import listening, perform
from demos import calls, face, maps, sounds
from demos.performances import Performances

log = logging.getLogger(__name__)

TITLE = "listening.title"
PART = 4

WAY_STEP_S = 0.5
ROUNDS = 8

_concerts: Performances[perform.Progress] = Performances()
_starting = threading.Lock()
_randomness = np.random.default_rng()
_drawing = threading.Lock()


def build() -> None:
    face.opening("listening")
    numbers = listening.programme()
    face.figure(
        "listening",
        [programme, hear, trial],
        pieces=list(numbers),
        captions={name: [bar for bar, _ in number.captions] for name, number in numbers.items()},
        rounds=ROUNDS,
    )
    face.closing("listening")


@calls.server_function
def programme(call: dict) -> dict:
    """The map, and for each piece its notes, the way of its instrument, and the moments worth a word."""
    return {**maps.answer(), "pieces": {name: _outline(name) for name in listening.programme()}}


@lru_cache
def _outline(name: str) -> dict:
    number = listening.programme()[name]
    score = pieces.load(name)
    stops = np.stack([listening.place(instrument) for instrument in number.instruments])
    moments = np.arange(0, score.seconds + WAY_STEP_S, WAY_STEP_S)
    way = latents.path(stops, moments, number.seconds_per_instrument)
    roll = np.array([(note.start_s, note.end_s, note.pitch) for note in score.notes], dtype="<f4")
    return {
        "instruments": list(number.instruments),
        "secondsPerInstrument": number.seconds_per_instrument,
        "captions": [[bar, round(at_s, 2)] for bar, at_s in number.captions],
        "seconds": round(score.seconds, 2),
        "roll": calls.packed(roll),
        "wayStepS": WAY_STEP_S,
        "way": calls.packed(way.astype("<f4")),
    }


@calls.server_function
def hear(call: dict) -> dict:
    """How far a piece is; when it is made, its sound as FLAC."""
    name = calls.choice(call, "piece", tuple(listening.programme()))
    with _starting:
        job, place = _concerts.job(name)
        if job is not None and job.has_failed and not job.is_cancelled:
            _concerts.cancel(name)  # who asks again has it tried again
            return {"hasFailed": True}
        if job is None or job.is_cancelled:
            _concerts.start(name, partial(listening.play, listening.programme()[name]))
            return {"place": 0, "nMade": 0, "nNotes": 0}
    step = job.step
    if step is None or step.wave is None:
        return {"place": place, "nMade": step.n_made if step else 0, "nNotes": step.n_notes if step else 0}
    return {"sound": _encoded(name, step.wave.tobytes())}


@lru_cache(maxsize=8)
def _encoded(name: str, samples: bytes) -> str:
    return sounds.encoded(np.frombuffer(samples, dtype=np.float32))


@calls.server_function
def trial(call: dict) -> dict:
    """A melody, by a recorded instrument or by the machine, and its twin by the other."""
    return _trial()


@calls.unless_busy
def _trial() -> dict:
    with _drawing:
        seed = _randomness.integers(2**63)
        is_generated = bool(_randomness.integers(2))
    drawn = listening.trial(np.random.default_rng(seed))
    both = [sounds.encoded(drawn.recorded), sounds.encoded(drawn.generated)]
    return {
        "isGenerated": is_generated,
        "instrument": drawn.instrument,
        "other": drawn.other,
        "heard": both[is_generated],
        "twin": both[not is_generated],
    }
