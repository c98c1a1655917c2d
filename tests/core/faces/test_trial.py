"""The trial hides what is what, and the key knows it."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from core import weights
from core.faces import data, game, sample, trial
from core.faces.projected.model import Generator, GeneratorConfig


@pytest.fixture
def folder(portraits_folder, tmp_path):
    torch.manual_seed(0)
    config = GeneratorConfig(latent_size=6, channels=(8, 8, 8))  # 16 pixels
    weights.save_weights(tmp_path / "weights", Generator(config).state_dict(), {"network": asdict(config)})
    return tmp_path / "weights"


@pytest.fixture
def model(folder):
    return sample.load_any(folder)


@pytest.fixture
def many_portraits(monkeypatch):
    """As many as it takes, each another one."""
    portraits = [data.Portrait(f"{k}.jpg", "heldout", "", "", 1.0, "", ((0.0, 0.0), (1.0, 0.0))) for k in range(200)]
    monkeypatch.setattr(data, "showable", lambda side, groups: portraits)
    monkeypatch.setattr(data, "read", lambda one, side: np.full((side, side, 3), int(one.file[:-4]), np.uint8))


def test_pictures_and_key_agree_and_lie_apart(model, tmp_path):
    out = tmp_path / "trial"
    key = trial.make(out, model, n_viewers=2, n_pictures=3, seed=3)
    assert json.loads(trial.key_file(out).read_text()) == key
    assert out not in trial.key_file(out).parents
    assert sorted(file.relative_to(out).as_posix() for file in out.rglob("*.*")) == [
        f"viewer-{viewer}/{place}.jpg" for viewer in (1, 2) for place in (1, 2, 3)
    ]
    theirs = set(trial.presented([data.read(one, model.side) for one in data.showable(model.side, model.groups)]))
    for viewer, truth in enumerate(key, 1):
        assert [(out / f"viewer-{viewer}" / f"{place}.jpg").read_bytes() in theirs for place in (1, 2, 3)] == truth
        assert 0 < sum(truth) < 3


def test_nobody_is_seen_twice(model, tmp_path, many_portraits):
    key = trial.make(tmp_path / "trial", model, 40, 5, seed=0)
    files = [file.read_bytes() for file in (tmp_path / "trial").rglob("*.jpg")]
    assert len(set(files)) == len(files) == 200
    assert 70 < sum(map(sum, key)) < 130


def test_how_many_are_real_and_where_differs_by_viewer(model, tmp_path, many_portraits):
    key = trial.make(tmp_path / "trial", model, 40, 5, seed=0)
    assert {sum(truth) for truth in key} == {1, 2, 3, 4}
    assert all(10 < sum(truth[place] for truth in key) < 30 for place in range(5))


def test_faces_are_painted_as_the_rounds_paint_them(model, tmp_path, many_portraits, monkeypatch):
    asked = []
    paint = model.faces
    monkeypatch.setattr(
        model,
        "faces",
        lambda latents, truncation: asked.append((len(latents), truncation)) or paint(latents, truncation),
    )
    key = trial.make(tmp_path / "trial", model, 4, 5, seed=0)
    assert asked == [(truth.count(False), game.TRUNCATION) for truth in key]  # none is left out


def test_more_portraits_than_there_are_is_refused(model, tmp_path):
    with pytest.raises(ValueError, match="there are 6"):
        trial.make(tmp_path / "trial", model, 20, 5, seed=0)
    assert not (tmp_path / "trial").exists()


def test_viewers_are_scored_by_themselves_and_together():
    key = [[True, True, False], [False, True, False]]
    answers = [[True, False, False], [True, True, True]]
    first, second, both = trial.score_viewers(key, answers)
    assert [(one.hits, one.n_real, one.false_alarms, one.n_generated) for one in (first, second, both)] == [
        (1, 2, 0, 1),
        (1, 1, 2, 2),
        (2, 3, 2, 3),
    ]
    rows = trial.score_table([first, second, both]).splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| viewer 1", "| viewer 2", "| all"]
    assert rows[2].split(" | ")[1:3] == ["2 of 3", "2 of 3"]
    assert "50% (" in rows[2]
    assert f"| 0.00 ({both.d_prime_interval[0]:.2f} to" in rows[2]


@pytest.mark.parametrize("answers", [[[True, False]], [True, False], [[True], [False, True]], {"1": [True]}, None])
def test_answers_that_do_not_fit_are_refused(answers):
    with pytest.raises(ValueError, match=r"answers|lists"):
        trial.score_viewers([[True, False], [False, True]], answers)


def test_the_command_makes_and_scores(folder, tmp_path, capsys):
    out = tmp_path / "trial"
    arguments = ["make", "--out", str(out), "--weights"]
    assert trial.main([*arguments, str(folder), "--viewers", "2", "--pictures", "3"]) == 0
    key = str(trial.key_file(out))
    assert key in capsys.readouterr().out
    assert trial.main(["score", "--key", key, "--answers", key]) == 0
    assert capsys.readouterr().out.count("100% (") == 3
    assert trial.main([*arguments, str(tmp_path / "nothing")]) == 1
    assert trial.main(["score", "--key", str(tmp_path / "no.json"), "--answers", key]) == 1
    assert trial.main([*arguments, str(folder), "--pictures", "1"]) == 1
