"""Completions go on from what was begun, in its own units; latents lie on an arc; and the command."""

import numpy as np
import pytest
import torch
from PIL import Image

from core import weights
from core.sketch_rnn import data, sample
from core.sketch_rnn.strokes import PAPER, stroke3_to_lines


@pytest.fixture(scope="module")
def sketcher(trained):
    return sample.load_from(trained)


@pytest.fixture(scope="module")
def begun(characters):
    """Two thirds of a stroke, at (300, 50) of a pad of 630 pixels, with the pen still on it."""
    drawing = characters["test"][0][:5].astype(float)
    drawing[0, :2] = 300, 50
    return drawing


def test_completions_begin_with_what_was_begun(sketcher, begun):
    completions = sketcher.complete(begun, 8)
    assert len(completions) == 8
    for drawing in completions:
        assert np.array_equal(drawing[: len(begun)], begun)
        assert len(begun) < len(drawing) <= len(begun) + data.LONGEST
        assert np.isfinite(drawing).all()
        assert np.isin(drawing[:, 2], (0, 1)).all()
        assert drawing[-1, 2] == 1


def test_completions_are_different_and_always_the_same(sketcher, begun):
    first, again, other = (sketcher.complete(begun, 6, 0.8, seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, first, again))
    assert not any(map(np.array_equal, first, other))
    assert len({drawing.tobytes() for drawing in first}) == 6
    alone = sketcher.complete(begun, 1, 0.8, seed=1)[0]
    assert alone == pytest.approx(first[0], abs=1e-3)


def test_what_is_completed_has_the_size_and_the_direction_of_this_alphabet(sketcher, characters):
    """After a stroke down comes one across."""
    drawing = characters["test"][1].astype(float)
    n_down = np.flatnonzero(drawing[:, 2])[0] + 1
    for completion in sketcher.complete(drawing[:n_down], 8, 0.1, side=PAPER):
        across = stroke3_to_lines(completion)[1]
        width, height = np.ptp(across, axis=0)
        assert 2 * height < width
        assert 60 < width < 500


def test_units_are_those_of_what_was_begun(sketcher, begun):
    times_three = begun * [3, 3, 1]
    for side in (None, 200.0):
        small = sketcher.complete(begun, 3, side=side)
        large = sketcher.complete(times_three, 3, side=side and 3 * side)
        for one, other in zip(small, large, strict=True):
            assert other == pytest.approx(one * [3, 3, 1], abs=1e-2)


def test_a_dense_pointer_is_read_as_a_sparse_one(sketcher):
    sparse = np.array([[0, 0, 0], [0, 200, 1]], float)
    dense = np.array([[0, 0, 0], *[[0, 1, 0]] * 199, [0, 1, 1]], float)
    one, other = (sketcher.complete(drawing, 1, side=PAPER)[0][len(drawing) :] for drawing in (sparse, dense))
    assert one == pytest.approx(other, abs=1e-2)


def test_a_dot_needs_a_side(sketcher):
    dot = np.array([[3.0, 4.0, 1.0]])
    with pytest.raises(ValueError, match="a dot alone"):
        sketcher.complete(dot, 1)
    (drawing,) = sketcher.complete(dot, 1, side=100)
    assert drawing[0].tolist() == [3, 4, 1]


def test_at_temperature_zero_only_the_pen_is_left_to_chance(sketcher, begun, monkeypatch):
    monkeypatch.setattr(sample, "drawn_noise", lambda *_: torch.rand(2, 30, 4) * torch.tensor([1.0, 0, 1, 1]))
    first, second = sketcher.complete(begun, 2, temperature=0.0)
    assert first == pytest.approx(second, abs=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"begun": np.zeros((0, 3))},
        {"begun": np.zeros((2, 2))},
        {"begun": np.full((2, 3), np.inf)},
        {"begun": np.array([[0, 0, 0], [1, 1, 3]])},
        {"begun": np.ones((sample.MOST_POINTS + 1, 3))},
        {"begun": np.full((40, 3), [0, 1e9, 0]), "side": 300.0},
        {"begun": np.array([[0, 0, 0], *[[0, 100, 0], [0, -100, 0]] * 200])},
        {"count": 0},
        {"count": sample.MOST_DRAWINGS + 1},
        {"temperature": -0.1},
        {"temperature": float("nan")},
        {"side": 0.0},
        {"side": float("inf")},
    ],
)
def test_wrong_arguments_are_refused(sketcher, begun, wrong):
    with pytest.raises(ValueError, match="wanted"):
        sketcher.complete(**{"begun": begun, "count": 1} | wrong)


