"""The one place that finds, verifies, loads and saves the weights of a trained model.

A model's folder in assets/weights holds `model.safetensors` (half precision), `config.json` (what builds
the model again, and the file's SHA-256 under "sha256") and `CARD.md`, which people write.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

FOLDER = Path(__file__).parent.parent / "assets" / "weights"
LARGEST_FILE = 10_000_000  # bytes


class WeightsError(Exception):
    """A model's weights cannot be used; the message says which file and what is wrong with it."""


class MissingWeightsError(WeightsError):
    """A file of the model is not there."""


class DamagedWeightsError(WeightsError):
    """A file of the model is there, but it is not what was saved."""


def save_weights(folder: Path, tensors: dict[str, torch.Tensor], config: dict) -> None:
    """Writes floating-point tensors in half precision, others as they are, and the config beside them.

    Raises:
        ValueError: a value is not finite in half precision, or the file would be over `LARGEST_FILE`.
    """
    halves = {name: _half(name, tensor) for name, tensor in tensors.items()}
    data = save(halves)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"{folder.name}: {len(data)} bytes of weights, wanted at most {LARGEST_FILE}")
    folder.mkdir(parents=True, exist_ok=True)
    config = {**config, "sha256": hashlib.sha256(data).hexdigest()}
    _replace(folder / "model.safetensors", data)
    _replace(folder / "config.json", (json.dumps(config, indent=2) + "\n").encode())


def load_weights(folder: Path) -> tuple[dict[str, torch.Tensor], dict]:
    """The tensors as they were saved, on the CPU, and the config.

    Raises:
        MissingWeightsError: a file is not there.
        DamagedWeightsError: a file is not what was saved.
    """
    try:
        config = json.loads((folder / "config.json").read_bytes())
        data = (folder / "model.safetensors").read_bytes()
    except FileNotFoundError as error:
        raise MissingWeightsError(f"{error.filename} is not there") from error
    except ValueError as error:
        raise DamagedWeightsError(f"{folder / 'config.json'} is not JSON: {error}") from error
    if not isinstance(config, dict) or config.get("sha256") != hashlib.sha256(data).hexdigest():
        raise DamagedWeightsError(
            f"{folder / 'model.safetensors'} does not have the SHA-256 that its config.json names"
        )
    try:
        return load(data), config
    except SafetensorError as error:
        raise DamagedWeightsError(f"{folder / 'model.safetensors'}: {error}") from error


@contextmanager
def must_hold(folder: Path, what: str) -> Iterator[None]:
    """Within it, whatever goes wrong while a model is built of what was loaded becomes DamagedWeightsError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise DamagedWeightsError(f"{folder} does not hold {what}: {error}") from error


def part(tensors: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    """Those whose names begin with `name` and a dot, without it: one of several networks in a file."""
    return {key.removeprefix(f"{name}."): one for key, one in tensors.items() if key.startswith(f"{name}.")}


def _half(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.is_floating_point():
        return tensor.detach().cpu().contiguous()
    half = tensor.detach().to("cpu", torch.float16).contiguous()
    if not half.isfinite().all():
        raise ValueError(f"{name} has values that are not finite in half precision")
    return half


def _replace(path: Path, data: bytes) -> None:
    """Writes the whole file or nothing: a reader never sees half of it."""
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(data)
    draft.replace(path)
