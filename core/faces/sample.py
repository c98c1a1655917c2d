"""Faces from latents, and the discriminator's opinion of pictures.

    python -m core.faces.sample --count 16 --seed 7 --out faces.png

Every face is painted twice: the encoder looks at the first painting, and the generator paints what it saw. What an
autoencoder gives back lies nearer to what it has learnt than what it was shown (Alain and Bengio 2014, arXiv
1211.4246), so streaks and blots go; how much a face has changed says how strange it was.
"""

import argparse
import functools
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from core import weights
from core.faces import data
from core.faces.model import Discriminator, DiscriminatorConfig, Encoder, Generator, GeneratorConfig
from core.faces.projected import sample as projected
from core.latents import slerp
from core.precision import autocast
from core.sheets import sheet

FOLDER = weights.FOLDER / "faces"

_loading = threading.Lock()


class FaceGenerator:
    """A generator, the encoder that it learnt with, and the discriminator that it learnt from."""

    n_tried = 2  # faces for each that a round shows: a forger keeps what came out well
    groups = ("us",)  # of portraits (core.faces.data) that it learnt from

    def __init__(self, generator: Generator, encoder: Encoder, discriminator: Discriminator) -> None:
        self.generator = _at_rest(generator)
        self.encoder = _at_rest(encoder)
        self.discriminator = _at_rest(discriminator)
        self.latent_size = generator.config.latent_size
        self.side = generator.config.side

    def faces(self, latents: np.ndarray, truncation: float = 1.0) -> np.ndarray:
        """(batch, latent) about N(0, 1) -> (batch, side, side, 3) uint8.

        Latents are drawn towards 0: `truncation` 0 gives the middle face alone, 1 leaves them where they are. Raises
        ValueError.
        """
        return self.faces_and_changes(latents, truncation)[0]

    @torch.inference_mode()
    def faces_and_changes(self, latents: np.ndarray, truncation: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """`faces`, and for each the mean absolute difference between its two paintings, (batch,), in grey levels.
        Raises ValueError."""
        latents = np.asarray(latents, dtype=np.float32)
        if latents.ndim != 2 or latents.shape[1] != self.latent_size or not np.isfinite(latents).all():
            raise ValueError(f"latents of shape {latents.shape}, wanted finite (batch, {self.latent_size})")
        with autocast("cpu"):
            first = self.generator(truncation * torch.from_numpy(latents)).float()
            places, _ = self.encoder(first)
            second = self.generator.from_places(places).float()
        changes = 127.5 * (first - second).abs().mean(dim=(1, 2, 3))
        return data.to_bytes(second).permute(0, 2, 3, 1).numpy(), changes.numpy()

    def walk(self, start: np.ndarray, end: np.ndarray, n_frames: int, truncation: float = 1.0) -> np.ndarray:
        """Faces on the way from one latent to another, both of (latent,): (n_frames, side, side, 3) uint8. Raises
        ValueError."""
        return self.faces(slerp(start, end, np.linspace(0, 1, n_frames)), truncation)

    def realness(self, images: np.ndarray) -> np.ndarray:
        """(batch, side, side, 3) uint8 -> (batch,) logits, higher for what looks more real. Raises ValueError."""
        return self.realness_by_patch(images).mean(axis=(1, 2))

    @torch.inference_mode()
    def realness_by_patch(self, images: np.ndarray) -> np.ndarray:
        """(batch, side, side, 3) uint8 -> (batch, 4, 4) logits, one for each part of the picture. Raises ValueError."""
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (self.side, self.side, 3):
            raise ValueError(f"images {images.shape} {images.dtype}, wanted (batch, {self.side}, {self.side}, 3) uint8")
        pictures = data.to_signed(torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))))
        logits, _ = self.discriminator(pictures)
        return logits.unflatten(1, (4, 4)).numpy()


def _at_rest(network: torch.nn.Module) -> torch.nn.Module:
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def load() -> FaceGenerator:
    """The shipped model, loaded once, when it is first asked for.

    Raises:
        core.weights.WeightsError: its files are missing or damaged.
    """
    with _loading:
        return load_from(FOLDER)


@functools.cache
def load_from(folder: Path) -> FaceGenerator:
    """The model in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    looking, encoder_config = weights.load_weights(folder / "encoder")
    judging, judge_config = weights.load_weights(folder / "discriminator")
    with weights.must_hold(folder, "a generator of faces"):
        generator = Generator(GeneratorConfig(**config["network"]))
        generator.load_state_dict(tensors)
        encoder = Encoder(**encoder_config["network"])
        encoder.load_state_dict(looking)
        discriminator = Discriminator(DiscriminatorConfig(**judge_config["network"]))
        discriminator.load_state_dict(judging)
        return FaceGenerator(generator, encoder, discriminator)


def load_any(folder: Path) -> FaceGenerator | projected.FaceGenerator:
    """The model in a folder that this training wrote, or core.faces.projected's. Raises core.weights.WeightsError."""
    return load_from(folder) if (folder / "encoder").is_dir() else projected.load_from(folder)


def faces(latents: np.ndarray, truncation: float = 1.0) -> np.ndarray:
    """`FaceGenerator.faces` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().faces(latents, truncation)


def realness(images: np.ndarray) -> np.ndarray:
    """`FaceGenerator.realness` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().realness(images)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.sample", description="Faces that nobody has.")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--truncation", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path("faces.png"))
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= 400:
        parser.error("--count is from 1 to 400")
    try:
        model = load_any(options.weights)
    except weights.WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    latents = np.random.default_rng(options.seed).standard_normal((options.count, model.latent_size))
    Image.fromarray(sheet(model.faces(latents, options.truncation))).save(options.out)
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
