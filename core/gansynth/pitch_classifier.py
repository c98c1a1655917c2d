"""A network that names the pitch of a note: the ear that the paper's table wants (core.gansynth.evaluate).

    python -m core.gansynth.pitch_classifier

trains it on the real training notes in a few minutes. It hears waves, whatever made them: a log mel spectrogram, coarse
in time, goes through two-dimensional convolutions; its last hidden layer is the feature space of the FID.
"""

import argparse
import functools
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from core import weights
from core.audio import notes, spectrogram
from core.audio.stft import stft
from core.gansynth import data
from core.gansynth.model import LOWEST_PITCH, N_PITCHES

FOLDER = weights.FOLDER / "pitch_classifier"
N_BANDS = 256
FRAMES_TOGETHER = 4
QUIET = -0.45  # of a level, -1..1: 80 dB below full scale
BATCH = 64


@dataclass(frozen=True)
class ClassifierConfig:
    """What builds the classifier again."""

    channels: tuple[int, ...] = (24, 48, 96)
    n_features: int = 128


class PitchClassifier(nn.Module):
    """Log mel spectrograms to one of 61 pitches."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        n_in = 1
        for n_out in config.channels:
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2)]
            n_in = n_out
        self.convolutions = nn.Sequential(*layers)
        self.features = nn.Linear(n_in * (N_BANDS >> len(config.channels)), config.n_features)
        self.pitch = nn.Linear(config.n_features, N_PITCHES)

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 32, 256) -> logits of the pitches from MIDI 24 on, (batch, 61), and features, (batch, n_features)."""
        features = F.relu(self.features(self.convolutions(mels.unsqueeze(1)).mean(dim=2).flatten(1)))
        return self.pitch(F.dropout(features, 0.3, self.training)), features


def log_mel(waves: np.ndarray) -> Tensor:
    """(batch, 64000) within -1..1 -> (batch, 32, 256) within 0..1: 0 is 80 dB below full scale and less."""
    magnitudes = stft(torch.from_numpy(np.asarray(waves, np.float32))).abs()[..., 1:] @ _mel_bands()
    level = spectrogram.magnitude_to_level(F.avg_pool2d(magnitudes, (FRAMES_TOGETHER, 1)))
    return ((level - QUIET) / (1 - QUIET)).clamp_min(0)


@functools.cache
def _mel_bands() -> Tensor:
    return torch.from_numpy(spectrogram.mel_matrix(N_BANDS)).float()


@torch.inference_mode()
def listen(classifier: PitchClassifier, mels: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(n, 32, 256) -> probabilities (n, 61) and features (n, n_features)."""
    answers = [classifier(part) for part in mels.split(BATCH)]
    logits, features = (torch.cat(parts).double() for parts in zip(*answers, strict=True))
    return logits.softmax(dim=1).numpy(), features.numpy()


def load(folder: Path = FOLDER) -> PitchClassifier:
    """The shipped classifier. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    classifier = PitchClassifier(ClassifierConfig(**config["classifier"]))
    classifier.load_state_dict(tensors)
    return classifier.eval()


def heard(found: Sequence[notes.Note]) -> tuple[Tensor, Tensor]:
    """Notes as log mels (n, 32, 256), each brought to the same peak, and their MIDI pitches (n,)."""
    mels = []
    for start in tqdm(range(0, len(found), BATCH), desc="heard", unit=" batches", mininterval=1):
        waves = np.stack([notes.read_wave(note) for note in found[start : start + BATCH]])
        mels.append(log_mel(waves * (notes.PEAK / np.abs(waves).max(axis=1, keepdims=True).clip(1e-6))))
    return torch.cat(mels), torch.tensor([note.pitch for note in found])


def train(mels: Tensor, pitches: Tensor, config: ClassifierConfig, n_epochs: int, seed: int) -> PitchClassifier:
    """A classifier of these notes: AdamW, one cycle of the learning rate up to 3e-3, gain and noise to make it deaf to
    what is not pitch."""
    torch.manual_seed(seed)
    classifier = PitchClassifier(config)
    n_steps = n_epochs * -(-len(mels) // BATCH)
    optimizer = torch.optim.AdamW(classifier.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=n_steps)
    with tqdm(total=n_steps, unit=" steps", mininterval=5) as bar:
        for _ in range(n_epochs):
            for chosen in torch.randperm(len(mels)).split(BATCH):
                changed = mels[chosen] + 0.1 * torch.rand(len(chosen), 1, 1) - 0.05
                changed = changed + 0.03 * torch.rand(len(chosen), 1, 1) * torch.randn_like(changed)
                logits, _ = classifier(changed.clamp_min(0))
                loss = F.cross_entropy(logits, pitches[chosen] - LOWEST_PITCH)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                schedule.step()
                bar.update()
    return classifier.eval()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m core.gansynth.pitch_classifier", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--notes", type=Path, default=Path("runs/notes"), help="a folder in NSynth's format")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/pitch_classifier"))
    options = parser.parse_args(arguments)
    try:
        learnt, tested = notes.split(data.different(notes.read_notes(options.notes)))
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    config = ClassifierConfig()
    classifier = train(*heard(learnt), config, options.epochs, options.seed)
    weights.save_weights(options.out, classifier.state_dict(), {"classifier": asdict(config)})
    mels, pitches = heard(tested)
    right = listen(load(options.out), mels)[0].argmax(axis=1) == pitches.numpy() - LOWEST_PITCH
    print(f"{len(learnt):,} notes learnt; {right.mean():.2%} of {len(tested):,} test notes right; {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
