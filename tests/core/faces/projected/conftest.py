"""Networks of a few channels, for pictures of 16 pixels."""

import pytest

from core.faces.projected.model import DiscriminatorConfig, GeneratorConfig


@pytest.fixture
def small_generator():
    return GeneratorConfig(latent_size=6, channels=(8, 8, 8))


@pytest.fixture
def small_discriminator():
    return DiscriminatorConfig(channels=(8, 8))
