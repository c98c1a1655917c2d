"""Weights come back as they were saved, and damage is told apart from absence."""

import hashlib
import json

import pytest
import torch

from core import weights


@pytest.fixture
def saved(tmp_path):
    tensors = {"layer.weight": torch.randn(8, 4), "count": torch.tensor([3])}
    weights.save_weights(tmp_path / "model", tensors, {"channels": [8, 4]})
    return tmp_path / "model", tensors


def test_round_trip_is_half_precision(saved):
    folder, tensors = saved
    loaded, config = weights.load_weights(folder)
    assert config["channels"] == [8, 4]
    assert loaded["layer.weight"].dtype == torch.float16
    torch.testing.assert_close(loaded["layer.weight"].float(), tensors["layer.weight"], rtol=2**-11, atol=1e-7)
    assert loaded["count"].item() == 3


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_missing_file_is_named(saved, name):
    folder, _ = saved
    (folder / name).unlink()
    with pytest.raises(weights.MissingWeightsError, match=name):
        weights.load_weights(folder)


@pytest.mark.parametrize("position", [0, 40, -1])
def test_one_changed_byte_is_damage(saved, position):
    folder, _ = saved
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[position] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(weights.DamagedWeightsError, match="SHA-256"):
        weights.load_weights(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"sha256": 3}'])
def test_unusable_config_is_damage(saved, text):
    folder, _ = saved
    (folder / "config.json").write_text(text)
    with pytest.raises(weights.DamagedWeightsError):
        weights.load_weights(folder)


def test_a_file_that_never_was_weights_is_damage(saved):
    folder, _ = saved
    (folder / "model.safetensors").write_bytes(b"no weights")
    config = json.loads((folder / "config.json").read_text())
    config["sha256"] = hashlib.sha256(b"no weights").hexdigest()
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(weights.DamagedWeightsError):
        weights.load_weights(folder)


def test_saving_refuses_what_half_precision_cannot_hold(tmp_path):
    with pytest.raises(ValueError, match="finite"):
        weights.save_weights(tmp_path / "model", {"w": torch.tensor([1e6])}, {})
    with pytest.raises(ValueError, match="bytes"):
        weights.save_weights(tmp_path / "model", {"w": torch.zeros(5_000_001)}, {})
    assert not (tmp_path / "model").exists()
