"""Faces from latents.

python -m core.faces.projected.sample --count 16 --seed 7 --out faces.png
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from core import weights
from core.faces import data
from core.faces.projected.model import Generator, GeneratorConfig
from core.latents import slerp
from core.precision import autocast
from core.sheets import sheet

FOLDER = Path("runs/faces-projected/weights")  # nothing is shipped yet


class FaceGenerator:
    """A generator that has learnt."""

    n_tried = 1  # faces for each that a round shows: none is selected
    groups = tuple(data.GROUPS)  # of portraits that its judge learnt from

    def __init__(self, generator: Generator) -> None:
        self.generator = generator.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.latent_size = generator.config.latent_size
        self.side = generator.config.side

    @torch.inference_mode()
    def faces(self, latents: np.ndarray, truncation: float = 1.0) -> np.ndarray:
        """(batch, latent), of which only the directions count -> (batch, side, side, 3) uint8.

        `truncation` 0 gives the middle face alone, 1 what was trained. Raises ValueError.
        """
        latents = np.asarray(latents, dtype=np.float32)
        if latents.ndim != 2 or latents.shape[1] != self.latent_size or not np.isfinite(latents).all():
            raise ValueError(f"latents of shape {latents.shape}, wanted finite (batch, {self.latent_size})")
        with autocast("cpu"):
            painted = self.generator(torch.from_numpy(latents), truncation)
        return data.to_bytes(painted).permute(0, 2, 3, 1).numpy()

    def walk(self, start: np.ndarray, end: np.ndarray, n_frames: int, truncation: float = 1.0) -> np.ndarray:
        """Faces on the way from one latent to another, both of (latent,): (n_frames, side, side, 3) uint8. Raises
        ValueError."""
        return self.faces(slerp(start, end, np.linspace(0, 1, n_frames)), truncation)


@functools.cache
def load_from(folder: Path) -> FaceGenerator:
    """The model in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "a generator of faces"):
        generator = Generator(GeneratorConfig(**config["network"]))
        generator.load_state_dict(tensors)
        return FaceGenerator(generator)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.projected.sample", description="Faces that nobody has.")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--truncation", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path("faces.png"))
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= 400:
        parser.error("--count is from 1 to 400")
    try:
        model = load_from(options.weights)
    except weights.WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    latents = np.random.default_rng(options.seed).standard_normal((options.count, model.latent_size))
    Image.fromarray(sheet(model.faces(latents, options.truncation))).save(options.out)
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
