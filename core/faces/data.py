"""Portraits: where they are found, and which of them may be learnt from, shown, and compared.

The folder `faces` of the data folder (core.downloads) holds `manifest.csv` and `img/`: pictures of 128 × 128, eyes at
(0.35, 0.42) and (0.65, 0.42) of the side. Nothing of it is committed, and most of it may be learnt from but not shown.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core import downloads

STORED_SIDE = 128
SHOWABLE = "CivilServiceUSA/"


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

    @property
    def may_be_shown(self) -> bool:
        """People may see it: its repository has a licence that says so, and the commit is known."""
        return self.repository.startswith(SHOWABLE) and bool(self.commit)

    def is_sharp(self, side: int) -> bool:
        """A picture of that side has no pixel that was made up by enlarging."""
        return self.source_px_per_px >= side / STORED_SIDE


def folder() -> Path:
    """Where the portraits are looked for."""
    return downloads.data_folder() / "faces"


def portraits() -> list[Portrait]:
    """The manifest. Raises NoPortraitsError."""
    try:
        with (folder() / "manifest.csv").open(newline="") as file:
            return [
                Portrait(row["file"], row["split"], row["repo"], row["commit"], float(row["source_px_per_px"]))
                for row in csv.DictReader(file)
            ]
    except FileNotFoundError as error:
        raise NoPortraitsError(f"no portraits in {folder()}") from error


def load(split: str, side: int) -> Tensor:
    """The sharp portraits of a split, (n, 3, side, side) uint8. Raises NoPortraitsError."""
    chosen = [portrait for portrait in portraits() if portrait.split == split and portrait.is_sharp(side)]
    return torch.from_numpy(np.stack([read(portrait, side) for portrait in chosen])).permute(0, 3, 1, 2).contiguous()


def read(portrait: Portrait, side: int) -> np.ndarray:
    """One portrait, (side, side, 3) uint8. Raises NoPortraitsError."""
    from PIL import Image

    try:
        with Image.open(folder() / "img" / portrait.file) as image:
            return np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS))
    except FileNotFoundError as error:
        raise NoPortraitsError(f"{error.filename} is not there") from error


def to_signed(pictures: Tensor) -> Tensor:
    """uint8 -> float within -1..1, as the networks see them."""
    return pictures.float() / 127.5 - 1


def to_bytes(pictures: Tensor) -> Tensor:
    """Within -1..1 -> uint8; what is beyond is cut off."""
    return ((pictures.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
