"""Trains the digit classifier that the lecture ships.

    python -m core.digits.train

Data: MNIST in the data folder (`python -m core.downloads mnist`), 55,000 digits to learn from, 5,000 to choose the
epoch by; the 10,000 test digits are never looked at here (`python -m core.digits.evaluate` does that once).
Takes 16 minutes on two CPU cores with bfloat16. Expect 99.5 to 99.6 % on the 5,000, and 0.97 MB.
Killed at any moment, it goes on with `--resume` and loses at most the last minute.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from tqdm import tqdm

from core import training, weights
from core.digits import data
from core.digits.augment import augment
from core.digits.model import ClassifierConfig, DigitClassifier
from core.digits.scribbles import scribbles
from core.precision import autocast


@dataclass(frozen=True)
class Config:
    """A training run. The same config gives the same weights on the same CPU."""

    n_epochs: int = 24
    batch: int = 128
    peak_learning_rate: float = 4e-3
    weight_decay: float = 2e-2
    label_smoothing: float = 0.05
    n_scribbles: int = 12  # beside each batch of digits
    scribble_weight: float = 0.3  # of their loss, which asks for ten equal probabilities
    average_decay: float = 0.998
    seed: int = 0
    network: ClassifierConfig = field(default_factory=ClassifierConfig)


PROFILES = {"cpu": Config(), "gpu": Config(n_epochs=60)}


@dataclass(frozen=True)
class Progress:
    """Where a run is."""

    step: int
    n_steps: int
    loss: float  # of the last batch, in nats, scribbles included
    held_out_accuracy: float | None  # of the averaged weights, at the end of an epoch
    best_accuracy: float | None


class Run:
    """Everything that one training holds, and that a checkpoint brings back."""

    def __init__(self, config: Config, digits: data.Digits, device: torch.device) -> None:
        self.config = config
        self.device = device
        self.training_digits, self.held_out_digits = data.held_out(digits, config.seed)
        torch.manual_seed(config.seed)
        self.model = DigitClassifier(config.network).to(device, memory_format=torch.channels_last)
        self.average = training.AveragedModel(self.model, config.average_decay)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), weight_decay=config.weight_decay)
        self.steps_per_epoch = len(self.training_digits) // config.batch
        self.n_steps = self.steps_per_epoch * config.n_epochs
        self.step = 0
        self.best_accuracy: float | None = None
        self.best_weights = self.average.model.state_dict()

    def advance(self) -> float:
        """One optimisation step. Returns the loss."""
        self.model.train()
        images, labels = self._batch()  # (batch + n_scribbles, 28, 28), (batch,)
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.peak_learning_rate * one_cycle(self.step / self.n_steps)
        with autocast(self.device):
            logits = self.model(images)
        digits, others = logits.float().split([len(labels), self.config.n_scribbles])
        loss = F.cross_entropy(digits, labels, label_smoothing=self.config.label_smoothing)
        loss = loss - self.config.scribble_weight * F.log_softmax(others, 1).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.average.follow(self.model, self.step)
        self.step += 1
        return loss.item()

    def choose_best(self) -> float:
        """Accuracy of the averaged weights on the held-out digits; keeps the weights if they are the best so far."""
        accuracy = measure(self.average.model, self.held_out_digits, self.device)
        if self.best_accuracy is None or accuracy >= self.best_accuracy:
            self.best_accuracy = accuracy
            self.best_weights = {name: tensor.clone() for name, tensor in self.average.model.state_dict().items()}
        return accuracy

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best_accuracy": self.best_accuracy,
            "best_weights": self.best_weights,
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config."""
        if state["config"] != asdict(self.config):
            raise ValueError("the checkpoint was made by another configuration")
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.best_accuracy = state["best_accuracy"]
        if self.best_accuracy is not None:  # before the first epoch has ended they are the average's own, and follow it
            self.best_weights = state["best_weights"]

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        epoch, place = divmod(self.step, self.steps_per_epoch)
        order = np.random.default_rng([self.config.seed, epoch]).permutation(len(self.training_digits))
        chosen = self.training_digits[order[place * self.config.batch : (place + 1) * self.config.batch]]
        randomness = training.seed_everything(self.config.seed, self.step)
        images = torch.from_numpy(chosen.images).to(self.device).float() / 255
        others = scribbles(self.config.n_scribbles, randomness).to(self.device)
        return torch.cat([augment(images, randomness), others]), torch.from_numpy(chosen.labels).to(self.device)


def train(run: Run) -> Iterator[Progress]:
    """Trains to the end of the run's epochs, from where it is."""
    while run.step < run.n_steps:
        loss = run.advance()
        accuracy = run.choose_best() if run.step % run.steps_per_epoch == 0 else None
        yield Progress(run.step, run.n_steps, loss, accuracy, run.best_accuracy)


def one_cycle(done: float) -> float:
    """The learning rate's share of its peak: up for a tenth, then down along a cosine (after Smith and Topin, 2017)."""
    return max(done / 0.1, 0.01) if done < 0.1 else 0.5 * (1 + math.cos(math.pi * (done - 0.1) / 0.9))


@torch.inference_mode()
def measure(model: nn.Module, digits: data.Digits, device: torch.device) -> float:
    """The share of digits that the model, as it is, gets right."""
    model.eval()
    right = 0
    for start in range(0, len(digits), 1000):
        images = torch.from_numpy(digits.images[start : start + 1000]).to(device).float() / 255
        right += (model(images).argmax(1).cpu().numpy() == digits.labels[start : start + 1000]).sum()
    return float(right / len(digits))


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    digits = data.load()
    if digits.source != "mnist":
        print("no MNIST in the data folder: python -m core.downloads mnist", file=sys.stderr)
        return 1
    profile = asdict(PROFILES[options.profile]) | {"seed": options.seed, "network": ClassifierConfig()}
    run = Run(Config(**profile), digits.train, torch.device(options.device or training.best_device()))
    checkpoint = options.out / "checkpoint.pt"
    if options.resume and (state := training.load_checkpoint(checkpoint)):
        try:
            run.restore(state)
        except ValueError as error:
            print(f"{checkpoint}: {error}", file=sys.stderr)
            return 1
    elif options.resume:
        print(f"there is no {checkpoint}: starting from random weights")
    last_saved = time.monotonic()
    bar = tqdm(total=run.n_steps, initial=run.step, unit="step")
    for progress in training.within_minutes(train(run), options.minutes):
        bar.update(progress.step - bar.n)
        if progress.held_out_accuracy is not None:
            bar.write(f"step {progress.step}: loss {progress.loss:.3f}, held out {progress.held_out_accuracy:.4f}")
        if time.monotonic() - last_saved > training.CHECKPOINT_EVERY_S:
            training.save_checkpoint(checkpoint, run.state())
            last_saved = time.monotonic()
        if options.steps and progress.step >= options.steps:
            break
    training.save_checkpoint(checkpoint, run.state())
    weights.save_weights(options.out, run.best_weights, asdict(run.config.network))
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.digits.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    parser.add_argument("--steps", type=int, help="stop after this many steps")
    parser.add_argument("--minutes", type=float, help="stop after this many minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", help="cpu or cuda; a GPU is used where there is one")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in the output folder")
    parser.add_argument("--out", type=Path, default=Path("runs/digits"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
