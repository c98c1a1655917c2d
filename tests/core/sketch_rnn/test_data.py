"""How drawings are read, scaled, changed and put together."""

import numpy as np
import pytest

from core.sketch_rnn import data, strokes


@pytest.mark.usefixtures("strokes_folder")
def test_drawings_are_those_of_the_file_evened(characters):
    for split in data.SPLITS:
        loaded = data.load(split)
        assert len(loaded) == len(characters[split])
        for drawing, raw in zip(loaded, characters[split], strict=True):
            assert drawing == pytest.approx(strokes.evened(raw), abs=1e-3)
            assert not drawing[0, :2].any()
    assert len(data.load("train", limit=7)) == 7


@pytest.mark.usefixtures("strokes_folder")
def test_a_drawing_that_is_too_long_is_left_out(monkeypatch):
    lengths = [len(drawing) for drawing in data.load("train")]
    monkeypatch.setattr(data, "LONGEST", 5)
    assert len(data.load("train")) == sum(length <= 5 for length in lengths)


@pytest.mark.usefixtures("strokes_folder")
def test_a_split_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="split 'dev'"):
        data.load("dev")


def test_no_drawings_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    with pytest.raises(data.NoStrokesError, match=r"omniglot\.npz is not there"):
        data.load("train")


def test_a_file_with_the_pen_down_at_the_end_is_refused():
    with pytest.raises(ValueError, match="pen down"):
        data.even_together(np.zeros((4, 3), np.int16), np.array([0, 2, 4]))


def test_omniglot_has_three_splits(omniglot):
    assert [len(omniglot(split, None)) for split in data.SPLITS] == [30_000, 1_000, 1_000]


def test_the_scale_makes_the_standard_deviation_one(evened_characters):
    drawings = evened_characters["train"]
    offsets = np.concatenate([drawing[1:, :2] for drawing in drawings])
    scale = data.offset_scale(drawings)
    assert scale == pytest.approx(np.sqrt(np.mean((offsets - offsets.mean()) ** 2)), rel=1e-5)
    assert data.offset_scale([data.scaled(drawing, 1 / scale) for drawing in drawings]) == pytest.approx(1, rel=1e-5)


def test_scaling_leaves_the_pen_alone():
    drawing = np.array([[1, 2, 0], [3, 4, 1]])
    assert data.scaled(drawing, 2.0).tolist() == [[2, 4, 0], [6, 8, 1]]
    assert data.scaled(drawing, np.array([2, 10])).tolist() == [[2, 20, 0], [6, 40, 1]]


def test_an_augmented_drawing_has_its_strokes_where_they_were_but_stretched():
    random = np.random.default_rng(0)
    drawing = np.array([[0, 0, 0], *[[1, 2, 0]] * 50, [1, 2, 1], [30, -60, 0], *[[2, 1, 0]] * 40, [2, 1, 1]], float)
    places = np.cumsum(drawing[:, :2], axis=0)
    n_points, stretches = [], []
    for _ in range(300):
        changed = data.augmented(drawing, random)
        lines, before = strokes.stroke3_to_lines(changed), strokes.stroke3_to_lines(drawing)
        stretch = changed[:, :2].sum(0) / places[-1]
        for line, other in zip(lines, before, strict=True):
            assert line[[0, -1]] == pytest.approx(other[[0, -1]] * stretch, abs=1e-3)
        n_points.append(len(changed))
        stretches.append(stretch)
    assert np.mean(n_points) == pytest.approx(len(drawing) - data.DROPPED * (len(drawing) - 4), abs=0.6)
    assert np.ptp(stretches, axis=0) == pytest.approx([2 * data.STRETCH] * 2, rel=0.05)
    assert abs(np.corrcoef(np.transpose(stretches))[0, 1]) < 0.2  # either axis for itself


def test_what_is_padded_goes_on_with_ends(evened_characters):
    drawings = sorted(evened_characters["test"], key=len)[::13]
    batch = data.padded(drawings)
    assert batch.shape == (len(drawings), len(drawings[-1]) + 1, 5)
    for rows, drawing in zip(batch.numpy(), drawings, strict=True):
        assert np.array_equal(strokes.stroke5_to_stroke3(rows), drawing)
        assert (rows[len(drawing) :] == [0, 0, 0, 0, 1]).all()


def test_batches_hold_each_drawing_once_beside_others_of_its_length():
    lengths = np.random.default_rng(0).integers(2, 100, 4_000)
    together = data.batches(lengths, 50, np.random.default_rng(1))
    assert sorted(np.concatenate(together)) == list(range(4_000))
    filled = sum(lengths[one].sum() for one in together) / sum(lengths[one].max() * len(one) for one in together)
    assert filled > 0.95
    assert all(map(np.array_equal, together, data.batches(lengths, 50, np.random.default_rng(1))))
    assert not all(map(np.array_equal, together, data.batches(lengths, 50, np.random.default_rng(2))))
    assert np.corrcoef(np.arange(len(together)), [lengths[one].mean() for one in together])[0, 1] < 0.5


def test_too_few_drawings_are_one_batch():
    (batch,) = data.batches(np.array([3, 4, 5]), 50, np.random.default_rng(0))
    assert sorted(batch) == [0, 1, 2]
