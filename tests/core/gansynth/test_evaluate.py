"""The evaluation, whole, with an untrained generator that is small and twenty pitches."""

import numpy as np
import pytest
import torch

from core.audio import notes
from core.gansynth import evaluate, pitch_classifier, synthesize
from core.gansynth.model import Generator


@pytest.fixture
def untrained(small_generator):
    torch.manual_seed(0)
    return synthesize.GanSynth(Generator(small_generator), ("flute-050",), np.zeros((1, 4)))


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]


def test_the_papers_table_tells_real_notes_from_those_of_an_untrained_generator(notes_folder, untrained):
    found = notes.read_notes(notes_folder) * 2  # 160, so that there are 50 and more a side
    table = evaluate.paper_table(
        untrained, pitch_classifier.load(), found[:120], found[100:160], np.random.default_rng(0)
    )
    header, _, *rows = cells(table)
    assert header[0] == "60 notes each"
    assert [row[0] for row in rows] == ["real, training", "real, test", "ours"]
    ndb, fid, _, accuracy, _ = zip(*(map(float, [cell.rstrip("%") for cell in row[1:]]) for row in rows), strict=True)
    assert fid[2] > 2 * max(fid[:2])
    assert ndb[2] > max(ndb[:2])
    assert accuracy[2] < 20 < min(accuracy[:2])


def test_real_notes_pass_the_independent_measures_and_noise_does_not(notes_folder, untrained):
    """`tracked` and `harmonic` without processes of their own."""

    class Here:
        map = staticmethod(lambda function, things, chunksize: map(function, things))

    found = [note for note in notes.read_notes(notes_folder) if note.pitch in (60, 61)]
    pitches = [note.pitch for note in found]
    real = evaluate.there_and_back(evaluate.real_waves(found), untrained)
    assert evaluate.tracked(real, pitches, Here) == 1
    assert evaluate.harmonic(real, pitches) > 0.98
    noise = np.random.default_rng(0).uniform(-0.9, 0.9, real.shape)
    assert evaluate.tracked(noise, pitches, Here) < 0.2
    assert evaluate.harmonic(noise, pitches) < 0.5


def test_a_sheet_shows_64_notes(untrained):
    sheet = evaluate.sheet(untrained, np.random.default_rng(0))
    assert (sheet.shape, sheet.dtype) == ((2048, 512), np.uint8)
    assert sheet.std() > 5


def test_the_state_of_waves_names_what_is_wrong_with_them():
    waves = np.zeros((2, 64000))
    waves[0, 0], waves[1, -1], waves[1, 5] = 0.5, 0.25, 1.2
    sentence = evaluate.state_of(waves)
    assert "highest peak 1.200" in sentence
    assert "first sample 0.500" in sentence
    assert "last sample 2.5e-01" in sentence


def test_without_notes_the_command_says_what_is_missing(tmp_path, capsys):
    assert evaluate.main(["--weights", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
