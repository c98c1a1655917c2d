"""Changes that real and generated pictures undergo alike before they are judged, so that few portraits go a long way.

What the generator paints passes through the same random changes as the portraits, so it gains nothing by painting them
changed (Zhao et al. 2020, arXiv 2006.10738, "DiffAugment": color and translation). Mirroring is applied too: a face
stays a face.
"""

import torch
from torch import Tensor

LARGEST_SHIFT = 1 / 8  # of the side


def augment(pictures: Tensor) -> Tensor:
    """(batch, 3, side, side) within -1..1 -> the same shape; gradients pass through."""
    return shifted(recoloured(mirrored(pictures)))


def mirrored(pictures: Tensor) -> Tensor:
    """Half of them, on average, left for right."""
    mirror = torch.rand(len(pictures), 1, 1, 1, device=pictures.device) < 0.5
    return torch.where(mirror, pictures.flip(3), pictures)


def recoloured(pictures: Tensor) -> Tensor:
    """Brighter or darker by up to half, with up to twice the saturation, and 0.5 to 1.5 times the contrast."""
    brightness, saturation, contrast = torch.rand(3, len(pictures), 1, 1, 1, device=pictures.device)
    pictures = pictures + (brightness - 0.5)
    grey = pictures.mean(dim=1, keepdim=True)
    pictures = torch.lerp(grey, pictures, 2 * saturation)
    mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
    return torch.lerp(mean, pictures, contrast + 0.5)


def shifted(pictures: Tensor) -> Tensor:
    """Moved by up to `LARGEST_SHIFT` of the side each way; what comes in from outside is 0."""
    side = pictures.shape[-1]
    most = int(side * LARGEST_SHIFT)
    padded = torch.nn.functional.pad(pictures, (most,) * 4)
    moves = torch.randint(0, 2 * most + 1, (len(pictures), 2)).tolist()
    return torch.stack(
        [
            picture[:, down : down + side, right : right + side]
            for picture, (down, right) in zip(padded, moves, strict=True)
        ]
    )
