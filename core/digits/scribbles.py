"""Scribbles: drawings that are no digit, from which the classifier learns to say that it does not know.

Training on such outliers with a uniform target is Hendrycks, Mazeika and Dietterich's outlier exposure (2019).
"""

import math

import torch

from core.digits.normalize import BOX, SIDE

N_POINTS = 32  # of the pen's way
FEWEST_TURNS = 9  # of a tangle; with fewer it might be a digit
N_KINDS = 3


def scribbles(count: int, generator: torch.Generator) -> torch.Tensor:
    """Random tangles, zigzags and loops, each filling the box of a digit.

    Returns:
        (count, 28, 28) float 0..1.
    """
    ways = torch.stack([_tangle(count, generator), _zigzag(count, generator), _loops(count, generator)])
    kind = torch.randint(N_KINDS, (count,), generator=generator)
    points = _turned(ways[kind, torch.arange(count)], generator)  # (count, N_POINTS, 2)
    low, high = points.amin(1, keepdim=True), points.amax(1, keepdim=True)
    points = (points - (low + high) / 2) * (BOX / (high - low).amax(2, keepdim=True)) + (SIDE - 1) / 2
    pen = torch.rand(count, 1, 1, generator=generator) * 1.6 + 0.5  # radius in pixels
    return (pen + 0.5 - _distance(points)).clamp(0, 1)


def _tangle(count: int, generator: torch.Generator) -> torch.Tensor:
    """From one random place to another: (count, N_POINTS, 2)."""
    places = torch.rand(count, N_POINTS, 2, generator=generator)
    last = torch.randint(FEWEST_TURNS, N_POINTS, (count, 1, 1), generator=generator)
    order = torch.arange(N_POINTS).view(1, -1, 1).minimum(last).expand(-1, -1, 2)
    return places.gather(1, order)  # once at the last place, the pen stays


def _zigzag(count: int, generator: torch.Generator) -> torch.Tensor:
    """Up and down, and slowly to the side."""
    across = torch.linspace(0, 1, N_POINTS).expand(count, -1)
    swings = torch.randint(3, 8, (count, 1), generator=generator)
    up = torch.cos(math.pi * across * 2 * swings)
    unsteady = torch.randn(count, N_POINTS, 2, generator=generator) * 0.08
    return torch.stack([across, up / 2], 2) + unsteady


def _loops(count: int, generator: torch.Generator) -> torch.Tensor:
    """Round and round, at two frequencies that do not fit."""
    time = torch.linspace(0, 1, N_POINTS)
    frequency = torch.rand(count, 1, 1, generator=generator) * 2 + 2.5
    ratio = torch.rand(count, 1, 1, generator=generator) * 0.5 + 1.25  # 1 would draw a nought
    frequency = torch.cat([frequency, frequency * ratio], 1)  # (count, 2, 1)
    phase = torch.rand(count, 2, 1, generator=generator)
    return torch.sin(2 * math.pi * (frequency * time + phase)).movedim(1, 2)


def _turned(points: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    angle = torch.rand(len(points), generator=generator) * 2 * math.pi
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    return points @ turn


def _distance(points: torch.Tensor) -> torch.Tensor:
    """From each pixel to the nearest piece of the way: (count, 28, 28), in pixels."""
    axis = torch.arange(SIDE, dtype=torch.float32)
    pixels = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), 2).view(1, 1, -1, 2)  # (1, 1, 784, 2)
    start, piece = points[:, :-1, None], (points[:, 1:] - points[:, :-1])[:, :, None]  # (count, pieces, 1, 2)
    along = ((pixels - start) * piece).sum(3) / piece.square().sum(3).clamp(min=1e-6)
    nearest = start + along.clamp(0, 1)[..., None] * piece
    return (pixels - nearest).norm(dim=3).amin(1).view(-1, SIDE, SIDE)
