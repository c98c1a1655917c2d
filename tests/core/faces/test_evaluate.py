"""The tables and the pictures, for a generator that has learnt nothing, seen through random eyes."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from PIL import Image

from core import precision, weights
from core.faces import efficientnet, evaluate, measures, sample
from core.faces.projected.model import Generator, GeneratorConfig


@pytest.fixture
def folder(portraits_folder, tmp_path):
    torch.manual_seed(0)
    config = GeneratorConfig(latent_size=6, channels=(8, 8, 8, 8))  # 32 pixels
    weights.save_weights(tmp_path / "weights", Generator(config).state_dict(), {"network": asdict(config)})
    return tmp_path / "weights"


@pytest.fixture
def small_eyes(small_features, monkeypatch):
    monkeypatch.setattr(measures, "load_network", lambda: small_features)
    monkeypatch.setattr(measures, "SEEN_SIDE", 32)


def cells(printed, name):
    """Of each row of that name."""
    return [line.strip("| ").split(" | ")[1:] for line in printed.splitlines() if line.startswith(f"| {name} |")]


def test_the_command_prints_tables_and_writes_pictures(folder, small_eyes, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "N_SAMPLES", 110)
    near, faces = tmp_path / "near.png", tmp_path / "sheet.png"
    arguments = ["--weights", str(folder), "--early", str(folder)]
    assert evaluate.main([*arguments, "--neighbours", str(near), "--sheet", str(faces)]) == 0
    printed = capsys.readouterr().out
    ours, early = (cells(printed, name) for name in (evaluate.OURS, evaluate.EARLY))
    assert ours[:2] == early  # KID and SWD: they are the same weights
    assert float(ours[0][0]) > float(cells(printed, "held-out portraits")[0][0])  # never trained
    assert float(ours[1][-1]) > float(cells(printed, "training portraits")[0][-1])
    assert len(cells(printed, evaluate.ROUNDS)) == 3  # the groups, too
    assert "held-out portraits: balanced accuracy" in printed
    assert "No discriminator" in printed
    with Image.open(near) as image:
        assert image.size == (8 * 32, 8 * 32)
    with Image.open(faces) as image:
        assert image.size == (10 * 32, 10 * 32)
        painted = evaluate.paint_as_rounds(sample.load_any(folder), 110)[99].permute(1, 2, 0).numpy()
        assert (np.asarray(image)[-32:, -32:] == painted).all()


def test_painted_faces_are_always_the_same(folder, monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: False)  # it rounds otherwise in other batches
    model = sample.load_any(folder)
    few, many = evaluate.paint(model, 6).int(), evaluate.paint(model, 60)[:6].int()
    assert (few - many).abs().max() <= 1
    assert not torch.equal(few, evaluate.paint(model, 6, 0.5).int())


def test_distances_stand_beside_those_of_the_held_out():
    grey = torch.full((3, 3, 16, 16), 100, dtype=torch.uint8)
    step = torch.tensor([10, 30, 50], dtype=torch.uint8).view(3, 1, 1, 1)
    learnt = evaluate.Seen(grey, torch.zeros(3, 4))
    held_out = evaluate.Seen(grey + step, torch.full((3, 4), 2.0))
    faces = evaluate.Seen(grey + step // 2, torch.full((3, 4), 0.5))
    rows = evaluate.distance_table({"ours": faces}, learnt, held_out).splitlines()[2:]
    found = [row.strip("| ").split(" | ")[1:] for row in rows]
    assert found[:3] == [["30.0", "15.0 (0.50)"], ["4.0", "1.0 (0.25)"], ["26.7", "13.3 (0.50)"]]
    assert found[3][-1] == "10.0"


def test_a_face_that_was_learnt_by_heart_shows_first():
    """Two of twenty by features alone, two others by pixels alone."""
    random = torch.Generator().manual_seed(0)
    learnt, faces = (
        evaluate.Seen(torch.randint(0, 256, (n, 3, 8, 8), generator=random).byte(), torch.randn(n, 5, generator=random))
        for n in (30, 20)
    )
    faces.features[[11, 4]] = learnt.features[[20, 21]] + torch.tensor([[1e-3], [2e-3]])
    faces.pictures[[7, 9]] = learnt.pictures[[3, 5]]
    faces.pictures[9, 0, 0, 0] ^= 128
    shown = evaluate.compare_neighbours(faces, learnt)
    tiles = torch.from_numpy(shown).view(8, 8, 8, 8, 3).permute(0, 2, 4, 1, 3)  # (row, column, 3, side, side)
    for column, (face, portrait) in enumerate(((11, 20), (4, 21))):
        assert torch.equal(tiles[0, column], faces.pictures[face])
        assert torch.equal(tiles[1, column], learnt.pictures[portrait])
    for column, (face, portrait) in enumerate(((7, 3), (9, 5))):
        assert torch.equal(tiles[4, column], faces.pictures[face])
        assert torch.equal(tiles[5, column], learnt.pictures[portrait])


def test_the_police_is_measured_on_what_set_no_threshold():
    class Bright:
        """Calls the light ones real."""

        def realness(self, images):
            return images.mean(axis=(1, 2, 3)) - 128

    held_out = torch.tensor([0, 200, 0, 200, 255, 90], dtype=torch.uint8).view(6, 1, 1, 1).expand(6, 3, 8, 8)
    faces = torch.tensor([250, 20, 20, 255, 255], dtype=torch.uint8).view(5, 1, 1, 1).expand(5, 3, 8, 8)
    line = evaluate.measure_police(Bright(), held_out, faces)
    assert "calls 2 of 3 held-out portraits real, and 1 of 3 faces" in line
    assert "d' 0.64 (" in line  # z(2.5 / 4) - z(1.5 / 4)


def test_without_weights_portraits_or_eyes_it_says_so(folder, small_eyes, tmp_path, monkeypatch, capsys):
    def missing():
        raise efficientnet.NoFeaturesError("the package is not installed")

    assert evaluate.main(["--weights", str(tmp_path / "nothing")]) == 1
    assert evaluate.main(["--weights", str(folder), "--judge", str(tmp_path / "nothing")]) == 1
    assert capsys.readouterr().err.count("is not there") == 2
    monkeypatch.setattr(measures, "load_network", missing)
    assert evaluate.main(["--weights", str(folder)]) == 1
    assert "not installed" in capsys.readouterr().err
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "empty"))
    assert evaluate.main(["--weights", str(folder)]) == 1
    assert "no portraits" in capsys.readouterr().err
