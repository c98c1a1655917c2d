"""A blind trial: real portraits and generated faces, shuffled, one by one; who looks is not told how many are real.

    python -m core.faces.trial make --out runs/trial --count 40 --seed 1
    python -m core.faces.trial score --key runs/trial/key.json --answers answers.json

`make` writes `pictures/001.jpg` and so on, all through core.faces.present, and `key.json`, which is not for whoever
looks. Real ones are held-out portraits that may be shown; how many there are is drawn at random. `answers.json` is a
list of true (real) and false (generated), in the order of the pictures.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np

from core import weights
from core.faces import data, sample
from core.faces.present import presented

LEAST_SHARE, MOST_SHARE = 0.3, 0.7  # of real ones


@dataclass(frozen=True)
class Score:
    """How somebody did. A hit is a real face called real, a false alarm a generated one called real."""

    n_real: int
    n_generated: int
    hits: int
    false_alarms: int

    @property
    def correct(self) -> float:
        """The share of right answers."""
        return (self.hits + self.n_generated - self.false_alarms) / (self.n_real + self.n_generated)

    @property
    def d_prime(self) -> float:
        """z(hit rate) - z(false alarm rate), 0 for guessing; half an answer is added to each of the four kinds, so that
        a perfect score stays finite (Hautus 1995, Behavior Research Methods 27)."""
        z = NormalDist().inv_cdf
        return z((self.hits + 0.5) / (self.n_real + 1)) - z((self.false_alarms + 0.5) / (self.n_generated + 1))


def score(key: Sequence[bool], answers: Sequence[bool]) -> Score:
    """Compares answers with the truth, both true for real. Raises ValueError where they are not as many."""
    if len(key) != len(answers) or not all(isinstance(one, bool) for one in answers):
        raise ValueError(f"{len(answers)} answers to {len(key)} pictures, wanted true or false for each")
    truth, said = np.array(key, bool), np.array(answers, bool)
    return Score(int(truth.sum()), int((~truth).sum()), int((truth & said).sum()), int((~truth & said).sum()))


def make(out: Path, model: sample.FaceGenerator, count: int, truncation: float, seed: int) -> list[bool]:
    """Writes the pictures and the key, and returns the key. Raises core.faces.data.NoPortraitsError."""
    random = np.random.default_rng(seed)
    showable = [one for one in data.portraits() if one.split == "heldout" and one.may_be_shown]
    showable = [one for one in showable if one.is_sharp(model.side)]
    n_real = int(random.integers(int(LEAST_SHARE * count), int(MOST_SHARE * count) + 1))
    n_real = min(n_real, len(showable))
    chosen = random.choice(len(showable), n_real, replace=False)
    real = [data.read(showable[k], model.side) for k in chosen]
    generated = model.faces(random.standard_normal((count - n_real, model.latent_size)), truncation)
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
            key = make(options.out, sample.load_from(options.weights), options.count, options.truncation, options.seed)
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
    making.add_argument("--truncation", type=float, default=1.0)
    making.add_argument("--seed", type=int, default=0)
    scoring.add_argument("--key", type=Path, required=True)
    scoring.add_argument("--answers", type=Path, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
