"""Training digits as other hands might have written them: turned, slanted, stretched, thinner, thicker, wavy.

Each digit is moved by a strength of its own, from not at all to the limits below; the pen changes independently.

The wavy field is Simard, Steinkraus and Platt's elastic distortion (2003), drawn on a coarse grid.
"""

import math

import torch
import torch.nn.functional as F

MAX_DEGREES = 22.0
MAX_SHEAR = 0.3
MAX_STRETCH = 0.15
MAX_SHIFT = 1.5 / 14  # of half the side: a pixel and a half
ELASTIC = 0.05  # standard deviation of the field, of half the side
REDRAWN = 0.35  # share of the digits that get another pen
COARSE = 6  # nodes on a side of the field


def augment(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """(batch, 28, 28) float 0..1 -> the same shape and range. Random numbers come from the CPU's generator."""
    warped = F.grid_sample(
        images.unsqueeze(1), _field(len(images), images.shape[-1], generator).to(images.device), align_corners=False
    )
    return _pen(warped, generator).squeeze(1)


def _field(batch: int, side: int, generator: torch.Generator) -> torch.Tensor:
    """(batch, side, side, 2): where each pixel looks, from -1 to 1."""

    strength = torch.rand(batch, generator=generator)

    def uniform(limit: float) -> torch.Tensor:
        return (torch.rand(batch, generator=generator) * 2 - 1) * limit * strength

    angle, shear = uniform(math.radians(MAX_DEGREES)), uniform(MAX_SHEAR)
    across, down = 1 + uniform(MAX_STRETCH), 1 + uniform(MAX_STRETCH)
    cos, sin = angle.cos(), angle.sin()
    rows = [
        torch.stack([cos * across, (shear * cos - sin) * down, uniform(MAX_SHIFT)], 1),
        torch.stack([sin * across, (shear * sin + cos) * down, uniform(MAX_SHIFT)], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), [batch, 1, side, side], align_corners=False)  # (batch, side, side, 2)
    coarse = torch.randn(batch, 2, COARSE, COARSE, generator=generator) * ELASTIC * strength[:, None, None, None]
    wavy = F.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=True)
    return grid + wavy.movedim(1, -1)


def _pen(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Thinner or thicker: the edge of a softened stroke is drawn again at another height.

    Where the edge is low and not steep, the ground becomes a little grey, as a photograph's is.
    """
    batch = len(images)
    kernel = torch.tensor([1.0, 2.0, 1.0])
    kernel = (kernel[:, None] * kernel / 16).to(images)[None, None]
    soft = F.conv2d(images, kernel, padding=1)
    height = (torch.rand(batch, 1, 1, 1, generator=generator) * 0.5 + 0.15).to(images)
    steepness = (torch.rand(batch, 1, 1, 1, generator=generator) * 3 + 1.5).to(images)
    redrawn = ((soft - height) * steepness + 0.5).clamp(0, 1)
    redrawn = redrawn / redrawn.amax((1, 2, 3), keepdim=True).clamp(min=0.3)
    chosen = (torch.rand(batch, 1, 1, 1, generator=generator) < REDRAWN).to(images.device)
    return torch.where(chosen, redrawn, images)
