"""Portraits: where they are found, and which of them may be learnt from, shown, and compared.

The folder `faces` of the data folder (core.downloads) holds `manifest.csv` and `img/`: pictures of 128 × 128, eyes at
(0.35, 0.42) and (0.65, 0.42) of the side. Nothing of it is committed, and most of it may be learnt from but not shown.
Where there is no such manifest, `portraits.csv` beside this module lists the held-out ones that may be shown, and
`python -m core.downloads faces` fetches their originals, which are aligned when they are read.
"""

import csv
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core import downloads
from core.faces import align

STORED_SIDE = 128
SHARP = 0.8  # source pixels a pixel, at least
SHOWABLE = ("CivilServiceUSA/", "weryk153/legislator-background")
TAIWAN = "weryk153/legislator-background"
GROUPS = {"us": 1.0, "taiwan": 3.0}  # how often a portrait of each is learnt from: the smaller group more often
OURS = Path(__file__).parent / "portraits.csv"


class NoPortraitsError(FileNotFoundError):
    """The data folder holds no portraits."""


@dataclass(frozen=True)
class Portrait:
    """A row of the manifest."""

    file: str
    split: str  # "train" or "heldout"
    repository: str
    commit: str
    source_px_per_px: float  # below 1, the stored picture is an enlargement
    path: str  # of the original, in the repository
    eyes: align.Eyes  # in the original, in pixels

    @property
    def original(self) -> str:
        """Its file in `folder()`, where the originals were fetched."""
        return f"{self.repository}/{self.commit}/{self.path}"

    @property
    def may_be_shown(self) -> bool:
        """People may see it: its repository has a licence that says so, and the commit is known."""
        return self.repository.startswith(SHOWABLE) and bool(self.commit)

    @property
    def group(self) -> str:
        """Whose portrait it is, one of `GROUPS`: of an office holder of the United States, or of a legislator of
        Taiwan."""
        return "taiwan" if self.repository == TAIWAN else "us"

    def is_sharp(self, side: int) -> bool:
        """A picture of that side has next to no pixel that was made up by enlarging."""
        return self.source_px_per_px >= SHARP * side / STORED_SIDE


def folder() -> Path:
    """Where the portraits are looked for."""
    return downloads.data_folder() / "faces"


def portraits() -> list[Portrait]:
    """Those that are there. Raises NoPortraitsError."""
    if (folder() / "manifest.csv").is_file():
        return listed(folder() / "manifest.csv")
    if found := [portrait for portrait in listed(OURS) if (folder() / portrait.original).is_file()]:
        return found
    raise NoPortraitsError(f"no portraits in {folder()}")


def listed(manifest: Path) -> list[Portrait]:
    """The portraits that a manifest lists."""
    with manifest.open(newline="", encoding="utf-8") as file:
        return [
            Portrait(
                file=row["file"],
                split=row["split"],
                repository=row["repo"],
                commit=row["commit"],
                source_px_per_px=float(row["source_px_per_px"]),
                path=row["path"],
                eyes=tuple((float(row[f"{eye}_eye_x"]), float(row[f"{eye}_eye_y"])) for eye in ("left", "right")),
            )
            for row in csv.DictReader(file)
        ]


def showable(side: int, groups: Container[str] = ("us",)) -> list[Portrait]:
    """The held-out ones of `groups` that people may see, sharp at that side; an empty list where there are none. Those
    of a group that a generator has not learnt from would be told at a glance; the shipped one knows `us` alone."""
    try:
        found = portraits()
    except NoPortraitsError:
        return []
    held_out = [one for one in found if one.split == "heldout" and one.group in groups]
    return [one for one in held_out if one.may_be_shown and one.is_sharp(side)]


def sharp(split: str, side: int, groups: Container[str] = tuple(GROUPS)) -> list[Portrait]:
    """Those of a split and of `groups` that are sharp at that side. Raises NoPortraitsError where there are none."""
    found = [one for one in portraits() if one.split == split and one.group in groups and one.is_sharp(side)]
    if found:
        return found
    raise NoPortraitsError(f"no portraits of the split {split} that are sharp at {side} pixels in {folder()}")


def load(split: str, side: int, groups: Container[str] = tuple(GROUPS)) -> Tensor:
    """The portraits of `sharp`, (n, 3, side, side) uint8. Raises NoPortraitsError."""
    pictures = np.stack([read(portrait, side) for portrait in sharp(split, side, groups)])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()


def load_training(side: int) -> tuple[Tensor, Tensor]:
    """The portraits to learn from, (n, 3, side, side) uint8, and how often each is drawn, (n,), in proportion. Raises
    NoPortraitsError."""
    shares = [GROUPS[portrait.group] for portrait in sharp("train", side)]
    return load("train", side), torch.tensor(shares)


def read(portrait: Portrait, side: int) -> np.ndarray:
    """One portrait, (side, side, 3) uint8, from its aligned picture, or else from its original. Raises
    NoPortraitsError."""
    stored = folder() / "img" / portrait.file
    try:
        if stored.is_file():
            with Image.open(stored) as image:
                picture = image.convert("RGB")
        else:
            with Image.open(folder() / portrait.original) as image:
                picture = Image.fromarray(align.aligned(image.convert("RGB"), portrait.eyes, STORED_SIDE))
    except OSError as error:
        raise NoPortraitsError(f"{portrait.file} cannot be read: {error}") from error
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS))


def to_signed(pictures: Tensor) -> Tensor:
    """uint8 -> float within -1..1, as the networks see them."""
    return pictures.float() / 127.5 - 1


def to_bytes(pictures: Tensor) -> Tensor:
    """Within -1..1 -> uint8; what is beyond is cut off."""
    return ((pictures.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
