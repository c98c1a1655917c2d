"""A blind trial: several viewers see a few pictures each and are not told how many of them are real.

    python -m core.faces.trial make --out runs/trial --viewers 6 --pictures 5 --seed 1
    python -m core.faces.trial score --key runs/trial-key.json --answers answers.json

Viewers see five pictures each and judge one before the next (in a longer row they learn the machine's hand).

`make` writes `viewer-1/1.jpg` and so on, all through core.faces.present, and beside that folder the key, which is not
for viewers. Real ones are held-out portraits that may be shown, none of them twice; generated ones are made as for the
rounds of core.faces.game; how many there are of each is drawn at random for each viewer, but at least one.
Key and `answers.json` are a list for each viewer, of true (real) and false (generated), in the order of the pictures.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core import weights
from core.faces import data, game, sample
from core.faces.present import presented
from core.faces.scoring import Score, score, share_interval
from core.tables import markdown

Answers = list[list[bool]]  # by viewer; true for real


def make(out: Path, model: sample.FaceGenerator, n_viewers: int, n_pictures: int, seed: int) -> Answers:
    """Writes the pictures and the key, and returns the key.

    Raises:
        ValueError: fewer than two pictures or no viewer, or not so many portraits that may be shown.
        core.faces.data.NoPortraitsError: one cannot be read.
    """
    if n_viewers < 1 or n_pictures < 2:
        raise ValueError(f"{n_viewers} viewers of {n_pictures} pictures, wanted at least 1 of 2")
    random = np.random.default_rng(seed)
    n_real = random.integers(1, n_pictures, n_viewers)
    showable = data.showable(model.side, model.groups)
    if n_real.sum() > len(showable):
        raise ValueError(f"{n_real.sum()} portraits that may be shown are needed, there are {len(showable)}")
    portraits = iter(random.permutation(len(showable)))
    key = []
    for viewer, count in enumerate(n_real, 1):
        real = [data.read(showable[next(portraits)], model.side) for _ in range(count)]
        latents = game.draw_latents(model, n_pictures - count, random)
        files = presented([*real, *game.best_of(model, latents)])
        order = random.permutation(n_pictures)
        folder = out / f"viewer-{viewer}"
        folder.mkdir(parents=True, exist_ok=True)
        for place, k in enumerate(order, 1):
            (folder / f"{place}.jpg").write_bytes(files[k])
        key.append([bool(k < count) for k in order])
    key_file(out).write_text(json.dumps(key) + "\n")
    return key


def key_file(out: Path) -> Path:
    """Beside the folder of a trial, so that whoever is given the folder has not got the key."""
    return out.with_name(f"{out.name}-key.json")


def score_viewers(key: Answers, answers: Answers) -> list[Score]:
    """Of each viewer, and last of all together. Raises ValueError where the answers do not fit the key."""
    if not isinstance(answers, list) or len(answers) != len(key) or not all(isinstance(one, list) for one in answers):
        raise ValueError(f"the answers are no list of {len(key)} lists, one for each viewer")
    by_viewer = [score(truth, said) for truth, said in zip(key, answers, strict=True)]
    return [*by_viewer, score(*(list(itertools.chain(*both)) for both in (key, answers)))]


def score_table(scores: Sequence[Score]) -> str:
    """Markdown, a row for each viewer and the last for all."""
    names = [*(f"viewer {k}" for k in range(1, len(scores))), "all"]
    return markdown(
        ["", "hits", "false alarms", "right (95 %)", "d' (95 %)"],
        [[name, *_describe(one)] for name, one in zip(names, scores, strict=True)],
    )


def _describe(one: Score) -> list[str]:
    low, high = share_interval(one.n_right, one.n_real + one.n_generated)
    return [
        f"{one.hits} of {one.n_real}",
        f"{one.false_alarms} of {one.n_generated}",
        f"{one.correct:.0%} ({low:.0%} to {high:.0%})",
        "{:.2f} ({:.2f} to {:.2f})".format(one.d_prime, *one.d_prime_interval),
    ]


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    try:
        if options.what == "make":
            model = sample.load_any(options.weights)
            key = make(options.out, model, options.viewers, options.pictures, options.seed)
            print(f"{len(key)} viewers' pictures in {options.out}, not for them: {key_file(options.out)}")
        else:
            key, answers = (json.loads(file.read_text()) for file in (options.key, options.answers))
            print(score_table(score_viewers(key, answers)))
    except (OSError, ValueError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.trial", description=__doc__.splitlines()[0])
    doing = parser.add_subparsers(dest="what", required=True)
    making, scoring = doing.add_parser("make"), doing.add_parser("score")
    making.add_argument("--out", type=Path, default=Path("runs/trial"))
    making.add_argument("--weights", type=Path, default=sample.FOLDER)
    making.add_argument("--viewers", type=int, default=6)
    making.add_argument("--pictures", type=int, default=5, help="of each viewer")
    making.add_argument("--seed", type=int, default=0)
    scoring.add_argument("--key", type=Path, required=True)
    scoring.add_argument("--answers", type=Path, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
