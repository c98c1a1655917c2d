"""How real pictures of faces look to a plain discriminator, who sees them as people do: softened (core.faces.present).

It was trained for this alone, after the generator (core.faces.projected.judging): the generator learnt from another
one, which needs more than the app has.
"""

import functools
from pathlib import Path

import numpy as np
import torch

from core import weights
from core.faces import data
from core.faces.present import softened
from core.faces.projected.model import Discriminator, DiscriminatorConfig
from core.precision import autocast

REJECTED = 0.05  # of the real portraits that set the threshold lie below it


class FaceDiscriminator:
    """A discriminator that has learnt, and where it draws the line.

    Args:
        threshold: the mean logit below which it calls a picture generated; it is taken off all logits.
    """

    def __init__(self, discriminator: Discriminator, threshold: float) -> None:
        self.discriminator = discriminator.eval().requires_grad_(False).to(memory_format=torch.channels_last)
        self.threshold = threshold
        self.side = discriminator.config.side

    def realness(self, images: np.ndarray) -> np.ndarray:
        """(batch, side, side, 3) uint8 -> (batch,) logits, below 0 where it calls them generated. Raises ValueError."""
        return self.realness_by_patch(images).mean(axis=(1, 2))

    @torch.inference_mode()
    def realness_by_patch(self, images: np.ndarray) -> np.ndarray:
        """(batch, side, side, 3) uint8 -> (batch, 4, 4) logits, one for each part of the picture. Raises ValueError."""
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != (self.side, self.side, 3):
            raise ValueError(f"images {images.shape} {images.dtype}, wanted (batch, {self.side}, {self.side}, 3) uint8")
        pictures = data.to_signed(torch.from_numpy(softened(images)).permute(0, 3, 1, 2))
        with autocast("cpu"):
            logits = self.discriminator(pictures.contiguous(memory_format=torch.channels_last))
        return logits.float().numpy() - self.threshold


@functools.cache
def load_from(folder: Path) -> FaceDiscriminator:
    """The one in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "a discriminator of faces"):
        discriminator = Discriminator(DiscriminatorConfig(**config["network"]))
        discriminator.load_state_dict(tensors)
        threshold = np.quantile(config["held_out_logits"], REJECTED)
        return FaceDiscriminator(discriminator, float(threshold))
