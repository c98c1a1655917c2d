"""Notes from latents, by a generator of random weights and from files."""

import numpy as np
import pytest
import torch

from core import weights
from core.audio import midi
from core.audio.midi import ScoreNote
from core.gansynth import measures, pitch_classifier, synthesize
from core.gansynth.model import Generator


@pytest.fixture
def model(small_generator):
    torch.manual_seed(0)
    return synthesize.GanSynth(Generator(small_generator), ["flute-100"], np.zeros((1, 4), np.float32))


def test_notes_are_four_seconds_that_begin_and_end_in_silence_without_a_click(model):
    waves = model.notes(np.random.default_rng(0).standard_normal((3, 4)), np.array([24, 60, 84]))
    assert waves.shape == (3, 64000)
    assert waves.dtype == np.float32
    assert np.abs(waves).max(axis=1) == pytest.approx(0.9, abs=0.01)
    assert np.abs(waves.mean(axis=1)).max() < 1e-3
    assert not waves[:, [0, -1]].any()


def test_the_same_latent_is_the_same_note_alone_or_in_company(model):
    latents = np.random.default_rng(0).standard_normal((2, 4))
    together = model.notes(latents, np.array([48, 72]))
    assert np.allclose(together[1], model.notes(latents[1:], np.array([72]))[0], atol=1e-3)


def test_nothing_asked_nothing_given(model):
    assert model.notes(np.zeros((0, 4)), np.zeros(0, int)).shape == (0, 64000)


@pytest.mark.parametrize(
    ("latents", "pitches", "message"),
    [
        (np.zeros((1, 5)), np.array([60]), "latents of shape"),
        (np.zeros(4), np.array([60]), "latents of shape"),
        (np.full((1, 4), np.nan), np.array([60]), "latents of shape"),
        (np.zeros((2, 4)), np.array([60]), "pitches of shape"),
        (np.zeros((1, 4)), np.array([60.5]), "pitches of shape"),
        (np.zeros((1, 4)), np.array([23]), "pitches from 23"),
        (np.zeros((1, 4)), np.array([85]), "to 85"),
    ],
)
def test_what_cannot_be_played_is_refused(model, latents, pitches, message):
    with pytest.raises(ValueError, match=message):
        model.notes(latents, pitches)


def test_a_note_grows_from_sixteen_bands_to_itself(model):
    latent = np.random.default_rng(0).standard_normal(4)
    stages = model.growth(latent, 60)
    assert [picture.shape for picture, _ in stages] == [(4 << k, 8 << k) for k in range(6)]
    assert all(0 <= picture.min() <= picture.max() <= 1 for picture, _ in stages)
    assert all(wave.shape == (64000,) for _, wave in stages)
    assert np.allclose(stages[-1][1], model.notes(latent[None], np.array([60]))[0], atol=1e-3)
    assert not np.allclose(stages[0][1], stages[-1][1], atol=0.05)


def test_the_shipped_model_plays_every_pitch_in_tune():
    """Twelve latents drawn from N(0, 1), five octaves: the classifier hears each pitch that was asked for."""
    pitches = np.arange(24, 85, 5).repeat(2)[:24]
    latents = np.random.default_rng(1).standard_normal((len(pitches), synthesize.load().latent_size))
    waves = synthesize.notes(latents, pitches)
    probabilities, _ = pitch_classifier.listen(pitch_classifier.load(), pitch_classifier.log_mel(waves))
    assert (probabilities.argmax(axis=1) + 24 == pitches).mean() >= 0.9
    assert np.abs(waves).max() == pytest.approx(0.9, abs=1e-3)
    assert np.abs(waves.mean(axis=1)).max() < 1e-3
    assert not waves[:, [0, -1]].any()


def test_two_shipped_instruments_sound_different_and_one_at_two_pitches_less():
    latents = np.random.default_rng(0).standard_normal((8, synthesize.load().latent_size))
    low, high = (
        np.stack([measures.timbre(wave) for wave in synthesize.notes(latents, np.full(8, pitch))]) for pitch in (60, 61)
    )
    assert np.linalg.norm(low - high, axis=1).mean() < 0.7 * measures.spread(low)[0]


def test_a_piece_is_played_and_reported(tmp_path):
    midi.write([ScoreNote(0, 0.5, 60, 100), ScoreNote(0.5, 1, 100, 100)], tmp_path / "piece.mid")
    latents = np.zeros((1, synthesize.load().latent_size))
    wave, report = synthesize.perform(tmp_path / "piece.mid", latents, 5.0)
    assert (report.n_played, report.n_folded) == (2, 1)
    assert len(wave) == pytest.approx(1.3 * 16000, abs=32)
    assert np.abs(wave).max() == pytest.approx(0.9, abs=1e-3)
    again, _ = synthesize.perform((tmp_path / "piece.mid").read_bytes(), latents, 5.0)
    assert np.array_equal(wave, again)


def test_the_command_plays_a_piece(tmp_path, capsys):
    midi.write([ScoreNote(0, 0.2, 60, 100), ScoreNote(0.2, 0.4, 90, 100)], tmp_path / "in.mid")
    arguments = ["--midi", str(tmp_path / "in.mid"), "--out", str(tmp_path / "out.wav"), "--leave-out", "--seed", "7"]
    assert synthesize.main(arguments) == 0
    assert "n_left_out=1" in capsys.readouterr().out
    assert (tmp_path / "out.wav").stat().st_size > 10_000
    assert synthesize.main(["--midi", str(tmp_path / "none.mid")]) == 1


def test_files_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"a": torch.zeros(1)}, {"generator": {}})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold a GANSynth"):
        synthesize.load_from(tmp_path)


def test_without_weights_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(synthesize, "FOLDER", tmp_path / "nowhere")
    assert synthesize.main(["--out", str(tmp_path / "note.wav")]) == 1
    assert "is not there" in capsys.readouterr().err
