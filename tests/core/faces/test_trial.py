"""The trial hides what is what, and counts rightly."""

import json
from statistics import NormalDist

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
    key = trial.make(tmp_path / "trial", model, 8, 0.7, seed=3)
    files = sorted((tmp_path / "trial" / "pictures").iterdir())
    assert len(files) == len(key) == 8
    assert json.loads((tmp_path / "trial" / "key.json").read_text()) == key
    may_be_shown = [one for one in data.portraits() if one.split == "heldout" and one.may_be_shown]
    theirs = set(trial.presented([data.read(one, model.side) for one in may_be_shown]))
    assert [file.read_bytes() in theirs for file in files] == key
    assert 0 < sum(key) < 8


def test_the_share_of_real_ones_is_drawn_anew(folder, tmp_path):
    model = sample.load_from(folder)
    shares = {sum(trial.make(tmp_path / str(seed), model, 8, 0.7, seed)) for seed in range(12)}
    assert len(shares) > 1


def test_scores_are_counted():
    found = trial.score([True, True, True, False, False], [True, True, False, True, False])
    assert (found.n_real, found.n_generated, found.hits, found.false_alarms) == (3, 2, 2, 1)
    assert found.correct == pytest.approx(0.6)
    z = NormalDist().inv_cdf
    assert found.d_prime == pytest.approx(z(2.5 / 4) - z(1.5 / 3))


def test_d_prime_is_zero_for_one_answer_to_all_and_finite_for_perfect_ones():
    key = [True] * 10 + [False] * 10
    assert trial.score(key, [True] * 20).d_prime == pytest.approx(0)
    assert 2 < trial.score(key, key).d_prime < 4
    assert trial.score(key, [not real for real in key]).d_prime == -trial.score(key, key).d_prime


@pytest.mark.parametrize("answers", [[True], [True, "yes"], [1, 0]])
def test_other_answers_are_refused(answers):
    with pytest.raises(ValueError, match="wanted true or false"):
        trial.score([True, False], answers)


def test_the_command_makes_and_scores(folder, tmp_path, capsys):
    out = tmp_path / "trial"
    assert trial.main(["make", "--out", str(out), "--weights", str(folder), "--count", "6"]) == 0
    assert trial.main(["score", "--key", str(out / "key.json"), "--answers", str(out / "key.json")]) == 0
    assert "100% right" in capsys.readouterr().out
    assert trial.main(["make", "--out", str(out), "--weights", str(tmp_path / "nothing")]) == 1
    assert trial.main(["score", "--key", str(tmp_path / "no.json"), "--answers", str(out / "key.json")]) == 1
