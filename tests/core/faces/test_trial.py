"""The trial hides what is what, and the key knows it."""

import json

import pytest
import torch

from core.faces import data, sample, train, trial


@pytest.fixture
def folder(small_generator, small_discriminator, portraits_folder, tmp_path):
    config = train.Config(n_steps=20, batch=4, generator=small_generator, discriminator=small_discriminator)
    train.Run(config, data.load("train", 16), torch.device("cpu")).save_weights(tmp_path / "weights")
    return tmp_path / "weights"


def test_pictures_and_key_agree(folder, tmp_path):
    model = sample.load_from(folder)
    key = trial.make(tmp_path / "trial", model, 8, seed=3)
    files = sorted((tmp_path / "trial" / "pictures").iterdir())
    assert len(files) == len(key) == 8
    assert json.loads((tmp_path / "trial" / "key.json").read_text()) == key
    may_be_shown = [one for one in data.portraits() if one.split == "heldout" and one.may_be_shown]
    theirs = set(trial.presented([data.read(one, model.side) for one in may_be_shown]))
    assert [file.read_bytes() in theirs for file in files] == key
    assert 0 < sum(key) < 8


def test_the_share_of_real_ones_is_drawn_anew(folder, tmp_path):
    model = sample.load_from(folder)
    shares = {sum(trial.make(tmp_path / str(seed), model, 8, seed)) for seed in range(12)}
    assert len(shares) > 1


def test_the_command_makes_and_scores(folder, tmp_path, capsys):
    out = tmp_path / "trial"
    assert trial.main(["make", "--out", str(out), "--weights", str(folder), "--count", "6"]) == 0
    assert trial.main(["score", "--key", str(out / "key.json"), "--answers", str(out / "key.json")]) == 0
    assert "100% right" in capsys.readouterr().out
    assert trial.main(["make", "--out", str(out), "--weights", str(tmp_path / "nothing")]) == 1
    assert trial.main(["score", "--key", str(tmp_path / "no.json"), "--answers", str(out / "key.json")]) == 1
