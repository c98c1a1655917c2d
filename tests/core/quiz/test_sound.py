import librosa
import numpy as np
import pytest

from core.audio.pictures import fundamental_hz
from core.quiz import sound


def test_notes_are_named_as_librosa_names_them():
    for pitch in range(24, 97):
        assert sound.note_name(pitch) == librosa.midi_to_note(pitch)


@pytest.mark.parametrize("seed", range(4))
def test_the_octave_is_heard(seed):
    question = sound.octave_higher(np.random.default_rng(seed))
    base = fundamental_hz(question.sound())
    heard = [fundamental_hz(option.sound()) for option in question.options]
    is_octave = [hz is not None and abs(hz / base / 2 - 1) < 0.02 for hz in heard]
    assert is_octave == [k == question.answer for k in range(4)]


@pytest.mark.parametrize("seed", range(3))
def test_only_the_one_without_its_phase_differs_from_the_recording(seed):
    question = sound.random_phase(np.random.default_rng(seed))
    alike = []
    for option in question.options:
        note = option.sound.args[0]
        alike.append(np.corrcoef(option.sound(), sound.shipped(note))[0, 1])
    assert [one > 0.95 for one in alike] == [k != question.answer for k in range(4)]


def test_sounds_are_two_seconds_and_end_in_silence():
    for wave in (sound.shipped("piano"), sound.varied("flute", "random"), sound.generated(3, 60)):
        assert wave.shape == (32_000,)
        assert np.abs(wave).max() <= 1
        assert wave[-1] == 0


def test_all_pictures_use_all_grey_levels_and_no_colour_gives_one_away():
    for name in sound.PICTURES:
        picture = sound.picture("clarinet", name)
        assert picture.dtype == np.uint8
        assert (picture.min(), picture.max()) == (0, 255)
        assert picture.ndim == 2
