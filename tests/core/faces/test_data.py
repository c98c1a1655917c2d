"""Which portraits are learnt from and which may be shown, and that pixels keep their values."""

import numpy as np
import pytest
import torch
from PIL import Image

from core.faces import data


def test_splits_and_sharpness_decide_what_is_loaded(portraits_folder):
    assert data.load("train", 64).shape == (16, 3, 64, 64)  # of 20, four are enlarged too much
    assert data.load("train", 128).shape == (12, 3, 128, 128)
    assert data.load("heldout", 64).dtype == torch.uint8


def test_only_licensed_portraits_with_a_commit_may_be_shown(portraits_folder):
    shown = [portrait for portrait in data.portraits() if portrait.may_be_shown]
    assert len(shown) == 14
    assert {portrait.repository for portrait in shown} == {"CivilServiceUSA/us-house"}
    nameless = data.Portrait("x.jpg", "heldout", "CivilServiceUSA/us-house", "", 2.0)
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
