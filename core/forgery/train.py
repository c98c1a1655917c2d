"""Trains the forger of digits, and then the eight judges, from a bare checkout, with one command.

    python -m core.forgery.train

Data: MNIST in the data folder (`python -m core.downloads mnist`), 55,000 digits to learn from; of the 5,000 held out
one half sets the judges' thresholds; the test digits measure (`python -m core.forgery.evaluate`). To `--out` go
`forger` and `judges`, each with a checkpoint each minute, `losses.csv`, sheets and weights. Killed at any moment, it
goes on with `--resume`. Three quarters of an hour on one CPU core.

How the forger learns: against a discriminator that is told the digit, by the non-saturating loss with R1 every few
steps, at rates that fall in the end. Its averaged weights are kept at eight moments; what each judge learns is in
core.forgery.judging.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core import film, gan_losses, training, weights
from core.digits import data
from core.forgery import judging
from core.forgery.model import DigitDiscriminator, DigitForger, ForgerConfig, JudgeConfig
from core.precision import autocast
from core.sheets import sheet

COLUMNS = ("fooling", "judging", "real_logit", "fake_logit")
N_MOMENTS, FIRST_MOMENT = 8, 30
N_SHEET = 80  # digits
N_FRAMES, N_SHOWN = 48, 40  # of the film: how many, and digits on each
N_SETTLING, SETTLING_BATCH = 20, 120  # batches, and forgeries in each
LEAST_LOGIT = -30.0  # exp(30) is still far from single precision's largest number


@dataclass(frozen=True)
class Config:
    """A forger's training. The same config and data give the same weights on the same CPU."""

    n_steps: int = 5_000
    batch: int = 64
    learning_rate: float = 1e-3
    discriminator_learning_rate: float = 1e-3
    penalty: float = 0.05  # gamma of R1
    penalty_every: int = 8  # steps
    cooling: float = 0.4  # of the steps, the last ones: the learning rates fall to 0
    average_decay: float = 0.995
    seed: int = 0
    forger: ForgerConfig = field(default_factory=ForgerConfig)
    discriminator: JudgeConfig = field(default_factory=JudgeConfig)


PROFILES = {"cpu": (Config(), judging.Config())}


