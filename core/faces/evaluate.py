"""Measures the shipped faces beside portraits that were held out. The card quotes what this prints.

    python -m core.faces.evaluate
    python -m core.faces.evaluate --early runs/faces/early    # weights of an earlier moment of the training, too

Needs the portraits in the data folder. A minute on two cores. `--neighbours FILE` writes each of 16 faces beside the
training portrait that is nearest to it: for one's own eyes, since most portraits may not be shown.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core import weights
from core.faces import data, measures, sample
from core.tables import markdown

N_SAMPLES = 500
N_NEIGHBOURS = 16
SHOWN_TRUNCATION = 0.7
SEED = 101


def drawn(model: sample.FaceGenerator, count: int, truncation: float = 1.0) -> Tensor:
    """(count, 3, side, side) uint8, always the same."""
    latents = np.random.default_rng(SEED).standard_normal((count, model.latent_size))
    batches = [model.faces(part, truncation) for part in np.array_split(latents, -(-count // 50))]
    return torch.from_numpy(np.concatenate(batches)).permute(0, 3, 1, 2).contiguous()


def swd_table(kinds: dict[str, Tensor], held_out: Tensor) -> str:
    """Markdown: sliced Wasserstein distances of each kind of pictures to the held-out portraits."""
    rows = []
    for name, pictures in kinds.items():
        distances = measures.sliced_wasserstein_distances(pictures[: len(held_out)], held_out)
        rows.append([name, *(f"{one:.1f}" for one in [*distances.values(), np.mean(list(distances.values()))])])
    names = ["SWD · 1,000 to held out", *(f"{side} px" for side in distances), "mean"]
    return markdown(names, rows)


def distance_lines(model: sample.FaceGenerator, learnt: Tensor, held_out: Tensor) -> list[str]:
    """How far faces are from what was learnt, and from one another, beside the same for held-out portraits."""
    theirs = float(np.median(measures.nearest(held_out, learnt)[0]))
    spread = float(measures.pairwise(held_out).mean())
    lines = [f"held out: median to the nearest training portrait {theirs:.1f}, mean between two {spread:.1f}"]
    for truncation in (1.0, SHOWN_TRUNCATION):
        faces = drawn(model, N_SAMPLES, truncation)
        ours = float(np.median(measures.nearest(faces, learnt)[0]))
        pairs = measures.pairwise(faces)
        lines.append(
            f"{N_SAMPLES} at truncation {truncation:g}: median to the nearest training portrait {ours:.1f} "
            f"({ours / theirs:.2f} of held out), mean between two {pairs.mean():.1f} ({pairs.mean() / spread:.2f}), "
            f"nearest two {pairs.min():.1f}"
        )
    return lines


def neighbours(model: sample.FaceGenerator, learnt: Tensor) -> np.ndarray:
    """Each of `N_NEIGHBOURS` faces above the training portrait that is nearest to it, two pairs of rows."""
    faces = drawn(model, N_NEIGHBOURS)
    found = learnt[measures.nearest(faces, learnt)[1]]
    half = N_NEIGHBOURS // 2
    rows = [part for k in (0, half) for part in (faces[k : k + half], found[k : k + half])]
    return torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1).permute(1, 2, 0).numpy()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=sample.FOLDER, help="a folder that training wrote")
    parser.add_argument("--early", type=Path, help="one of an earlier moment")
    parser.add_argument("--neighbours", type=Path, help="where to write faces beside what is nearest to them")
    options = parser.parse_args(arguments)
    try:
        model = sample.load_from(options.weights)
        early = sample.load_from(options.early) if options.early else None
        learnt, held_out = (data.load(split, model.side) for split in ("train", "heldout"))
    except (weights.WeightsError, data.NoPortraitsError) as error:
        print(error, file=sys.stderr)
        return 1
    order = torch.randperm(len(learnt), generator=torch.Generator().manual_seed(SEED))
    kinds = {"training portraits": learnt[order], "ours": drawn(model, len(held_out))}
    if early is not None:
        kinds["an early moment"] = drawn(early, len(held_out))
    print(swd_table(kinds, held_out))
    print("\n".join(distance_lines(model, learnt, held_out)))
    if options.neighbours:
        Image.fromarray(neighbours(model, learnt)).save(options.neighbours)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
