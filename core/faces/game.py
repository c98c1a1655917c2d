"""The rounds of "find the real face": who is in a line-up, and what the discriminator would have said.

What is real is not told before the answer; generated faces are made for each round, and no portrait comes back within a
sitting.
"""

import logging
import threading
from dataclasses import dataclass, field

import numpy as np

from core.faces import data, sample

log = logging.getLogger(__name__)

BET, FOUR, NINE, SINGLE, OWN = "bet", "four", "nine", "single", "own"
N_FACES = {BET: 9, FOUR: 4, NINE: 9, SINGLE: 1, OWN: 9}
NEED_PORTRAITS = (FOUR, NINE, SINGLE)
TRUNCATION = 0.85  # of the generated faces


class SpentError(LookupError):
    """Every portrait that may be shown has been seen in this sitting."""


class NoFaceError(LookupError):
    """A round with somebody's own face, and none was brought."""


@dataclass(frozen=True)
class Round:
    """What is shown, before it goes through core.faces.present, and what is true."""

    kind: str
    pictures: np.ndarray  # (n, side, side, 3) uint8
    is_real: tuple[bool, ...]


@dataclass(frozen=True)
class Opinion:
    """What the discriminator says of the pictures of a round. It has never seen any of them."""

    logits: np.ndarray  # (n,), above 0: rather real
    patches: np.ndarray  # (n, rows, columns) logits, where it looked
    pick: int  # the one that it takes for the most real


@dataclass
class Sitting:
    """One visitor's rounds. Several calls may come at once.

    Args:
        model: who makes the faces and judges them.
        random: where the rounds come from.
    """

    model: sample.FaceGenerator
    random: np.random.Generator = field(default_factory=np.random.default_rng)
    _unseen: list[data.Portrait] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, kind: str, own: np.ndarray | None = None) -> Round:
        """A new round, `own` being the visitor's face, (side, side, 3) uint8. It takes as long with a real face as
        without.

        Raises:
            core.faces.data.NoPortraitsError: there are no portraits that may be shown, and the round needs one.
            SpentError: all have been seen.
            NoFaceError: a round with the visitor's own face, and there is none.
        """
        if kind == OWN and own is None:
            raise NoFaceError("no face was brought")
        with self._lock:
            real = self._real_one(kind) if kind in NEED_PORTRAITS else own
            latents = draw_latents(self.model, N_FACES[kind], self.random)
            place = int(self.random.integers(N_FACES[kind]))
        pictures = best_of(self.model, latents)
        if real is not None:
            pictures[place] = real
        return Round(kind, pictures, tuple(real is not None and k == place for k in range(N_FACES[kind])))

    def _real_one(self, kind: str) -> np.ndarray | None:
        """A portrait that has not been seen; or None, half of the time, where a coin decides."""
        if self._unseen is None:
            if not (found := data.showable(self.model.side)):  # they may be fetched while the app runs
                raise data.NoPortraitsError("no portraits that may be shown")
            self._unseen = found
        while self._unseen:
            k = int(self.random.integers(len(self._unseen)))
            try:
                picture = data.read(self._unseen[k], self.model.side)
            except data.NoPortraitsError as error:
                log.warning("a portrait is left out: %s", error)
                del self._unseen[k]
                continue
            if kind == SINGLE and self.random.random() < 0.5:
                return None
            del self._unseen[k]
            return picture
        raise SpentError("every portrait has been seen")


def draw_latents(model: sample.FaceGenerator, count: int, random: np.random.Generator) -> np.ndarray:
    """What `best_of` paints `count` faces from."""
    return random.standard_normal((model.n_tried * count, model.latent_size))


def best_of(model: sample.FaceGenerator, latents: np.ndarray) -> np.ndarray:
    """Faces as rounds show them, (n, side, side, 3) uint8, from (n_tried · n, latent): where a model tries several for
    each that is shown, those that changed least when they were painted again."""
    if model.n_tried == 1:
        return model.faces(latents, TRUNCATION)
    tried, changes = model.faces_and_changes(latents, TRUNCATION)
    return tried[np.sort(np.argsort(changes)[: len(latents) // model.n_tried])]


def judged(model: sample.FaceGenerator, shown: Round) -> Opinion:
    """The discriminator's opinion of a round."""
    patches = model.realness_by_patch(shown.pictures)
    logits = patches.mean(axis=(1, 2))
    return Opinion(logits, patches, int(logits.argmax()))
