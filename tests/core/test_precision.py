"""bfloat16 where the hardware has it, and nowhere else."""

import platform

import pytest
import torch

from core import precision


@pytest.fixture(autouse=True)
def forget():
    precision.has_bfloat16.cache_clear()
    yield
    precision.has_bfloat16.cache_clear()


@pytest.mark.parametrize(
    ("avx512_bf16", "amx", "wanted"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_an_x86_cpu_computes_in_bfloat16_if_it_has_instructions_for_it(monkeypatch, avx512_bf16, amx, wanted):
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512_bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    with precision.autocast("cpu"):
        computed = torch.ones(4, 4) @ torch.ones(4, 4)
    assert computed.dtype == (torch.bfloat16 if wanted else torch.float32)


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setattr(precision, "has_bfloat16", lambda kind: True)
    with precision.autocast(torch.device("cpu"), enabled=False):
        assert (torch.ones(4, 4) @ torch.ones(4, 4)).dtype == torch.float32
