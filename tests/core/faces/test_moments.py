"""Two moments of the film: the same faces, and the later one is the one that had learnt longer."""

import json

import numpy as np
import pytest
from PIL import Image

from core.faces import moments


@pytest.fixture
def film(tmp_path):
    """36 plain faces at six moments; the grey of a face says who it is, its blue when it was."""
    steps = [1, 300, 500, 700, 1000, 2000]
    for step in steps:
        greys = np.arange(36).reshape(6, 6) * 5
        sheet = np.stack([greys, greys, np.full((6, 6), step // 10)], axis=-1).repeat(8, 0).repeat(8, 1)
        Image.fromarray(sheet.astype(np.uint8)).save(tmp_path / f"{step:06d}.webp", lossless=True)
    (tmp_path / "film.json").write_text(json.dumps({"steps": steps}))
    return tmp_path


def test_both_show_the_same_faces_at_the_moments_they_say(film):
    for seed in range(20):
        pair = moments.draw(np.random.default_rng(seed), film)
        assert pair.pictures.shape == (2, moments.N_FACES, 8, 8, 3)
        assert np.array_equal(pair.pictures[0, ..., :2], pair.pictures[1, ..., :2])
        assert [int(faces[0, 0, 0, 2]) * 10 for faces in pair.pictures] == list(pair.steps)
        assert pair.steps[pair.longer] == max(pair.steps)
        assert max(pair.steps) >= moments.LEAST_FACTOR * min(pair.steps)
        assert min(pair.steps) >= moments.EARLIEST


def test_either_side_may_have_learnt_longer(film):
    assert {moments.draw(np.random.default_rng(seed), film).longer for seed in range(20)} == {0, 1}


def test_the_shipped_film_gives_pairs():
    pair = moments.draw(np.random.default_rng(0))
    assert pair.pictures.shape[2:] == (64, 64, 3)
    assert pair.pictures.std() > 20


def test_without_a_film_it_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        moments.draw(np.random.default_rng(0), tmp_path)
