"""How long faces take.

python -m pytest -n 0 tests/benchmarks/test_faces.py -s
"""

import numpy as np
import pytest
import torch

from core.faces import sample
from core.faces.present import presented


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("n", [1, 16])
def test_faces(benchmark, n):
    latents = np.random.default_rng(0).standard_normal((n, sample.load().latent_size))
    assert len(benchmark(sample.faces, latents, 0.7)) == n


def test_sixteen_faces_as_people_see_them(benchmark):
    latents = np.random.default_rng(0).standard_normal((16, sample.load().latent_size))
    assert len(benchmark(lambda: presented(sample.faces(latents, 0.7)))) == 16


def test_the_discriminator_judges_sixteen(benchmark):
    images = sample.faces(np.random.default_rng(0).standard_normal((16, sample.load().latent_size)))
    assert benchmark(sample.realness, images).shape == (16,)
