"""The table and the distances, for a generator that has learnt next to nothing."""

import pytest
import torch
from PIL import Image

from core.faces import data, evaluate, sample, train


@pytest.fixture
def folder(small_generator, small_discriminator, portraits_folder, tmp_path):
    wider = train.GeneratorConfig(small_generator.latent_size, small_generator.style_size, (8, 8, 8, 8))  # 32 pixels
    config = train.Config(n_steps=20, batch=4, generator=wider, discriminator=train.DiscriminatorConfig((8, 8, 8)))
    train.Run(config, data.load("train", 32), torch.device("cpu")).save_weights(tmp_path / "weights")
    return tmp_path / "weights"


def test_the_command_prints_both_and_writes_neighbours(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "N_SAMPLES", 40)
    out = tmp_path / "neighbours.png"
    arguments = ["--weights", str(folder), "--early", str(folder), "--neighbours", str(out)]
    assert evaluate.main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    ours, early = (next(line for line in printed if name in line) for name in ("| ours", "| an early"))
    assert ours.split("|")[2:] == early.split("|")[2:]  # they are the same weights
    training = next(line for line in printed if "training portraits" in line)
    mean = [float(line.split("|")[-2]) for line in (training, ours)]
    assert mean[0] < mean[1]  # what was never trained is farther from portraits than other portraits are
    assert sum("of held out" in line for line in printed) == 2
    with Image.open(out) as image:
        assert image.size == (8 * 32, 4 * 32)


def test_drawn_faces_are_always_the_same(folder, monkeypatch):
    monkeypatch.setattr(sample, "HAS_BFLOAT16", False)  # it rounds otherwise in batches of another size
    model = sample.load_from(folder)
    assert torch.equal(evaluate.drawn(model, 6), evaluate.drawn(model, 60)[:6])


def test_a_face_that_was_learnt_by_heart_shows(folder):
    model = sample.load_from(folder)
    faces = evaluate.drawn(model, evaluate.N_NEIGHBOURS)
    pair = evaluate.neighbours(model, torch.cat([torch.zeros_like(faces[:4]), faces]))
    assert (pair[:32] == pair[32:64]).all()


def test_without_weights_or_portraits_it_says_so(folder, tmp_path, monkeypatch, capsys):
    assert evaluate.main(["--weights", str(tmp_path / "nothing")]) == 1
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "empty"))
    assert evaluate.main(["--weights", str(folder)]) == 1
    assert "no portraits" in capsys.readouterr().err
