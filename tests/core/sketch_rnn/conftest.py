"""Characters of an alphabet that nobody writes: a stroke down, and one across that begins at its top or at its foot."""

import numpy as np
import pytest
import torch

from core.sketch_rnn import data, train
from core.sketch_rnn.model import SketchConfig

N_DRAWINGS = {"train": 240, "valid": 24, "test": 40}
NETWORK = SketchConfig(encoder_units=16, decoder_units=32, latent_size=4, n_mixtures=3, dropout=0.0)


def character(random):
    """Stroke-3 with a point every 20 units or so, int16 as in Omniglot's file."""
    n_down, n_across, at_foot = *random.integers(6, 14, 2), random.integers(2)
    down = np.column_stack([random.integers(-3, 4, n_down), random.integers(15, 25, n_down), np.zeros(n_down)])
    jump = [[40, 0 if at_foot else -down[:, 1].sum(), 0]]
    across = np.column_stack([random.integers(15, 25, n_across), random.integers(-3, 4, n_across), np.zeros(n_across)])
    drawing = np.concatenate([np.zeros((1, 3)), down, jump, across])
    drawing[[n_down, -1], 2] = 1
    return drawing.astype(np.int16)


@pytest.fixture(scope="session")
def characters():
    """A list of drawings for each split."""
    random = np.random.default_rng(0)
    return {split: [character(random) for _ in range(count)] for split, count in N_DRAWINGS.items()}


@pytest.fixture(scope="session")
def data_folder(characters, tmp_path_factory):
    """A data folder with these characters in the place of Omniglot's."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "strokes").mkdir()
    arrays = {}
    for split, drawings in characters.items():
        arrays[split] = np.concatenate(drawings)
        arrays[f"{split}_offsets"] = np.cumsum([0, *map(len, drawings)])
    np.savez(folder / "strokes" / "omniglot.npz", **arrays)
    return folder


@pytest.fixture
def strokes_folder(data_folder, monkeypatch):
    """The environment names it."""
    monkeypatch.setenv("LECTURE_DATA", str(data_folder))
    return data_folder / "strokes"


@pytest.fixture(scope="session")
def evened_characters(characters):
    """As core.sketch_rnn.data.load gives them, a list for each split."""
    return {
        split: data.even_together(np.concatenate(drawings), np.cumsum([0, *map(len, drawings)]))
        for split, drawings in characters.items()
    }


@pytest.fixture(scope="session")
def config():
    return train.Config(n_steps=250, batch=20, learning_rate=1e-2, kl_rate=0.98, average_decay=0.95, network=NETWORK)


@pytest.fixture(scope="session")
def trained(config, evened_characters, tmp_path_factory):
    """The weights of a network that has learnt this alphabet for a moment."""
    folder = tmp_path_factory.mktemp("sketch_rnn") / "weights"
    run = train.Run(config, evened_characters["train"], evened_characters["valid"], torch.device("cpu"))
    while run.step < config.n_steps:
        run.advance()
    run.save_weights(folder)
    return folder


@pytest.fixture(scope="session")
def omniglot():
    """A split's first drawings as they are in the file, or a skipped test."""

    def read(split, limit):
        try:
            rows, bounds = data.read(split, limit)
        except data.NoStrokesError as error:
            pytest.skip(str(error))
        return np.split(rows[: bounds[-1]], bounds[1:-1])

    return read
