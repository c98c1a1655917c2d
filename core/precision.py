"""In which precision a device computes fastest."""

import functools
import platform

import torch


def autocast(device: torch.device | str, enabled: bool = True) -> torch.autocast:
    """A context in which networks compute in bfloat16 where the device has it in hardware, else in what they are."""
    kind = torch.device(device).type
    return torch.autocast(kind, torch.bfloat16, enabled=enabled and has_bfloat16(kind))


@functools.cache
def has_bfloat16(kind: str) -> bool:
    """Whether a kind of device ("cpu", "cuda") multiplies bfloat16 in hardware. oneDNN imitates it on every CPU with
    AVX-512, three times as slowly as it computes in single precision, so that its own answer does not tell."""
    if kind != "cpu":
        return True
    if platform.machine().lower() in ("x86_64", "amd64"):
        return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()
