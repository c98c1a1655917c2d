"""A folder of portraits that nobody sat for: coloured ovals on coloured grounds; and networks of a few channels."""

import csv
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

from core.faces import data
from core.faces.efficientnet import STAGES, EfficientNetLite, Folded
from core.faces.model import DiscriminatorConfig, GeneratorConfig

COLUMNS = ("file", "split", "repo", "commit", "source_px_per_px", "path")
EYES = {"left_eye_x": 44.8, "left_eye_y": 53.8, "right_eye_x": 83.2, "right_eye_y": 53.8}
KERNELS = (3, 3, 5, 3, 5, 5, 3)  # of each stage (Tan and Le 2019, table 1)


@pytest.fixture
def portraits_folder(tmp_path, monkeypatch):
    """34 portraits, 24 to learn from. Of the first 28 every fifth is an enlargement and every other may be shown; the
    last six are of Taiwan, four of them to learn from."""
    folder = tmp_path / "data" / "faces"
    (folder / "img").mkdir(parents=True)
    random = np.random.default_rng(0)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, (*COLUMNS, *EYES))
        table.writeheader()
        for k in range(34):
            ground, skin = (tuple(map(int, random.integers(0, 256, 3))) for _ in range(2))
            image = Image.new("RGB", (128, 128), ground)
            ImageDraw.Draw(image).ellipse((30 + k % 5, 20, 98, 115), fill=skin)
            image.save(folder / "img" / f"{k:04d}.jpg", quality=95)
            split = "train" if k < 20 or 28 <= k < 32 else "heldout"
            if k < 28:
                repository, commit = ("CivilServiceUSA/us-house", "a" * 40) if k % 2 else ("somebody/else", "b" * 40)
                sharpness, path = 0.3 if k % 5 == 0 else 0.7 if k % 5 == 1 else 2.0, f"source/{k}.jpg"
            else:
                repository, commit, sharpness, path = data.TAIWAN, "c" * 40, 1.5, f"photos/張啓楷-{k}.jpg"
            row = (f"{k:04d}.jpg", split, repository, commit, sharpness, path)
            table.writerow(dict(zip(COLUMNS, row, strict=True)) | EYES)
    monkeypatch.setenv("LECTURE_DATA", str(tmp_path / "data"))
    return folder


@pytest.fixture
def small_generator():
    return GeneratorConfig(latent_size=6, style_size=8, channels=(8, 8, 8))  # 16 pixels


@pytest.fixture
def small_discriminator():
    return DiscriminatorConfig(channels=(8, 8))  # 16 pixels


@pytest.fixture(scope="session")
def small_features():
    """EfficientNet-Lite0 with random weights, for trainings without its package."""
    randomness, tensors = torch.Generator().manual_seed(0), {}

    def add(convolution, norm, n_out, n_in, kernel):
        shape = (n_out, n_in, kernel, kernel)
        tensors[f"{convolution}.weight"] = torch.randn(shape, generator=randomness) * math.sqrt(
            2 / math.prod(shape[1:])
        )
        for part, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            tensors[f"{norm}.{part}"] = torch.full((n_out,), value)

    add("_conv_stem", "_bn0", 32, 3, 3)
    place = 0
    for (n_blocks, _, expansion, n_in, n_out), kernel in zip(STAGES, KERNELS, strict=True):
        for _ in range(n_blocks):
            name = f"_blocks.{place}."
            if expansion > 1:
                add(f"{name}_expand_conv", f"{name}_bn0", n_in * expansion, n_in, 1)
            add(f"{name}_depthwise_conv", f"{name}_bn1", n_in * expansion, 1, kernel)
            add(f"{name}_project_conv", f"{name}_bn2", n_out, n_in * expansion, 1)
            n_in, place = n_out, place + 1
    return normalised(EfficientNetLite("lite0", tensors).eval(), randomness)


@torch.no_grad()
def normalised(network, randomness):
    """Each convolution's channels brought to mean 0 and deviation 1, as training leaves them, so that what they say
    depends on the picture."""

    def normalise(layer, inputs):
        rectified, layer.rectified = layer.rectified, False
        hidden = layer.forward(*inputs)
        layer.rectified = rectified
        mean, std = hidden.mean(dim=(0, 2, 3)), hidden.std(dim=(0, 2, 3))
        layer.weight /= std[:, None, None, None]
        layer.bias.sub_(mean).div_(std)

    hooks = [layer.register_forward_pre_hook(normalise) for layer in network.modules() if isinstance(layer, Folded)]
    pictures = torch.rand(16, 3, 8, 8, generator=randomness) * 2 - 1
    network(F.interpolate(pictures, size=(64, 64), mode="bilinear"))
    for hook in hooks:
        hook.remove()
    return network
