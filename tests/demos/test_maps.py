"""The map on its way to the browser is the atlas."""

import base64

import numpy as np
import pytest

from core.gansynth import atlas
from demos import maps


def test_the_numbers_come_back():
    answer, chart = maps.answer(), atlas.load()
    latents = np.frombuffer(base64.b64decode(answer["latents"]), "<f4").reshape(-1, answer["latentSize"])
    assert latents == pytest.approx(chart.latents, abs=1e-6)
    assert np.frombuffer(base64.b64decode(answer["points"]), "<f4") == pytest.approx(chart.points.ravel(), abs=1e-6)
    assert answer["families"] == list(chart.families)
