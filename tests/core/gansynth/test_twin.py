"""GANSynth and its twin, which learnt the phase: alike but for that, and heard to differ."""

import numpy as np
import pytest

from core import weights
from core.audio import loudness, phase, recordings
from core.audio.stft import SAMPLE_RATE
from core.gansynth import synthesize, twin


def test_the_twin_differs_in_the_angle_alone():
    shipped, other = (model.generator.config for model in (synthesize.load(), twin.load()))
    assert (shipped.angle, other.angle) == ("frequency", "phase")
    assert {**vars(shipped), "angle": "phase"} == vars(other)
    assert synthesize.load().instruments == twin.load().instruments


@pytest.mark.parametrize("instrument", ["organ", "flute", "clarinet"])
def test_takes_are_one_melody_equally_loud(instrument):
    takes = twin.takes(instrument, "doraji")
    assert tuple(takes) == twin.KINDS
    loud = [loudness.loudness_lufs(take.melody) for take in takes.values()]
    assert max(loud) - min(loud) < 0.5
    assert len({len(take.melody) for take in takes.values()}) == 1
    for take in takes.values():
        assert np.abs(take.melody).max() <= 1
        assert len(take.note) == recordings.N_SAMPLES
        assert 0 < take.clock[1] < len(take.note) / SAMPLE_RATE


def test_who_paints_the_if_keeps_the_partials_and_who_paints_the_phase_does_not():
    """Over all instruments that go with the lecture; and the cycles of the twin's notes do not coincide."""
    found = [twin.takes(instrument, "arirang") for instrument in recordings.INSTRUMENTS]
    recorded, frequency, phases = (np.mean([takes[kind].harmonic_share for takes in found]) for kind in twin.KINDS)
    assert frequency > recorded - 0.03
    assert phases < frequency - 0.25
    together = [
        np.mean([phase.coherence(phase.cycles(takes[kind].note, *takes[kind].clock, 24, 0.15)) for takes in found])
        for kind in ("frequency", "phase")
    ]
    assert together[0] > together[1] + 0.4


def test_what_is_not_there_is_refused(monkeypatch, tmp_path):
    with pytest.raises(KeyError):
        twin.takes("theremin", "arirang")
    with pytest.raises(KeyError):
        twin.takes("flute", "yesterday")
    monkeypatch.setattr(twin, "FOLDER", tmp_path)
    with pytest.raises(weights.WeightsError):
        twin.takes("flute", "arirang")
