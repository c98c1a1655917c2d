"""The map of GANSynth's latent space, as the browser's `gansynth/map.js` draws it."""

import functools

from core.gansynth import atlas
from demos import calls


@functools.cache
def answer() -> dict:
    """Points, their latents and families. Raises core.weights.WeightsError."""
    chart = atlas.load()
    return {
        "latentSize": int(chart.latents.shape[1]),
        "points": calls.packed(chart.points.astype("<f4")),
        "latents": calls.packed(chart.latents.astype("<f4")),
        "families": list(chart.families),
    }
