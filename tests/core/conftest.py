"""What all tests of the core share."""

import pytest
import torch

from core.digits import data


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small networks on two threads crawl as soon as another process computes too."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


@pytest.fixture(scope="session")
def mnist():
    digits = data.load()
    if digits.source != "mnist":
        pytest.skip("no MNIST in the folder that LECTURE_DATA names: python -m core.downloads mnist")
    return digits
