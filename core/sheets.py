"""Many pictures on one."""

import numpy as np


def sheet(images: np.ndarray, n_columns: int | None = None) -> np.ndarray:
    """(count, height, width) or (count, height, width, 3) -> one picture, row by row; what is left of the last row is
    0. Without `n_columns`, as nearly square as whole rows make it."""
    n_columns = n_columns or int(np.ceil(np.sqrt(len(images))))
    n_rows = -(-len(images) // n_columns)
    height, width, *colours = images.shape[1:]
    empty = np.zeros((n_rows * n_columns - len(images), height, width, *colours), dtype=images.dtype)
    grid = np.concatenate([images, empty]).reshape(n_rows, n_columns, height, width, *colours)
    return grid.swapaxes(1, 2).reshape(n_rows * height, n_columns * width, *colours)
