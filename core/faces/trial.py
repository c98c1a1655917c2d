"""A blind trial: real portraits and generated faces, shuffled, one by one; who looks is not told how many are real.

    python -m core.faces.trial make --out runs/trial --count 40 --seed 1
    python -m core.faces.trial score --key runs/trial/key.json --answers answers.json

`make` writes `pictures/001.jpg` and so on, all through core.faces.present, and `key.json`, which is not for whoever
looks. Real ones are held-out portraits that may be shown, generated ones are made as for the rounds of core.faces.game;
how many there are of each is drawn at random. `answers.json` is a list of true (real) and false (generated), in the
order of the pictures.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import weights
from core.faces import data, game, sample
from core.faces.present import presented
from core.faces.scoring import score

LEAST_SHARE, MOST_SHARE = 0.3, 0.7  # of real ones


def make(out: Path, model: sample.FaceGenerator, count: int, seed: int) -> list[bool]:
    """Writes the pictures and the key, and returns the key. Raises core.faces.data.NoPortraitsError."""
    random = np.random.default_rng(seed)
    showable = data.showable(model.side)
    n_real = int(random.integers(int(LEAST_SHARE * count), int(MOST_SHARE * count) + 1))
    n_real = min(n_real, len(showable))
    chosen = random.choice(len(showable), n_real, replace=False)
    real = [data.read(showable[k], model.side) for k in chosen]
    latents = random.standard_normal((game.N_TRIED * (count - n_real), model.latent_size))
    generated = game.best_of(model, latents)
    order = random.permutation(count)
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    files = presented([*real, *generated])
    for place, k in enumerate(order, 1):
        (out / "pictures" / f"{place:03d}.jpg").write_bytes(files[k])
    key = [bool(k < n_real) for k in order]
    (out / "key.json").write_text(json.dumps(key) + "\n")
    return key


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    try:
        if options.what == "make":
            key = make(options.out, sample.load_from(options.weights), options.count, options.seed)
            print(f"{len(key)} pictures in {options.out / 'pictures'}")
        else:
            found = score(json.loads(options.key.read_text()), json.loads(options.answers.read_text()))
            print(
                f"hits {found.hits} of {found.n_real} real, false alarms {found.false_alarms} of {found.n_generated} "
                f"generated, {found.correct:.0%} right, d' {found.d_prime:.2f}"
            )
    except (OSError, ValueError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.trial", description=__doc__.splitlines()[0])
    doing = parser.add_subparsers(dest="what", required=True)
    making, scoring = doing.add_parser("make"), doing.add_parser("score")
    making.add_argument("--out", type=Path, required=True)
    making.add_argument("--weights", type=Path, default=sample.FOLDER)
    making.add_argument("--count", type=int, default=40)
    making.add_argument("--seed", type=int, default=0)
    scoring.add_argument("--key", type=Path, required=True)
    scoring.add_argument("--answers", type=Path, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
