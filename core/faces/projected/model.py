"""The networks behind the faces: a generator, and a plain discriminator, the police of the page.

The generator is a light one after FastGAN (Liu et al. 2021, arXiv 2101.04775): gated convolutions from 4 pixels up, and
what it painted small weighs the channels of what it paints large. Unlike there, each stage is enlarged bilinearly after
its convolution, which costs a quarter and leaves no grid. What it learns from is core.faces.projected.
"""

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.faces.model import FIRST_SIDE, SLOPE, Halving, convolved

SKIPPED = 4  # stages between what weighs channels and what is weighed


@dataclass(frozen=True)
class GeneratorConfig:
    """What builds the generator again. Each channel count but the first doubles the side, from 4 pixels on."""

    latent_size: int = 128
    channels: tuple[int, ...] = (256, 256, 192, 128, 64, 32)

    @property
    def side(self) -> int:
        """Of the pictures, in pixels."""
        return FIRST_SIDE << (len(self.channels) - 1)


@dataclass(frozen=True)
class DiscriminatorConfig:
    """What builds the discriminator again. Each channel count halves the side, down to 4 pixels."""

    channels: tuple[int, ...] = (32, 64, 128, 192, 192)

    @property
    def side(self) -> int:
        """Of the pictures, in pixels."""
        return FIRST_SIDE << len(self.channels)


class Generator(nn.Module):
    """Latents to faces."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.start = nn.Sequential(
            nn.Linear(config.latent_size, 2 * channels[0] * FIRST_SIDE**2, bias=False),
            nn.Unflatten(1, (2 * channels[0], FIRST_SIDE, FIRST_SIDE)),
            nn.BatchNorm2d(2 * channels[0]),
            nn.GLU(dim=1),
        )
        self.stages = nn.ModuleList(
            Stage(n_in, n_out, refined=k > 0) for k, (n_in, n_out) in enumerate(itertools.pairwise(channels))
        )
        self.weighers = nn.ModuleDict(
            {str(k): Weigher(channels[k - SKIPPED], channels[k]) for k in range(SKIPPED, len(channels))}
        )
        self.paint = nn.Conv2d(channels[-1], 3, 3, padding=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.orthogonal_(layer.weight)

    def forward(self, latents: Tensor, truncation: float = 1.0) -> Tensor:
        """(batch, latent) of any length above 0 -> (batch, 3, side, side) within -1..1.

        Only the direction of a latent counts, as it does in training. `truncation` draws it towards the origin, where
        the middle face lies: 0 gives that face alone, 1 what was trained (Brock et al. 2018, arXiv 1809.11096, section
        3.1, by length instead of by component)."""
        radius = truncation * self.config.latent_size**0.5
        hidden = self.start(radius * F.normalize(latents, dim=1)).contiguous(memory_format=torch.channels_last)
        painted = [hidden]
        for k, stage in enumerate(self.stages, 1):
            hidden = stage(hidden)
            if str(k) in self.weighers:
                hidden = hidden * self.weighers[str(k)](painted[k - SKIPPED])
            painted.append(hidden)
        return torch.tanh(self.paint(hidden))


class Stage(nn.Module):
    """To twice the side."""

    def __init__(self, n_in: int, n_out: int, refined: bool) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(n_in, 2 * n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * n_out),
            nn.GLU(dim=1),
        )
        refine = (
            nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.LeakyReLU(SLOPE),
        )
        self.refine = nn.Sequential(*refine) if refined else nn.Identity()

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, n_in, side, side) -> (batch, n_out, 2 · side, 2 · side)."""
        return self.refine(F.interpolate(self.change(hidden), scale_factor=2.0, mode="bilinear"))


class Weigher(nn.Sequential):
    """Weighs the channels of a large picture by what a small one shows (Liu et al. 2021, section 3.1)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(
            nn.AdaptiveAvgPool2d(4),
            nn.Conv2d(n_in, n_out, 4),
            nn.SiLU(),
            nn.Conv2d(n_out, n_out, 1),
            nn.Sigmoid(),
        )


class Discriminator(nn.Module):
    """Judges pictures patch by patch."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        first = nn.Sequential(*convolved(3, channels[0], 4, 2))
        halvings = (Halving(n_in, n_out) for n_in, n_out in itertools.pairwise(channels))
        self.stages = nn.Sequential(first, *halvings)
        self.score = nn.Sequential(*convolved(channels[-1], channels[-1], 3), nn.Conv2d(channels[-1], 1, 3, padding=1))

    def forward(self, pictures: Tensor) -> Tensor:
        """(batch, 3, side, side) within -1..1 -> logits (batch, 4, 4), above 0 where it looks real."""
        return self.score(self.stages(pictures)).squeeze(1)
