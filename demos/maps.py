"""The map of GANSynth's latent space, as the browser's `gansynth/map.js` draws it."""

import functools

from core.gansynth import atlas
from demos import calls


@functools.cache
def answer() -> dict:
    """Points, their latents and families, and the General MIDI programs of those that are recordings.

    Raises:
        core.weights.WeightsError: the model's files are missing or damaged.
    """
    chart = atlas.load()
    return {
        "latentSize": int(chart.latents.shape[1]),
        "points": calls.packed(chart.points.astype("<f4")),
        "latents": calls.packed(chart.latents.astype("<f4")),
        "families": list(chart.families),
        "programs": [
            None if family == atlas.BETWEEN else _program(name)
            for family, name in zip(chart.families, chart.names, strict=True)
        ],
    }


def _program(name: str) -> str:
    """`string_acoustic_042-100` -> `042`."""
    return name.rpartition("_")[2].partition("-")[0]
