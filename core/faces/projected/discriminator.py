"""A discriminator with the eyes of another network: small heads on frozen, randomly mixed features (Sauer et al. 2021,
arXiv 2111.01007, "Projected GANs", section 3 and table 1)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from core.faces.efficientnet import CHANNELS
from core.faces.projected.model import SLOPE

MOST_CHANNELS = 256  # of a head's maps


class Projection(nn.Module):
    """Mixes features at random and stays so: across channels by 1 × 1 convolutions, then from coarse to fine across
    scales by 3 × 3 convolutions and enlarging, so that no head can do with a few of them.

    Args:
        width: channels of the finest map; each coarser one has twice as many.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.widths = [width << k for k in range(len(CHANNELS))]
        self.across_channels = nn.ModuleList(
            nn.Conv2d(n_in, n_out, 1) for n_in, n_out in zip(CHANNELS, self.widths, strict=True)
        )
        self.across_scales = nn.ModuleList(nn.Conv2d(2 * n, n, 3, padding=1) for n in self.widths[:-1])
        for layer in [*self.across_channels, *self.across_scales]:
            nn.init.kaiming_normal_(layer.weight, a=1)
            nn.init.zeros_(layer.bias)
        self.requires_grad_(False)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """Four maps, from fine to coarse -> as many of the same sizes, with `widths` channels."""
        maps = [mix(one) for mix, one in zip(self.across_channels, features, strict=True)]
        for k in reversed(range(len(maps) - 1)):
            coarser = F.interpolate(self.across_scales[k](maps[k + 1]), size=maps[k].shape[-2:], mode="bilinear")
            maps[k] = maps[k] + coarser
        return maps


class Head(nn.Sequential):
    """Judges one map, halved as often as it takes to come to the size of the coarsest one. Without the paper's batch
    normalisation: with 16 pictures in a batch it takes away what all of them have in common, and the generator hears
    nothing of it."""

    def __init__(self, width: int, n_halvings: int) -> None:
        layers: list[nn.Module] = []
        for _ in range(n_halvings):
            wider = min(2 * width, MOST_CHANNELS)
            layers += [spectral_norm(nn.Conv2d(width, wider, 4, 2, 1)), nn.LeakyReLU(SLOPE)]
            width = wider
        if not n_halvings:
            layers += [spectral_norm(nn.Conv2d(width, MOST_CHANNELS, 3, padding=1)), nn.LeakyReLU(SLOPE)]
            width = MOST_CHANNELS
        super().__init__(*layers, spectral_norm(nn.Conv2d(width, 1, 3, padding=1)))


class Heads(nn.ModuleList):
    """A head for each map of a projection of that width."""

    def __init__(self, width: int) -> None:
        n_maps = len(CHANNELS)
        super().__init__(Head(width << k, n_maps - 1 - k) for k in range(n_maps))

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Four maps -> logits (batch, n), as many of each head."""
        return torch.cat([head(one).flatten(1) for head, one in zip(self, maps, strict=True)], dim=1)
