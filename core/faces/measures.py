"""How pictures of one kind differ from those of another: distances that the card of the faces quotes.

Pictures are (n, 3, side, side) uint8, features (n, 320) what EfficientNet-Lite1 sees in them; no generator was trained
through it (core.faces.efficientnet).
"""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.faces import data
from core.faces.efficientnet import EfficientNetLite

SMALLEST_LEVEL = 16  # pixels
PATCH = 7
N_PATCHES = 128  # of a picture
N_DIRECTIONS = 512
SEEN_SIDE = 240  # pixels, what Lite1 was trained with
N_AT_ONCE = 4  # so few that no map is over 32 MB, beyond which glibc asks for fresh memory each time
N_HALVES = 1000
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
        # NumPy sorts twenty times as fast as PyTorch does
        sorted_projections = [np.sort((directions.T @ both.T).numpy(), axis=1) for both in patches]  # (N_DIRECTIONS, n)
        distances[side] = 1e3 * float(np.abs(sorted_projections[0] - sorted_projections[1]).mean())
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


@functools.cache
def load_network() -> EfficientNetLite:
    """EfficientNet-Lite1, loaded once. Raises core.faces.efficientnet.NoFeaturesError where its package is missing."""
    return EfficientNetLite("lite1").eval()


@torch.inference_mode()
def features(pictures: Tensor) -> Tensor:
    """(n, 3, side, side) uint8 -> (n, 320): the last map of EfficientNet-Lite1, averaged over space, of the pictures
    enlarged to `SEEN_SIDE`. Raises core.faces.efficientnet.NoFeaturesError."""
    network, seen = load_network(), []
    for part in pictures.split(N_AT_ONCE):
        enlarged = F.interpolate(data.to_signed(part), size=(SEEN_SIDE, SEEN_SIDE), mode="bilinear")
        seen.append(network(enlarged.contiguous(memory_format=torch.channels_last))[-1].mean(dim=(2, 3)))
    return torch.cat(seen)


def kernel_inception_distance(one: Tensor, other: Tensor) -> float:
    """The squared maximum mean discrepancy of two sets of features, (n, d) and (m, d), by the kernel (x · y / d + 1)³,
    without bias: 0 on average where they are of one kind (Bińkowski et al. 2018, arXiv 1801.01401, section 4, after
    Gretton et al. 2012, JMLR 13, equation 3). Theirs are Inception's features: these numbers compare only with one
    another.

    Raises:
        ValueError: fewer than two of a kind, or features of different length.
    """
    return float(_discrepancies(_kernels(one, other), *(torch.ones(1, len(both)).double() for both in (one, other))))


def kernel_inception_interval(one: Tensor, other: Tensor, seed: int = 0) -> tuple[float, float]:
    """From where to where `kernel_inception_distance` lies with 95 % confidence, by `N_HALVES` random halves of both
    sets, without replacement (Politis and Romano 1994, Annals of Statistics 22): a half is off the whole as far as the
    whole is off the truth (the delete-d jackknife of Shao and Wu 1989, Annals of Statistics 17). Too wide, by up to √3,
    where the truth is 0. A bootstrap would draw the same picture twice, which adds to the distance.

    Raises:
        ValueError: fewer than four of a kind, or features of different length.
    """
    if min(len(one), len(other)) < 4:
        raise ValueError(f"{len(one)} and {len(other)} features, at least 4 of a kind are needed for halves")
    kernels, randomness = _kernels(one, other), torch.Generator().manual_seed(seed)
    halves = [_halves(len(both), randomness) for both in (one, other)]
    whole = kernel_inception_distance(one, other)
    low, high = np.quantile((_discrepancies(kernels, *halves) - whole).numpy(), (0.025, 0.975))
    return float(whole - high), float(whole - low)


def _kernels(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Within the one, within the other, across: (n, n), (m, m), both without their diagonals, and (n, m)."""
    if one.ndim != 2 or one.shape[1:] != other.shape[1:] or min(len(one), len(other)) < 2:
        raise ValueError(f"features {tuple(one.shape)} and {tuple(other.shape)}, wanted (n, d) and (m, d), two or more")
    one, other = one.double(), other.double()
    within_one, within_other, across = (
        (a @ b.T / one.shape[1] + 1) ** 3 for a, b in ((one, one), (other, other), (one, other))
    )
    return within_one.fill_diagonal_(0), within_other.fill_diagonal_(0), across


def _discrepancies(kernels: tuple[Tensor, Tensor, Tensor], of_one: Tensor, of_other: Tensor) -> Tensor:
    """(k,), one for each pair of subsets, which are given as 1 or 0 for each member: (k, n) and (k, m)."""
    within_one, within_other, across = kernels
    n, m = of_one.sum(dim=1), of_other.sum(dim=1)
    return (
        ((of_one @ within_one) * of_one).sum(dim=1) / (n * (n - 1))
        + ((of_other @ within_other) * of_other).sum(dim=1) / (m * (m - 1))
        - 2 * ((of_one @ across) * of_other).sum(dim=1) / (n * m)
    )


def _halves(count: int, randomness: torch.Generator) -> Tensor:
    """(N_HALVES, count), 1 for the members of a random half."""
    places = torch.rand(N_HALVES, count, generator=randomness).argsort(dim=1)
    return (places < count // 2).double()


def nearest_by_features(seen: Tensor, learnt: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """For each of the features (n, d), how far the nearest of those learnt from (m, d) are, and which those are: (n,)
    Euclidean distances, (n,) places in `learnt`."""
    smallest = torch.cdist(seen, learnt).min(dim=1)
    return smallest.values.numpy(), smallest.indices.numpy()


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
