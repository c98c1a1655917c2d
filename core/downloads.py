"""The data folder: where data that is not ours is found, and how it gets there when somebody asks for it.

    python -m core.downloads mnist faces

Nothing is fetched unless this command is run, or the app is started with LECTURE_DOWNLOAD=1 (as on a Space). The
folder is the one that `LECTURE_DATA` names, or else a cache folder of this project. Every file is checked by its
SHA-256.
"""

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pooch

ENVIRONMENT_VARIABLE = "LECTURE_DATA"
WANTED = "LECTURE_DOWNLOAD"


@dataclass(frozen=True)
class Dataset:
    """Files that are published together."""

    base_url: str
    sha256: dict[str, str]  # by path below it, which may hold any letters

    @property
    def urls(self) -> dict[str, str]:
        """By path."""
        return {file: self.base_url + quote(file) for file in self.sha256}


PORTRAITS = Path(__file__).parent / "faces" / "portraits.csv"


def _portraits() -> dict[str, str]:
    with PORTRAITS.open(newline="", encoding="utf-8") as file:
        return {f"{row['repo']}/{row['commit']}/{row['path']}": row["sha256"] for row in csv.DictReader(file)}


DATASETS = {
    # Portraits at pinned commits: US office holders (MIT licence), legislators of Taiwan (its open government data
    # licence).
    "faces": Dataset("https://raw.githubusercontent.com/", _portraits()),
    # The four original files of LeCun, Cortes and Burges, from the mirror that torchvision uses.
    "mnist": Dataset(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        {
            "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
}


def data_folder() -> Path:
    """The folder that `LECTURE_DATA` names, or else this project's cache folder. It need not exist."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named).expanduser() if named else Path(pooch.os_cache("music-made-by-ai"))


def find(name: str) -> Path | None:
    """The folder with all files of a dataset, or None where one of them is missing or is not what was published.

    Raises:
        KeyError: there is no dataset of that name.
    """
    folder = data_folder() / name
    whole = all(
        (folder / file).is_file() and pooch.file_hash(str(folder / file)) == sha256
        for file, sha256 in DATASETS[name].sha256.items()
    )
    return folder if whole else None


def download(name: str) -> Path:
    """Fetches the files of a dataset that are not there yet, with a progress bar, and returns their folder.

    Raises:
        KeyError: there is no dataset of that name.
        OSError: no network, a full disk, a folder that cannot be written.
        ValueError: what came is not what was published; it is not kept.
    """
    dataset = DATASETS[name]
    fetcher = pooch.create(data_folder() / name, dataset.base_url, registry=dataset.sha256, urls=dataset.urls)
    for file in dataset.sha256:
        fetcher.fetch(file, progressbar=True)
    return data_folder() / name


def download_wanted() -> int:
    """Fetches everything where the environment says LECTURE_DOWNLOAD=1, else nothing. Returns `main`'s exit status."""
    return main(sorted(DATASETS)) if os.environ.get(WANTED) == "1" else 0


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status: 1, with a message, where a dataset could not be had."""
    parser = argparse.ArgumentParser(prog="python -m core.downloads", description="Fetch published data.")
    parser.add_argument("datasets", nargs="+", choices=sorted(DATASETS), metavar="dataset", help=", ".join(DATASETS))
    status = 0
    for name in parser.parse_args(arguments).datasets:
        try:
            print(f"{name}: {download(name)}")
        except (OSError, ValueError) as error:
            print(f"{name}: could not be fetched: {error}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
