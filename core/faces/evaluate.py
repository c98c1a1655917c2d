"""Measures the shipped faces beside portraits that were held out. The card quotes what this prints, in Markdown.

    pip install --no-deps -r requirements-training.txt
    python -m core.faces.evaluate
    python -m core.faces.evaluate --weights runs/faces-projected/weights --judge runs/faces-projected-judge/weights
    python -m core.faces.evaluate --early runs/faces-projected/moments/002000    # weights of an earlier moment, too

Needs the portraits in the data folder. A few minutes on two cores.

For one's own eyes, since most portraits may not be shown, `--neighbours FILE` writes 32 of the 500 faces at truncation
1, each above the training portrait that is nearest to it: in the upper half of the picture the 16 that are closest by
features, in the lower half the 16 that are closest by pixels. `--sheet FILE` writes 100 faces at the truncation of the
rounds, to count the broken ones.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core import weights
from core.faces import data, game, groups, measures, sample, scoring
from core.faces.efficientnet import NoFeaturesError
from core.faces.projected import judge
from core.sheets import sheet
from core.tables import markdown

N_SAMPLES = 500
N_NEIGHBOURS = 16
N_ON_SHEET = 100
N_AT_ONCE = 25
SEED = 101
OURS, ROUNDS, EARLY = "ours", "ours, as rounds show them", "an early moment"


@dataclass(frozen=True)
class Seen:
    """Pictures, (n, 3, side, side) uint8, and their features, (n, 320)."""

    pictures: Tensor
    features: Tensor


def see(pictures: Tensor) -> Seen:
    """Raises core.faces.efficientnet.NoFeaturesError."""
    return Seen(pictures, measures.features(pictures))


def paint(model: sample.FaceGenerator, count: int, truncation: float = 1.0) -> Tensor:
    """(count, 3, side, side) uint8, always the same."""
    latents = np.random.default_rng(SEED).standard_normal((count, model.latent_size))
    batches = [model.faces(part, truncation) for part in np.array_split(latents, -(-count // N_AT_ONCE))]
    return torch.from_numpy(np.concatenate(batches)).permute(0, 3, 1, 2).contiguous()


def paint_as_rounds(model: sample.FaceGenerator, count: int) -> Tensor:
    """(count, 3, side, side) uint8, always the same, as core.faces.game shows them."""
    random = np.random.default_rng(SEED)
    sizes = [len(part) for part in np.array_split(np.arange(count), -(-count // N_AT_ONCE))]
    batches = [game.best_of(model, game.draw_latents(model, size, random)) for size in sizes]
    return torch.from_numpy(np.concatenate(batches)).permute(0, 3, 1, 2).contiguous()


def kid_table(kinds: dict[str, Seen], learnt: Seen, count: int) -> str:
    """Kernel Inception distances of `count` of each kind to the training portraits. Held-out ones are not at 0: more of
    them are of CivilServiceUSA."""
    rows = []
    for name, kind in kinds.items():
        features = kind.features[:count]
        low, high = measures.kernel_inception_interval(features, learnt.features)
        distance = measures.kernel_inception_distance(features, learnt.features)
        rows.append([name, f"{1e3 * distance:.0f}", f"{1e3 * low:.0f} to {1e3 * high:.0f}"])
    return markdown([f"KID · 1,000 to {len(learnt.features)} training portraits ({count} of each)", "", "95 %"], rows)


def swd_table(kinds: dict[str, Tensor], held_out: Tensor) -> str:
    """Sliced Wasserstein distances of each kind of pictures to the held-out portraits."""
    rows = []
    for name, pictures in kinds.items():
        distances = measures.sliced_wasserstein_distances(pictures[: len(held_out)], held_out)
        rows.append([name, *(f"{one:.1f}" for one in [*distances.values(), np.mean(list(distances.values()))])])
    sides = [f"{side} px" for side in distances]
    return markdown([f"SWD · 1,000 to held out ({len(held_out)} of each)", *sides, "mean"], rows)


def distance_table(faces: dict[str, Seen], learnt: Seen, held_out: Seen) -> str:
    """How far faces are from what was learnt, and from one another, beside the same for held-out portraits."""
    columns = {name: _distances(kind, learnt) for name, kind in {"held out": held_out, **faces}.items()}
    rows = []
    for row, theirs in columns["held out"].items():
        cells = [f"{column[row]:.1f} ({column[row] / theirs:.2f})" for column in columns.values()]
        rows.append([row, f"{theirs:.1f}", *cells[1:]])
    closest = [f"{measures.pairwise(kind.pictures).min():.1f}" for kind in faces.values()]
    rows.append([f"between the two of {N_SAMPLES} that are nearest to each other, pixels", "", *closest])
    return markdown(["pixels: root mean square of grey levels, 0..255", *columns], rows)


def _distances(kind: Seen, learnt: Seen) -> dict[str, float]:
    by_pixels = measures.nearest(kind.pictures, learnt.pictures)[0]
    by_features = measures.nearest_by_features(kind.features, learnt.features)[0]
    return {
        "median to the nearest training portrait, mirrored or not, pixels": float(np.median(by_pixels)),
        "median to the nearest training portrait, features": float(np.median(by_features)),
        "mean between two, pixels": float(measures.pairwise(kind.pictures).mean()),
    }


def compare_neighbours(faces: Seen, learnt: Seen) -> np.ndarray:
    """(8 · side, 8 · side, 3): the `N_NEIGHBOURS` faces that are closest to a training portrait by features, each above
    it, from the closest on; below them the closest by pixels."""
    rows = []
    for apart, which in (
        measures.nearest_by_features(faces.features, learnt.features),
        measures.nearest(faces.pictures, learnt.pictures),
    ):
        for closest in np.split(np.argsort(apart)[:N_NEIGHBOURS], 2):
            rows += [faces.pictures[closest], learnt.pictures[which[closest]]]
    return sheet(_as_images(torch.cat(rows)), N_NEIGHBOURS // 2)


def measure_police(
    discriminator: judge.FaceDiscriminator | sample.FaceGenerator | None, held_out: Tensor, faces: Tensor
) -> str:
    """How a discriminator does on those held-out portraits that set no threshold (core.faces.projected.judging), and on
    as many faces."""
    if discriminator is None:
        return "No discriminator was named."
    real = held_out[1::2]
    truth = [True] * len(real) + [False] * len(real)
    parts = torch.cat([real, faces[: len(real)]]).split(N_AT_ONCE)
    answers = [bool(one >= 0) for part in parts for one in discriminator.realness(_as_images(part))]
    found = scoring.score(truth, answers)
    low, high = found.d_prime_interval
    return (
        f"The discriminator calls {found.hits} of {found.n_real} held-out portraits real, and {found.false_alarms} of "
        f"{found.n_generated} faces as rounds show them: d' {found.d_prime:.2f} ({low:.2f} to {high:.2f})"
    )


def _as_images(pictures: Tensor) -> np.ndarray:
    """(n, 3, side, side) -> (n, side, side, 3)."""
    return pictures.permute(0, 2, 3, 1).numpy()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    try:
        model = sample.load_any(options.weights)
        early = sample.load_any(options.early) if options.early else None
        discriminator = judge.load_from(options.judge) if options.judge else model if model.n_tried > 1 else None
        learnt, held_out = (see(data.load(split, model.side, model.groups)) for split in ("train", "heldout"))
    except (weights.WeightsError, data.NoPortraitsError, NoFeaturesError) as error:
        print(error, file=sys.stderr)
        return 1
    faces = {OURS: see(paint(model, N_SAMPLES)), ROUNDS: see(paint_as_rounds(model, N_SAMPLES))}
    count = len(held_out.pictures)
    earlier = {EARLY: see(paint(early, count))} if early else {}
    print(kid_table({"held-out portraits": held_out, **faces, **earlier}, learnt, count), end="\n\n")
    order = torch.randperm(len(learnt.pictures), generator=torch.Generator().manual_seed(SEED))
    painted = {name: kind.pictures for name, kind in {**faces, **earlier}.items()}
    print(swd_table({"training portraits": learnt.pictures[order], **painted}, held_out.pictures), end="\n\n")
    print(distance_table(faces, learnt, held_out), end="\n\n")
    portraits = [data.sharp(split, model.side, model.groups) for split in ("train", "heldout")]
    seen = {name: kind.features for name, kind in faces.items()}
    print(groups.share_table(seen, learnt.features, held_out.features, *portraits), end="\n\n")
    print(measure_police(discriminator, held_out.pictures, faces[ROUNDS].pictures))
    if options.neighbours:
        Image.fromarray(compare_neighbours(faces[OURS], learnt)).save(options.neighbours)
    if options.sheet:
        Image.fromarray(sheet(_as_images(faces[ROUNDS].pictures[:N_ON_SHEET]), 10)).save(options.sheet)
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=sample.FOLDER, help="a folder that core.faces.train wrote")
    parser.add_argument("--judge", type=Path, help="a folder that core.faces.projected.judging wrote")
    parser.add_argument("--early", type=Path, help="weights of an earlier moment")
    parser.add_argument("--neighbours", type=Path, help="where to write faces above what is nearest to them")
    parser.add_argument("--sheet", type=Path, help=f"where to write {N_ON_SHEET} faces")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
