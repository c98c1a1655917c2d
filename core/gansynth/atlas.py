"""What lies where in the latent space: directions that have names, and a map.

    python -m core.gansynth.atlas

listens to the shipped model and writes `atlas/` beside its weights, in some minutes. Directions: latents are drawn from
N(0, 1), their notes at the middle C are measured (core.gansynth.measures), and each measure is predicted from the
latent by ridge regression; a direction changes its own measure by one standard deviation and leaves the predictions of
the others as they are. The map: the learnt instruments and some latents drawn between them, laid out by t-SNE
(van der Maaten and Hinton 2008) so that neighbours sound alike, by cepstra at three pitches.
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import Ridge
from sklearn.manifold import TSNE
from sklearn.metrics import r2_score
from tqdm import tqdm

from core import weights
from core.audio import notes
from core.gansynth import measures, synthesize

FOLDER = synthesize.FOLDER / "atlas"
PITCH = 60
MAP_PITCHES = (48, 60, 72)
N_LISTENED = 640
N_BETWEEN = 144
LEAST_R2 = 0.3
BATCH = 16
BETWEEN = "between"  # the family of a point that was drawn

MEASURES = {
    "bright": measures.brightness,
    "long": measures.sustain,
    "hollow": lambda wave: measures.hollowness(wave, PITCH),
    "breathy": lambda wave: float(np.log10(1 - measures.harmonic_share(wave, PITCH) + 1e-4)),
}


@dataclass(frozen=True)
class Atlas:
    """Names of directions, `readings` (n, latent) and `offsets` (n,): where a latent stands along each is
    `readings @ latent + offsets` in standard deviations; `moves` (n, latent): what a step of one adds to it. Points of
    the map: `points` (m, 2) within 0..1, their `latents` (m, latent), `families` and `names`."""

    directions: tuple[str, ...]
    readings: np.ndarray
    offsets: np.ndarray
    moves: np.ndarray
    r2: tuple[float, ...]
    points: np.ndarray
    latents: np.ndarray
    families: tuple[str, ...]
    names: tuple[str, ...]


def find_directions(
    latents: np.ndarray, measured: dict[str, np.ndarray]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, tuple[float, ...]]:
    """Latents (n, latent) and measures of their notes, (n,) each -> names, readings, offsets, moves and R² of those
    directions that explain three tenths of the variance, or more, in a quarter of the latents that is kept aside."""
    n_learnt = len(latents) * 3 // 4
    names, readings, offsets, scores = [], [], [], []
    for name, values in measured.items():
        standard = (values - values.mean()) / max(values.std(), 1e-9)
        ridge = Ridge(alpha=1.0).fit(latents[:n_learnt], standard[:n_learnt])
        score = r2_score(standard[n_learnt:], ridge.predict(latents[n_learnt:]))
        if score >= LEAST_R2:
            names.append(name)
            readings.append(ridge.coef_)
            offsets.append(ridge.intercept_)
            scores.append(round(float(score), 2))
    if not names:
        return (), np.zeros((0, latents.shape[1])), np.zeros(0), np.zeros((0, latents.shape[1])), ()
    moves = np.linalg.pinv(np.stack(readings)).T  # readings @ moves.T = 1
    return tuple(names), np.stack(readings), np.array(offsets), moves, tuple(scores)


def lay_out(features: np.ndarray, seed: int = 0) -> np.ndarray:
    """(n, size) -> (n, 2) within 0..1, neighbours together."""
    standard = (features - features.mean(axis=0)) / features.std(axis=0).max().clip(1e-9)
    points = TSNE(perplexity=min(20, len(features) // 4), init="pca", random_state=seed).fit_transform(standard)
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / (high - low)


def make(model: synthesize.GanSynth, n_listened: int = N_LISTENED, n_between: int = N_BETWEEN, seed: int = 0) -> Atlas:
    """Listens to the model."""
    random = np.random.default_rng(seed)
    drawn = random.standard_normal((n_listened, model.latent_size))
    measured: dict[str, list[float]] = {name: [] for name in MEASURES}
    for waves in _played(model, drawn, PITCH):
        for name, measure in MEASURES.items():
            measured[name] += [measure(wave) for wave in waves]
    found = find_directions(drawn, {name: np.array(values) for name, values in measured.items()})

    latents = np.concatenate([model.places, random.standard_normal((n_between, model.latent_size))]).astype(np.float32)
    features = np.concatenate(
        [
            np.stack([measures.timbre(wave) for waves in _played(model, latents, pitch) for wave in waves])
            for pitch in MAP_PITCHES
        ],
        axis=1,
    )
    families = {instrument.name: instrument.family for instrument in notes.INSTRUMENTS}
    names = [*model.instruments, *[""] * n_between]
    kinds = [families.get(name.rsplit("-", 1)[0], BETWEEN) if name else BETWEEN for name in names]
    return Atlas(*found, lay_out(features, seed), latents, tuple(kinds), tuple(names))


def _played(model: synthesize.GanSynth, latents: np.ndarray, pitch: int):
    for start in tqdm(range(0, len(latents), BATCH), desc=f"listened at {pitch}", mininterval=1):
        batch = latents[start : start + BATCH]
        yield model.notes(batch, np.full(len(batch), pitch))


def save(atlas: Atlas, folder: Path) -> None:
    """Writes it."""
    tensors = {
        name: torch.from_numpy(np.asarray(getattr(atlas, name), np.float32))
        for name in ("readings", "offsets", "moves", "points", "latents")
    }
    config = {name: list(getattr(atlas, name)) for name in ("directions", "r2", "families", "names")}
    weights.save_weights(folder, tensors, config)


@functools.cache
def load(folder: Path = FOLDER) -> Atlas:
    """The shipped atlas. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "an atlas"):
        return Atlas(
            **{name: tensors[name].float().numpy() for name in ("readings", "offsets", "moves", "points", "latents")},
            **{name: tuple(config[name]) for name in ("directions", "r2", "families", "names")},
        )


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.gansynth.atlas", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=synthesize.FOLDER, help="a folder that training wrote")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        model = synthesize.load_from(options.weights)
    except weights.WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    atlas = make(model, seed=options.seed)
    save(atlas, options.weights / "atlas")
    for name, score in zip(atlas.directions, atlas.r2, strict=True):
        print(f"{name}: {score:.2f} of the variance of latents kept aside")
    print(f"{len(atlas.points)} points on the map")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
