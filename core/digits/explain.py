"""Looking into a digit network: which pixels spoke for an answer, and what picture an answer asks for."""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from core.digits.normalize import SIDE

PATCH = 5  # pixels covered at a time
STRIDE = 2
CLOUDS, BRIGHTEST = 7, 0.6  # finer noise is a scribble to the shipped classifier, and it has no gradient there


@torch.inference_mode()
def occlusion_map(model: nn.Module, image: np.ndarray, label: int) -> np.ndarray:
    """How much each place speaks for a label: what the label's log-probability loses when the place is covered.

    A patch of 5 × 5 pixels without ink slides over the picture; a pixel gets the mean over the patches that
    cover it (Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, section 4.2).

    Args:
        model: (batch, 28, 28) 0..1 to (batch, 10) logits.
        image: (28, 28) float 0..1.
        label: 0 to 9.

    Returns:
        (28, 28) float32 in nats: above 0 speaks for the label, below 0 against it.
    """
    corners = [(y, x) for y in range(1 - PATCH, SIDE, STRIDE) for x in range(1 - PATCH, SIDE, STRIDE)]
    covers = torch.zeros(len(corners), SIDE, SIDE)
    for cover, (y, x) in zip(covers, corners, strict=True):
        cover[max(y, 0) : y + PATCH, max(x, 0) : x + PATCH] = 1
    picture = torch.from_numpy(np.asarray(image, np.float32))
    matters = (covers * picture).flatten(1).any(1)  # a patch over empty paper changes nothing
    answers = F.log_softmax(model(torch.cat([picture[None], picture * (1 - covers[matters])])), 1)[:, label]
    losses = torch.zeros(len(corners))
    losses[matters] = answers[0] - answers[1:]
    return ((losses[:, None, None] * covers).sum(0) / covers.sum(0)).numpy()


def ascend(
    model: nn.Module, label: int, n_steps: int = 60, step_size: float = 0.02, seed: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The network the other way round: from a label to a picture, by gradient ascent on the pixels.

    From dark clouds, each step moves every pixel along the sign of the gradient of the label's log-probability,
    by `step_size`, and keeps it in 0 to 1 (after Simonyan, Vedaldi and Zisserman, 2014; they climb the class score
    along the gradient itself and with a prior, but the lecture wants to see what the network alone asks for).

    Yields, `n_steps` + 1 times: the picture (28, 28) float32 0..1, and the probabilities (10,).
    """
    randomness = torch.Generator().manual_seed(seed)
    clouds = torch.rand(1, 1, CLOUDS, CLOUDS, generator=randomness) * BRIGHTEST
    picture = F.interpolate(clouds, size=SIDE, mode="bicubic", align_corners=False).clamp(0, 1)[0]  # (1, 28, 28)
    for step in range(n_steps + 1):
        with torch.enable_grad():
            pixels = picture.clone().requires_grad_(True)
            logits = model(pixels)
            score = F.log_softmax(logits, 1)[0, label]
            (gradient,) = torch.autograd.grad(score, pixels)
        yield picture[0].numpy().copy(), logits.detach().softmax(1)[0].numpy()
        shrinking = step_size * (1 - 0.8 * step / max(n_steps, 1))
        picture = (picture + shrinking * gradient.sign()).clamp(0, 1)
