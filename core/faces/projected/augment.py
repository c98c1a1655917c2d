"""Changes that real and generated pictures undergo alike before they are judged, so that few portraits go a long way.

What the generator paints passes through the same random changes as the portraits, so it gains nothing by painting them
changed (Zhao et al. 2020, arXiv 2006.10738, "DiffAugment": color, translation and cutout). What comes in at an edge is
the picture's own mirror image: with black there, generators learn to paint a dark frame.
"""

import torch
from torch import Tensor

from core.faces.augment import LARGEST_SHIFT, recoloured

CUT_OUT = 1 / 2  # of the side


def augment(pictures: Tensor) -> Tensor:
    """(batch, 3, side, side) within -1..1 -> the same shape; gradients pass through."""
    return cut_out(shifted(recoloured(pictures)))


def shifted(pictures: Tensor) -> Tensor:
    """Moved by up to `LARGEST_SHIFT` of the side each way; what comes in is mirrored at the edge."""
    side = pictures.shape[-1]
    most = int(side * LARGEST_SHIFT)
    padded = torch.nn.functional.pad(pictures, (most,) * 4, mode="reflect")
    moves = torch.randint(0, 2 * most + 1, (len(pictures), 2)).tolist()
    return torch.stack(
        [
            picture[:, down : down + side, right : right + side]
            for picture, (down, right) in zip(padded, moves, strict=True)
        ]
    )


def cut_out(pictures: Tensor) -> Tensor:
    """Without a square of `CUT_OUT` of the side about any point, which becomes 0."""
    n, side = len(pictures), pictures.shape[-1]
    centres = torch.randint(0, side, (2, n, 1), device=pictures.device)
    apart, half = torch.arange(side, device=pictures.device) - centres, CUT_OUT * side / 2
    within = (apart >= -half) & (apart < half)  # (2, n, side)
    rows, columns = within
    return pictures * ~(rows[:, None, :, None] & columns[:, None, None, :])
