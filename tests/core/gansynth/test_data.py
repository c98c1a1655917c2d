"""Notes become pictures."""

import pytest
import torch

from core.audio import notes
from core.gansynth import data


@pytest.fixture(scope="module")
def found(notes_folder):
    return notes.read_notes(notes_folder)


def test_notes_that_sound_alike_are_kept_once(found):
    kept = data.different(found)
    assert len(found) == 80
    assert sum(note.instrument == "flute" for note in kept) == 20
    assert sum(note.instrument == "reed" for note in kept) == 40


def test_pictures_pitches_and_instruments_belong_together(found):
    chosen = [note for note in found if note.pitch in (50, 60)]
    loaded = data.load(chosen, 256)
    assert loaded.pictures.shape == (8, 3, 128, 256)
    assert loaded.pictures.dtype == torch.float16
    assert loaded.instruments == ("flute-050", "flute-100", "reed-050", "reed-100")
    for place, note in enumerate(chosen):
        assert loaded.names[place] == note.name
        assert loaded.pitches[place] == note.pitch
        assert loaded.instruments[loaded.instrument[place]] == data.instrument_of(note)
    assert len(loaded) == 8


def test_loudness_is_no_timbre(found):
    soft, loud = (note for note in found if note.instrument == "flute" and note.pitch == 60)
    soft, loud = data.load([soft, loud], 256).pictures.float()
    assert (soft - loud).abs().mean() < 0.01


def test_instruments_may_be_counted_by_another_list(found):
    loaded = data.load(found[:1], 256, ["another", "flute-050"])
    assert loaded.instrument.tolist() == [1]
