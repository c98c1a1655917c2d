"""Ways through the latent space."""

from collections.abc import Sequence

import numpy as np

ALMOST_PARALLEL = 1e-4  # radians


def slerp(start: np.ndarray, end: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """From one latent to another along the sphere, `shares` (n,) of the way -> (n, latent).

    The direction turns evenly (Shoemake 1985, doi 10.1145/325165.325242) while the length goes evenly from one to the
    other: halfway between two draws from N(0, 1) lies what N(0, 1) would draw, not the short mean of the two.
    """
    shares = np.asarray(shares, dtype=float)[:, None]
    lengths = [max(float(np.linalg.norm(latent)), 1e-12) for latent in (start, end)]
    first, last = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(first @ last, -1, 1))
    if np.sin(angle) < ALMOST_PARALLEL:
        return (1 - shares) * start + shares * end
    direction = (np.sin((1 - shares) * angle) * first + np.sin(shares * angle) * last) / np.sin(angle)
    return direction * ((1 - shares) * lengths[0] + shares * lengths[1])


def path(latents: np.ndarray, seconds: Sequence[float], seconds_per_instrument: float) -> np.ndarray:
    """The latents at some moments (n,) of a way that reaches another one of `latents` (instruments, latent) every so
    many seconds, and after the last the first again -> (n, latent). One instrument alone stays."""
    latents = np.asarray(latents, dtype=float)
    seconds = np.asarray(seconds, dtype=float)
    if len(latents) == 1:
        return np.repeat(latents, len(seconds), axis=0)
    legs, shares = np.divmod(seconds / seconds_per_instrument, 1)
    way = np.empty((len(seconds), latents.shape[1]))
    for leg in np.unique(legs):
        there = legs == leg
        start, end = (latents[int(leg + step) % len(latents)] for step in (0, 1))
        way[there] = slerp(start, end, shares[there])
    return way
