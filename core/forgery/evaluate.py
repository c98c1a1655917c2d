"""Measures the shipped forger of digits and its judges. The card quotes what this prints.

    python -m core.forgery.evaluate

The digits are MNIST's 10,000 test digits: neither forger nor judge has learnt from them, and they set no threshold. The
forgeries are made afresh. Five minutes on two cores.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import weights
from core.digits import data, predict
from core.digits.evaluate import polyline
from core.digits.normalize import prepare
from core.forgery import forge, judge
from core.forgery.forge import Forger
from core.forgery.judge import Judges
from core.forgery.redraw import PENS, prepared, redrawn_and_prepared, to_bytes, to_floats
from core.tables import markdown

N_READ = 2_000
N_JUDGED = 1_000  # of each moment
BATCH = 1_000  # at a time, which keeps memory small
SEED = 101  # of the latents; training used others


def read_rightly(forger: Forger, moment: int, count: int = N_READ) -> float:
    """The share of a moment's forgeries that the digit classifier reads as the digit that was wanted."""
    images, labels = forgeries(forger, moment, count)
    return float((predict.probabilities(to_floats(prepared(images))).argmax(1) == labels).mean())


def forgeries(forger: Forger, moment: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, 28, 28) uint8, each digit in turn, and (count,) which they are."""
    latents = np.random.default_rng([SEED, moment]).standard_normal((count, forger.latent_size))
    labels = np.arange(count) % data.N_CLASSES
    return forger.digits(latents, labels, moment), labels


def accepted(judges: Judges, images: np.ndarray) -> np.ndarray:
    """(n, 28, 28) uint8, prepared -> (judges,): the share that each judge takes for real."""
    caught = [judges.caught(to_floats(images[start : start + BATCH])) for start in range(0, len(images), BATCH)]
    return 1 - np.concatenate(caught).mean(axis=0)


def drawn_scribbles(count: int) -> np.ndarray:
    """(count, 28, 28) uint8, prepared: straight from corner to corner on the pad, six or eight of them, either pen."""
    random = np.random.default_rng(SEED)
    drawings = [polyline(random, (6, 8)[k % 2], PENS[k // 2 % 2]) for k in range(count)]
    return to_bytes(prepare(drawing) for drawing in drawings)


def table(forger: Forger, judges: Judges, real: np.ndarray) -> str:
    """Markdown: a row for each judge; `real` (n, 28, 28) uint8 digits that set no threshold."""
    n_moments = len(forger.moments)
    fakes = [forgeries(forger, k, N_JUDGED)[0] for k in range(n_moments)]
    columns = [accepted(judges, prepared(real)), accepted(judges, redrawn_and_prepared(real))]
    columns += [1 - accepted(judges, prepared(images)) for images in fakes]
    redrawn = [1 - accepted(judges, redrawn_and_prepared(images)) for images in fakes]
    columns += [np.diagonal(redrawn), 1 - accepted(judges, drawn_scribbles(N_JUDGED))]
    names = ["judge of step", "real accepted", "redrawn accepted", *(f"{step} rejected" for step in forger.moments)]
    names += ["own redrawn rejected", "scribbles rejected"]
    rows = [[f"{step}", *(f"{100 * column[k]:.1f}" for column in columns)] for k, step in enumerate(forger.moments)]
    return markdown(names, rows)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.forgery.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--forger", type=Path, default=forge.FOLDER, help="a folder that training wrote")
    parser.add_argument("--judges", type=Path, default=forge.FOLDER / "judges", help="another one")
    options = parser.parse_args(arguments)
    digits = data.load()
    if digits.source != "mnist":
        print("no MNIST in the data folder: python -m core.downloads mnist", file=sys.stderr)
        return 1
    try:
        forger, judges = forge.load_from(options.forger), judge.load_from(options.judges)
        for moment, step in enumerate(forger.moments):
            print(f"step {step}: {read_rightly(forger, moment):.1%} read as the digit that was wanted")
        print(table(forger, judges, digits.test.images))
    except weights.WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
