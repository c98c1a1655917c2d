"""The film of a training: what it made of always the same latents, from the first noise on, and its losses beside.

A training leaves `film/STEP.png` and `losses.csv` in its folder. To make of them what the page shows:

    python -m core.film --run runs/faces --out assets/film/faces
"""

import argparse
import csv
import io
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

LARGEST_FILM = 3_000_000  # bytes
N_LOSSES = 300  # points of each curve, at most
QUALITY = 82


def write_frame(run: Path, kind: str, step: int, frame: np.ndarray) -> None:
    """Writes `KIND/STEP.png` in the folder of a training: (height, width[, 3]) uint8."""
    path = run / kind / f"{step:06d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(frame).save(path)


def pack(run: Path, out: Path) -> int:
    """Writes `STEP.webp` for each moment and `film.json`: the steps, the size of a frame, and the losses, averaged over
    stretches of the training. Returns the size in bytes.

    Raises:
        FileNotFoundError: the training has left no film.
        ValueError: the film would be over `LARGEST_FILM`.
    """
    frames = sorted((run / "film").glob("*.png"))
    if not frames:
        raise FileNotFoundError(f"no film in {run}")
    files = {}
    for frame in frames:
        with Image.open(frame) as image:
            size = image.size
            image.save(file := io.BytesIO(), "WEBP", quality=QUALITY, method=6)
            files[f"{frame.stem}.webp"] = file.getvalue()
    about = {
        "steps": [int(frame.stem) for frame in frames],
        "width": size[0],
        "height": size[1],
        "losses": thinned(run / "losses.csv"),
    }
    files["film.json"] = (json.dumps(about) + "\n").encode()
    n_bytes = sum(map(len, files.values()))
    if n_bytes > LARGEST_FILM:
        raise ValueError(f"{n_bytes} bytes of film, wanted at most {LARGEST_FILM}")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
    return n_bytes


def thinned(path: Path) -> dict[str, list[float | None]]:
    """Each column of a table of losses as at most `N_LOSSES` means over as many stretches; None where a stretch has
    none. `step` is where a stretch ends."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    stretches = np.array_split(np.arange(len(rows)), min(N_LOSSES, len(rows)))
    curves: dict[str, list[float | None]] = {"step": [int(rows[stretch[-1]]["step"]) for stretch in stretches]}
    for name in rows[0]:
        if name == "step":
            continue
        values = [[float(rows[k][name]) for k in stretch if rows[k][name]] for stretch in stretches]
        curves[name] = [float(f"{np.mean(one):.4g}") if one else None for one in values]
    return curves


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.film", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="a training's folder")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        print(f"{options.out}: {pack(options.run, options.out)} bytes")
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
