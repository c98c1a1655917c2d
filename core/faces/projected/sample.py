"""Faces from latents. The command of core.faces.sample takes the weights of these, too (`--weights`)."""

import functools
from pathlib import Path

import numpy as np
import torch

from core import weights
from core.faces import data
from core.faces.projected.model import Generator, GeneratorConfig
from core.latents import slerp
from core.precision import autocast


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
