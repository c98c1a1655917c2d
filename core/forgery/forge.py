"""Forged digits from latents, by the forger as it was at eight moments of its training.

python -m core.forgery.forge --out digits.png
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
from core.digits.data import N_CLASSES
from core.forgery.model import DigitForger, ForgerConfig
from core.sheets import sheet

FOLDER = weights.FOLDER / "forgery"
LAST = -1

_loading = threading.Lock()


class Forger:
    """The forger at each of its moments, from the first to the last."""

    def __init__(self, networks: Sequence[DigitForger], moments: Sequence[int]) -> None:
        """`moments`: the training steps after which the networks were kept."""
        self.networks = [network.eval().requires_grad_(False) for network in networks]
        self.moments = tuple(moments)
        self.latent_size = networks[0].config.latent_size

    @torch.inference_mode()
    def digits(self, latents: np.ndarray, labels: np.ndarray, moment: int = LAST) -> np.ndarray:
        """Forgeries of one moment.

        Args:
            latents: (batch, latent) about N(0, 1).
            labels: (batch,) 0 to 9, the digits that are wanted.
            moment: a place in `moments`; the last one is the best.

        Returns:
            (batch, 28, 28) uint8, ink bright on dark.

        Raises:
            ValueError: latents, labels or moment are not like that.
        """
        latents, labels = np.asarray(latents, np.float32), np.asarray(labels)
        if latents.ndim != 2 or latents.shape[1] != self.latent_size or not np.isfinite(latents).all():
            raise ValueError(f"latents of shape {latents.shape}, wanted finite (batch, {self.latent_size})")
        if labels.shape != (len(latents),) or not np.isin(labels, np.arange(N_CLASSES)).all():
            raise ValueError(f"labels of shape {labels.shape}, wanted one for each latent, 0 to {N_CLASSES - 1}")
        if not -len(self.networks) <= moment < len(self.networks):
            raise ValueError(f"moment {moment}, wanted one of {len(self.networks)}")
        images = self.networks[moment](torch.from_numpy(latents), torch.from_numpy(labels.astype(np.int64)))
        return (images * 255).round().to(torch.uint8).numpy()


def load() -> Forger:
    """The shipped forger, loaded once, when it is first asked for.

    Raises:
        core.weights.WeightsError: its files are missing or damaged.
    """
    with _loading:
        return load_from(FOLDER)


@functools.cache
def load_from(folder: Path) -> Forger:
    """The forger in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "a forger of digits"):
        networks = [DigitForger(ForgerConfig(**config["network"])) for _ in config["moments"]]
        for k, network in enumerate(networks):
            network.load_state_dict(weights.part(tensors, str(k)))
        return Forger(networks, config["moments"])


def digits(latents: np.ndarray, labels: np.ndarray, moment: int = LAST) -> np.ndarray:
    """`Forger.digits` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().digits(latents, labels, moment)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.forgery.forge", description="Digits that nobody wrote.")
    parser.add_argument("--rows", type=int, default=8, help="of ten digits each")
    parser.add_argument("--moment", type=int, default=LAST, help="0 is the first that was kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path("digits.png"))
    options = parser.parse_args(arguments)
    if not 1 <= options.rows <= 100:
        parser.error("--rows is from 1 to 100")
    try:
        forger = load_from(options.weights)
        latents = np.random.default_rng(options.seed).standard_normal((N_CLASSES * options.rows, forger.latent_size))
        images = forger.digits(latents, np.arange(len(latents)) % N_CLASSES, options.moment)
    except (ValueError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    Image.fromarray(255 - sheet(images, N_CLASSES)).save(options.out)  # dark ink on light
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