def test_new_characters_begin_at_zero_and_are_always_the_same(sketcher):
    first, again = sketcher.draw(5, seed=3), sketcher.draw(5, seed=3)
    assert all(map(np.array_equal, first, again))
    assert all(not drawing[0, :2].any() and drawing[-1, 2] == 1 for drawing in first)


def test_latents_are_the_encoders_means(sketcher, evened_characters):
    drawing = evened_characters["test"][0]
    latent = sketcher.encode(drawing, side=PAPER)
    assert latent.shape == (sketcher.latent_size,)
    assert sketcher.encode(drawing * [0.1, 0.1, 1], side=PAPER / 10) == pytest.approx(latent, abs=1e-3)
    assert len(sketcher.decode(np.stack([latent, -latent]))) == 2


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros((1, 5)), np.full((1, 4), np.nan)])
def test_wrong_latents_are_refused(sketcher, wrong):
    with pytest.raises(ValueError, match="wanted finite"):
        sketcher.decode(wrong)


def test_between_two_drawings_place_and_size_change_evenly(sketcher, characters):
    first = characters["test"][2].astype(float)
    second = first * [3, 3, 1] + [[1000, 0, 0]] + np.zeros_like(first)
    second[1:, 0] -= 1000
    between = sketcher.interpolate(first, second, 5, temperature=0.0)
    middles = np.array([sample._middle(drawing) for drawing in between])
    wanted = np.linspace(sample._middle(first), sample._middle(second), 5)
    assert middles == pytest.approx(wanted, abs=1e-6)
    extents = [np.ptp(np.cumsum(drawing[:, :2], axis=0), axis=0) for drawing in between]
    assert extents[-1] == pytest.approx(3 * extents[0], rel=1e-3)  # the same character
    with pytest.raises(ValueError, match="at least 2"):
        sketcher.interpolate(first, second, 1)


def test_weights_of_something_else_are_refused(tmp_path):
    weights.save_weights(tmp_path, {"x": torch.zeros(2)}, {"network": {}, "scale": 1.0})
    with pytest.raises(weights.DamagedWeightsError, match="does not hold"):
        sample.load_from(tmp_path)


def test_the_functions_are_those_of_the_shipped_model(sketcher, begun, trained, monkeypatch):
    monkeypatch.setattr(sample, "FOLDER", trained)
    assert np.array_equal(sample.complete(begun, 1)[0], sketcher.complete(begun, 1)[0])
    assert np.array_equal(sample.draw(1)[0], sketcher.draw(1)[0])
    assert np.array_equal(sample.encode(begun), sketcher.encode(begun))
    assert np.array_equal(sample.interpolate(begun, begun, 2)[0], sketcher.interpolate(begun, begun, 2)[0])


def test_the_command_writes_a_sheet(trained, tmp_path, capsys):
    out = tmp_path / "characters.png"
    assert sample.main(["--count", "9", "--weights", str(trained), "--out", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (3 * 96, 3 * 96)
        assert image.getextrema() == (0, 255)
    assert sample.main(["--count", "0", "--weights", str(trained), "--out", str(out)]) == 1
    assert sample.main(["--weights", str(tmp_path / "nothing"), "--out", str(out)]) == 1
    assert "not there" in capsys.readouterr().err


def test_a_pen_that_was_lifted_begins_another_stroke(sketcher, begun):
    lifted = begun.copy()
    lifted[-1, 2] = 1
    assert all(len(stroke3_to_lines(drawing)) > 1 for drawing in sketcher.complete(lifted, 4))