class Run:
    """Everything that the forger's training holds, and that a checkpoint brings back."""

    def __init__(self, config: Config, digits: data.Digits, device: torch.device) -> None:
        self.config, self.digits, self.device = config, digits, device
        self.n_steps = config.n_steps
        torch.manual_seed(config.seed)
        self.forger = DigitForger(config.forger).to(device, memory_format=torch.channels_last)
        self.discriminator = DigitDiscriminator(config.discriminator)
        self.discriminator.to(device, memory_format=torch.channels_last)
        self.average = training.AveragedModel(self.forger, config.average_decay)
        self.optimizers = [
            torch.optim.Adam(network.parameters(), rate, betas=(0.0, 0.99))
            for network, rate in (
                (self.forger, config.learning_rate),
                (self.discriminator, config.discriminator_learning_rate),
            )
        ]
        self.moments = training.moments(config.n_steps, N_MOMENTS, min(FIRST_MOMENT, config.n_steps))
        self.kept: dict[int, dict[str, Tensor]] = {}  # step -> the averaged forger
        self.frames = training.moments(config.n_steps, N_FRAMES)
        self.film: dict[int, Tensor] = {}  # step -> (N_SHOWN, 28, 28) uint8, always of the same latents
        self.step = 0

    def advance(self) -> dict[str, float]:
        """One step of both networks. Returns the losses. Raises core.training.DivergedError."""
        config = self.config
        randomness = training.seed_everything(config.seed, self.step)
        chosen = self.digits[torch.randint(len(self.digits), (config.batch,), generator=randomness).numpy()]
        real = torch.from_numpy(chosen.images).to(self.device).float() / 255
        labels = torch.from_numpy(chosen.labels).to(self.device)
        latents = torch.randn(config.batch, config.forger.latent_size, device=self.device)
        with autocast(self.device):
            fake = self.forger(latents, labels)
        seen = fake.detach().float().requires_grad_(True)
        numbers, logits = self._train_discriminator(real, seen, labels)
        training.require_finite(self.step, numbers)
        self.optimizers[0].zero_grad(set_to_none=True)
        fake.backward(fooling_gradient(seen.grad, logits).to(fake.dtype))
        self._cool()
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.follow(self.forger, self.step)
        self.step += 1
        if self.step in self.moments or self.step in self.frames:
            settled = settle_statistics(self.average.model)
        if self.step in self.moments:
            self.kept[self.step] = settled.state_dict()
        if self.step in self.frames:
            self.film[self.step] = forged(settled, N_SHOWN, seed=0)[0]
        return numbers

    def _train_discriminator(self, real: Tensor, fake: Tensor, labels: Tensor) -> tuple[dict[str, float], Tensor]:
        """Leaves the discriminator's gradients, and at `fake` that of its loss. Returns the losses, and the logits of
        the forgeries."""
        with autocast(self.device):
            real_logits, fake_logits = (self.discriminator(images, labels).float() for images in (real, fake))
        loss = gan_losses.logistic_discriminator_loss(real_logits, fake_logits)
        self.optimizers[1].zero_grad(set_to_none=True)
        loss.backward()
        if self.step % self.config.penalty_every == 0:
            real.requires_grad_(True)
            penalty = gan_losses.r1_penalty(real, self.discriminator(real, labels))
            (self.config.penalty_every * self.config.penalty / 2 * penalty).backward()
        numbers = {
            "fooling": gan_losses.non_saturating_generator_loss(fake_logits).item(),
            "judging": loss.item(),
            "real_logit": real_logits.mean().item(),
            "fake_logit": fake_logits.mean().item(),
        }
        return numbers, fake_logits.detach()

    def _cool(self) -> None:
        """Both learning rates stay as they are, and in the last part of the training fall to 0 in a straight line."""
        config = self.config
        share = min(1.0, (config.n_steps - self.step) / (config.cooling * config.n_steps))
        for optimizer, rate in zip(
            self.optimizers, (config.learning_rate, config.discriminator_learning_rate), strict=True
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * share

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "step": self.step,
            "kept": self.kept,
            "film": self.film,
            "forger": self.forger.state_dict(),
            "average": self.average.model.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config."""
        training.require_config(state, self.config)
        self.step, self.kept, self.film = state["step"], state["kept"], state["film"]
        self.forger.load_state_dict(state["forger"])
        self.average.model.load_state_dict(state["average"])
        self.discriminator.load_state_dict(state["discriminator"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)

    def keep(self, folder: Path) -> None:
        """Writes a sheet of every moment so far, the film, and the weights."""
        for step in self.kept:
            film.write_frame(folder, "sheet", step, sheet(self.fakes(step, N_SHEET)[0], data.N_CLASSES))
        for step, digits in self.film.items():
            film.write_frame(folder, "film", step, sheet(digits.numpy(), data.N_CLASSES))
        if self.kept:
            tensors = {
                f"{k}.{name}": tensor for k, step in enumerate(self.kept) for name, tensor in self.kept[step].items()
            }
            weights.save_weights(
                folder / "weights", tensors, {"network": asdict(self.config.forger), "moments": list(self.kept)}
            )

    def fakes(self, step: int, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """What the forger made at a kept step, as it will be shipped: (count, 28, 28) uint8, each digit in turn, and
        (count,) which they are."""
        forger = DigitForger(self.config.forger).eval()
        forger.load_state_dict({name: one.half().to(one.dtype) for name, one in self.kept[step].items()})
        images, digits = forged(forger, count, seed)
        return images.numpy(), digits.numpy()


def fooling_gradient(gradient: Tensor, logits: Tensor) -> Tensor:
    """Turns the gradient of the discriminator's loss at forgeries into that of the forger's.

    One way back through the discriminator serves both: the one loss has softplus(l) of each forgery's logit l, the
    other softplus(−l); the derivatives are σ(l) and −σ(−l) = −exp(−l) σ(l). `gradient` (batch, 28, 28), `logits`
    (batch,).
    """
    return -torch.exp(-logits.clamp(min=LEAST_LOGIT)).view(-1, 1, 1) * gradient


def settle_statistics(forger: DigitForger) -> DigitForger:
    """A copy of an averaged forger, for use (core.training.settle_statistics)."""
    randomness, device = torch.Generator().manual_seed(0), forger.start.weight.device
    latents = torch.randn(N_SETTLING, SETTLING_BATCH, forger.config.latent_size, generator=randomness)
    digits = torch.arange(SETTLING_BATCH, device=device) % data.N_CLASSES
    return training.settle_statistics(forger, ((part, digits) for part in latents.to(device)))


@torch.inference_mode()
def forged(forger: DigitForger, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """(count, 28, 28) uint8 on the CPU, each digit in turn, and (count,) which they are."""
    device = forger.start.weight.device
    latents = torch.randn(count, forger.config.latent_size, generator=torch.Generator().manual_seed(seed))
    digits = torch.arange(count) % data.N_CLASSES
    return (forger(latents.to(device), digits.to(device)) * 255).round().to("cpu", torch.uint8), digits


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    digits = data.load()
    if digits.source != "mnist":
        print("no MNIST in the data folder: python -m core.downloads mnist", file=sys.stderr)
        return 1
    learnt, held_out = data.held_out(digits.train)
    forger_config, judge_config = (replace(one, seed=options.seed) for one in PROFILES[options.profile])
    device = torch.device(options.device or training.best_device())
    run = Run(forger_config, learnt, device)
    began = time.monotonic()
    try:
        status = carry(run, options, "forger", COLUMNS)
        if status or run.step < run.n_steps:
            return status
        fakes = [run.fakes(step, judge_config.n_fakes, seed=1)[0] for step in run.kept]
        judges = judging.Run(judge_config, judging.gather(learnt.images, fakes, judge_config), held_out.images, device)
        left = options.minutes and max(0.0, options.minutes - (time.monotonic() - began) / 60)
        options = argparse.Namespace(**{**vars(options), "minutes": left, "steps": None})  # those were the forger's
        return carry(judges, options, "judges", judging.COLUMNS)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1


def carry(run: training.Run, options: argparse.Namespace, folder: str, columns: Sequence[str]) -> int:
    """Trains one of the two in its own folder. Returns the exit status of a command. Raises ValueError where the
    checkpoint belongs to another run."""
    options = argparse.Namespace(**{**vars(options), "out": options.out / folder})
    training.resume(run, options)
    return training.follow(run, options, columns)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.forgery.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    training.add_options(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/forgery"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
