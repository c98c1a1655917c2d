"""The film that a training leaves becomes the one that the page shows."""

import json

import numpy as np
import pytest
from PIL import Image

from core import film


@pytest.fixture
def run(tmp_path):
    """Three frames, and losses of which one begins later."""
    folder = tmp_path / "run"
    for step in (1, 20, 400):
        film.write_frame(folder, "film", step, np.full((8, 12, 3), step % 256, np.uint8))
    rows = [f"{20 * k},{k},{'' if k < 500 else 2 * k}" for k in range(1, 1001)]
    (folder / "losses.csv").write_text("\n".join(["step,painting,judging", *rows]) + "\n")
    return folder


def test_the_packed_film_has_its_frames_and_its_losses(run, tmp_path):
    out = tmp_path / "film"
    n_bytes = film.pack(run, out)
    about = json.loads((out / "film.json").read_text())
    assert about["steps"] == [1, 20, 400]
    assert (about["width"], about["height"]) == (12, 8)
    for step in about["steps"]:
        with Image.open(out / f"{step:06d}.webp") as image:
            assert image.size == (12, 8)
            assert image.convert("RGB").getpixel((6, 4))[0] == pytest.approx(step % 256, abs=3)
    assert n_bytes == sum(file.stat().st_size for file in out.iterdir())


def test_losses_are_means_over_stretches(run):
    losses = film.thinned(run / "losses.csv")
    assert len(losses["step"]) == film.N_LOSSES
    assert losses["step"][-1] == 20_000
    assert losses["painting"][0] == pytest.approx(2.5)  # of 1, 2, 3, 4
    assert losses["judging"][0] is None
    assert losses["judging"][-1] == pytest.approx(2 * 999)


def test_packing_again_leaves_nothing_of_an_older_film(run, tmp_path):
    out = tmp_path / "film"
    film.pack(run, out)
    (run / "film" / "000020.png").unlink()
    film.pack(run, out)
    assert sorted(file.name for file in out.iterdir()) == ["000001.webp", "000400.webp", "film.json"]


def test_what_is_missing_or_too_large_is_said(run, tmp_path, monkeypatch, capsys):
    assert film.main(["--run", str(tmp_path), "--out", str(tmp_path / "film")]) == 1
    assert "no film" in capsys.readouterr().err
    film.pack(run, tmp_path / "film")
    monkeypatch.setattr(film, "LARGEST_FILM", 100)
    assert film.main(["--run", str(run), "--out", str(tmp_path / "film")]) == 1
    assert "wanted at most" in capsys.readouterr().err
    assert (tmp_path / "film" / "000400.webp").is_file()  # the older film stays
