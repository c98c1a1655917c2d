"""A folder of portraits that nobody sat for: coloured ovals on coloured grounds."""

import csv

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.faces.model import DiscriminatorConfig, GeneratorConfig

COLUMNS = ("file", "split", "repo", "commit", "source_px_per_px", "path")
EYES = {"left_eye_x": 44.8, "left_eye_y": 53.8, "right_eye_x": 83.2, "right_eye_y": 53.8}


@pytest.fixture
def portraits_folder(tmp_path, monkeypatch):
    """28 portraits, 20 to learn from; every fifth is an enlargement, every other may be shown."""
    folder = tmp_path / "data" / "faces"
    (folder / "img").mkdir(parents=True)
    random = np.random.default_rng(0)
    with (folder / "manifest.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, (*COLUMNS, *EYES))
        table.writeheader()
        for k in range(28):
            ground, skin = (tuple(map(int, random.integers(0, 256, 3))) for _ in range(2))
            image = Image.new("RGB", (128, 128), ground)
            ImageDraw.Draw(image).ellipse((30 + k % 5, 20, 98, 115), fill=skin)
            image.save(folder / "img" / f"{k:04d}.jpg", quality=95)
            repository, commit = ("CivilServiceUSA/us-house", "a" * 40) if k % 2 else ("somebody/else", "b" * 40)
            split = "train" if k < 20 else "heldout"
            sharpness = 0.4 if k % 5 == 0 else 0.7 if k % 5 == 1 else 2.0
            row = (f"{k:04d}.jpg", split, repository, commit, sharpness, f"source/{k}.jpg")
            table.writerow(dict(zip(COLUMNS, row, strict=True)) | EYES)
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "data"))
    return folder


@pytest.fixture
def small_generator():
    return GeneratorConfig(latent_size=6, style_size=8, channels=(8, 8, 8))  # 16 pixels


@pytest.fixture
def small_discriminator():
    return DiscriminatorConfig(channels=(8, 8))
