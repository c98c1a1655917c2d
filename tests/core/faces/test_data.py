"""Which portraits are learnt from and which may be shown, and that pixels keep their values."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core import downloads
from core.faces import data


def test_splits_and_sharpness_decide_what_is_loaded(portraits_folder):
    assert data.load("train", 64).shape == (20, 3, 64, 64)  # of 24, four are enlarged too much
    assert data.load("train", 128).shape == (16, 3, 128, 128)
    assert data.load("heldout", 64).dtype == torch.uint8


def test_only_licensed_portraits_with_a_commit_may_be_shown(portraits_folder):
    shown = [portrait for portrait in data.portraits() if portrait.may_be_shown]
    assert len(shown) == 20
    assert {portrait.repository for portrait in shown} == {"CivilServiceUSA/us-house", data.TAIWAN}
    nameless = dataclasses.replace(shown[0], commit="")
    assert not nameless.may_be_shown


def test_pictures_are_those_of_the_files(portraits_folder):
    portrait = data.portraits()[2]
    with Image.open(portraits_folder / "img" / portrait.file) as image:
        whole = np.asarray(image.convert("RGB"))
    assert np.array_equal(data.read(portrait, 128), whole)
    assert data.read(portrait, 64)[2, 2] == pytest.approx(whole[4, 4], abs=3)


def test_no_portraits_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    with pytest.raises(data.NoPortraitsError, match="no portraits"):
        data.load("train", 64)


def test_showable_are_held_out_licensed_and_sharp(portraits_folder, tmp_path, monkeypatch):
    shown = data.showable(64)
    of_taiwan = ["0032.jpg", "0033.jpg"]
    assert [one.file for one in shown] == ["0021.jpg", "0023.jpg", "0027.jpg"]  # 25 is enlarged too much
    assert [one.file for one in data.showable(128, data.GROUPS)] == ["0023.jpg", "0027.jpg", *of_taiwan]
    assert [one.file for one in data.showable(128, ["taiwan"])] == of_taiwan
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "nothing"))
    assert data.showable(64) == []


@pytest.mark.parametrize(("source_px_per_px", "is_sharp"), [(0.79, False), (0.8, True), (2.0, True)])
def test_a_fifth_may_be_made_up_and_no_more(portraits_folder, source_px_per_px, is_sharp):
    portrait = dataclasses.replace(data.portraits()[0], source_px_per_px=source_px_per_px)
    assert portrait.is_sharp(128) == is_sharp
    assert dataclasses.replace(portrait, source_px_per_px=source_px_per_px / 2).is_sharp(64) == is_sharp


def test_the_smaller_group_is_drawn_three_times_as_often(portraits_folder):
    pictures, shares = data.load_training(64)
    assert torch.equal(pictures, data.load("train", 64))
    groups = [portrait.group for portrait in data.sharp("train", 64)]
    assert Counter(groups) == {"us": 16, "taiwan": 4}
    assert groups[-4:] == ["taiwan"] * 4
    assert shares.tolist() == [1.0] * 16 + [3.0] * 4


def test_a_folder_with_nothing_to_learn_from_says_so(portraits_folder):
    manifest = portraits_folder / "manifest.csv"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(",train,", ",heldout,"), encoding="utf-8")
    assert data.load("heldout", 64).shape[0] == 28
    with pytest.raises(data.NoPortraitsError, match="split train"):
        data.load_training(64)


def test_our_list_has_only_what_may_be_shown():
    ours = data.listed(data.OURS)
    assert Counter(one.group for one in ours) == {"us": 120, "taiwan": 21}
    assert all(one.split == "heldout" and one.may_be_shown and one.is_sharp(128) for one in ours)
    assert {one.original for one in ours} == set(downloads.DATASETS["faces"].sha256)


def test_originals_that_were_fetched_are_aligned_when_they_are_read(tmp_path, monkeypatch):
    """With an original of our own making in the place of the first of the list."""
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path))
    portrait = data.listed(data.OURS)[0]
    path = tmp_path / "faces" / portrait.original
    path.parent.mkdir(parents=True)
    image = Image.new("RGB", (1024, 1024), (100, 100, 100))
    for (x, y), colour in zip(portrait.eyes, ("red", "blue"), strict=True):
        ImageDraw.Draw(image).ellipse((x - 20, y - 20, x + 20, y + 20), fill=colour)
    image.save(path, quality=95)
    assert data.showable(64) == data.portraits() == [portrait]
    picture = data.read(portrait, 64).astype(int)
    assert picture[27, 22] == pytest.approx([254, 0, 0], abs=25)  # (0.35, 0.42) of the side
    assert picture[27, 41] == pytest.approx([0, 0, 254], abs=25)
    assert picture[5, 5] == pytest.approx([100] * 3, abs=3)


def test_a_missing_picture_is_said(portraits_folder):
    (portraits_folder / "img" / "0002.jpg").unlink()
    with pytest.raises(data.NoPortraitsError, match=r"0002\.jpg"):
        data.load("train", 64)


def test_bytes_come_back():
    every = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    assert torch.equal(data.to_bytes(data.to_signed(every)), every)
    assert data.to_signed(every).min() == -1
    assert data.to_signed(every).max() == 1
    assert data.to_bytes(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]
