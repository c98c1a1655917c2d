"""The map on its way to the browser is the atlas."""

import base64

import numpy as np
import pytest

from core.audio import notes
from core.gansynth import atlas
from demos import maps


def test_the_numbers_come_back():
    answer, chart = maps.answer(), atlas.load()
    latents = np.frombuffer(base64.b64decode(answer["latents"]), "<f4").reshape(-1, answer["latentSize"])
    assert latents == pytest.approx(chart.latents, abs=1e-6)
    assert np.frombuffer(base64.b64decode(answer["points"]), "<f4") == pytest.approx(chart.points.ravel(), abs=1e-6)
    assert answer["families"] == list(chart.families)


def test_recordings_have_their_programs_and_what_lies_between_has_none():
    answer = maps.answer()
    for family, program in zip(answer["families"], answer["programs"], strict=True):
        assert (program is None) == (family == "between")
    instruments = {f"{one.program:03d}": one.family for one in notes.INSTRUMENTS}
    for family, program in zip(answer["families"], answer["programs"], strict=True):
        assert program is None or instruments[program] == family
