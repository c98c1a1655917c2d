"""A small classifier, trained here on twenty pitches of two instruments."""

import numpy as np
import pytest
import soundfile
import torch

from core import weights
from core.audio import notes
from core.gansynth import pitch_classifier


def test_it_learns_to_name_pitches(notes_folder):
    found = notes.read_notes(notes_folder)
    mels, pitches = pitch_classifier.heard(found)
    config = pitch_classifier.ClassifierConfig(channels=(8, 8, 8), n_features=32)
    classifier = pitch_classifier.train(mels, pitches, config, n_epochs=60, seed=0)
    probabilities, features = pitch_classifier.listen(classifier, mels)
    assert probabilities.shape == (80, 61)
    assert features.shape == (80, 32)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (probabilities.argmax(axis=1) + 24 == pitches.numpy()).mean() > 0.9


def test_log_mel_is_0_for_silence_and_does_not_pass_1():
    waves = np.zeros((2, 64000))
    waves[1] = np.sin(2 * np.pi * 440 * np.arange(64000) / 16000)
    silence, tone = pitch_classifier.log_mel(waves)
    assert silence.shape == (32, 256)
    assert silence.max() == 0
    assert 0.7 < tone.max() <= 1


def test_the_command_leaves_a_classifier(notes_folder, tmp_path, capsys):
    assert pitch_classifier.main(["--notes", str(notes_folder), "--epochs", "1", "--out", str(tmp_path)]) == 0
    assert "test notes right" in capsys.readouterr().out
    classifier = pitch_classifier.load(tmp_path)
    assert pitch_classifier.listen(classifier, torch.zeros(1, 32, 256))[0].shape == (1, 61)


def test_without_notes_the_command_says_what_is_missing(tmp_path, capsys):
    assert pitch_classifier.main(["--notes", str(tmp_path)]) == 1
    assert "examples.json" in capsys.readouterr().err


def test_the_shipped_classifier_names_the_pitches_of_the_shipped_notes():
    """The dozen in assets/audio; it has learnt from most of them."""
    paths = sorted((weights.FOLDER.parent / "audio").glob("*.flac"))
    waves = np.stack([soundfile.read(path, dtype="float32")[0] for path in paths])
    waves *= notes.PEAK / np.abs(waves).max(axis=1, keepdims=True)
    probabilities, _ = pitch_classifier.listen(pitch_classifier.load(), pitch_classifier.log_mel(waves))
    wanted = [int(path.stem.rsplit("-", 1)[1]) for path in paths]
    assert (probabilities.argmax(axis=1) + 24 == wanted).sum() >= len(wanted) - 1 >= 10
