"""The generator at two moments of its training: which of the two had learnt longer?

The faces are those of its film (core.film): what it made of always the same latents while it learnt.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

FILM = Path(__file__).parent.parent.parent / "assets" / "film" / "faces"
N_FACES = 4
EARLIEST = 300  # steps: before, everybody sees it
LEAST_FACTOR = 1.4  # between the two moments, in steps


@dataclass(frozen=True)
class Pair:
    """Faces of the same latents at two moments."""

    pictures: np.ndarray  # (2, N_FACES, side, side, 3) uint8
    steps: tuple[int, int]

    @property
    def longer(self) -> int:
        """Which of the two had learnt longer, 0 or 1."""
        return int(self.steps[1] > self.steps[0])


def draw(random: np.random.Generator, film: Path = FILM) -> Pair:
    """Two moments and some faces, at random. Raises FileNotFoundError where there is no film."""
    about = json.loads((film / "film.json").read_text())
    steps = [step for step in about["steps"] if step >= EARLIEST]
    pairs = [(a, b) for a in steps for b in steps if max(a, b) >= LEAST_FACTOR * min(a, b)]
    chosen = pairs[int(random.integers(len(pairs)))]
    sheets = [_faces(film / f"{step:06d}.webp") for step in chosen]
    who = random.choice(len(sheets[0]), N_FACES, replace=False)
    return Pair(np.stack([faces[who] for faces in sheets]), chosen)


def _faces(path: Path, n_columns: int = 6) -> np.ndarray:
    """A square sheet of faces -> (n, side, side, 3) uint8."""
    with Image.open(path) as image:
        sheet = np.asarray(image.convert("RGB"))
    side = sheet.shape[0] // n_columns
    return sheet.reshape(n_columns, side, n_columns, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
