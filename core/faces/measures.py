"""How pictures of one kind differ from those of another: distances that the card of the faces quotes.

Pictures are (n, 3, side, side) uint8.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SMALLEST_LEVEL = 16  # pixels
PATCH = 7
N_PATCHES = 128  # of a picture
N_DIRECTIONS = 512
_BLUR = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16


def laplacian_pyramid(pictures: Tensor) -> list[Tensor]:
    """(n, 3, side, side) float -> the details of each size, from `side` pixels down, and last the rest, of
    `SMALLEST_LEVEL` pixels (Burt and Adelson 1983)."""
    levels = []
    while pictures.shape[-1] > SMALLEST_LEVEL:
        smaller = _blurred(pictures)[:, :, ::2, ::2]
        levels.append(pictures - _enlarged(smaller))
        pictures = smaller
    return [*levels, pictures]


def _blurred(pictures: Tensor) -> Tensor:
    kernel = (_BLUR[:, None] * _BLUR).expand(pictures.shape[1], 1, -1, -1)
    return F.conv2d(F.pad(pictures, (2, 2, 2, 2), mode="reflect"), kernel, groups=pictures.shape[1])


def _enlarged(pictures: Tensor) -> Tensor:
    spread = pictures.new_zeros(*pictures.shape[:2], 2 * pictures.shape[2], 2 * pictures.shape[3])
    spread[:, :, ::2, ::2] = pictures
    return 4 * _blurred(spread)


def sliced_wasserstein_distances(one: Tensor, other: Tensor, seed: int = 0) -> dict[int, float]:
    """How far the patches of two sets of pictures are apart, by size.

    For each level of the Laplacian pyramid, `N_PATCHES` patches of 7 × 7 of each picture, brought to mean 0 and
    deviation 1 by colour channel; the mean over random directions of the distance of their sorted projections, times
    1,000 (Karras et al. 2018, arXiv 1710.10196, section 5).

    Args:
        one: (n, 3, side, side) uint8.
        other: as many of the same side.

    Returns:
        By the side of the level in pixels.

    Raises:
        ValueError: the sets differ in number or side.
    """
    if one.shape != other.shape:
        raise ValueError(f"{tuple(one.shape)} and {tuple(other.shape)}: wanted as many pictures of the same side")
    distances = {}
    for level, another in zip(laplacian_pyramid(one.float()), laplacian_pyramid(other.float()), strict=True):
        side = level.shape[-1]
        randomness = torch.Generator().manual_seed(seed + side)
        patches = [_standard(_patches(level, randomness)), _standard(_patches(another, randomness))]
        directions = F.normalize(torch.randn(patches[0].shape[1], N_DIRECTIONS, generator=randomness), dim=0)
        sorted_projections = [(both @ directions).sort(dim=0).values for both in patches]
        distances[side] = 1e3 * (sorted_projections[0] - sorted_projections[1]).abs().mean().item()
    return distances


def _patches(level: Tensor, randomness: torch.Generator) -> Tensor:
    """(n, 3, side, side) -> (n · N_PATCHES, 3, 7, 7), from anywhere."""
    n, _, side, _ = level.shape
    corners = torch.randint(side - PATCH + 1, (2, n * N_PATCHES, 1), generator=randomness)
    rows, columns = corners + torch.arange(PATCH)  # (n · N_PATCHES, 7) each
    pictures = torch.arange(n).repeat_interleave(N_PATCHES)
    return level[pictures[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _standard(patches: Tensor) -> Tensor:
    """(n, 3, 7, 7) -> (n, 147)."""
    mean, std = patches.mean((0, 2, 3), keepdim=True), patches.std((0, 2, 3), keepdim=True)
    return ((patches - mean) / std).flatten(1)


def nearest(pictures: Tensor, learnt: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """For each picture, how far the nearest of those learnt from is, mirrored or not, and which that is.

    Returns:
        (n,) root mean square of the differences in grey levels, 0..255; (n,) its place in `learnt`.
    """
    apart = torch.minimum(_distances(pictures, learnt), _distances(pictures.flip(3), learnt))
    smallest = apart.min(dim=1)
    return smallest.values.numpy(), smallest.indices.numpy()


def pairwise(pictures: Tensor) -> np.ndarray:
    """(n · (n - 1) / 2,): root mean squares of the differences of all pairs."""
    row, column = np.triu_indices(len(pictures), 1)
    return _distances(pictures, pictures).numpy()[row, column]


def _distances(one: Tensor, other: Tensor) -> Tensor:
    one, other = one.float().flatten(1), other.float().flatten(1)
    return torch.cdist(one, other) / one.shape[1] ** 0.5
