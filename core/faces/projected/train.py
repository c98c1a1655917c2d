"""Trains the forger of faces from noise, from a bare checkout, with one command.

    pip install --no-deps -r requirements-training.txt
    python -m core.faces.projected.train                          # 128 pixels, two CPU cores, ten hours
    python -m core.faces.projected.train --resume --minutes 60    # an hour more
    python -m core.faces.projected.train --profile gpu --minutes 9

Data: the train split of the portraits in the data folder (core.faces.data), those that are sharp enough; those of small
groups come more often. To `--out` go `checkpoint.pt` each minute, `losses.csv`, every few minutes a sheet of always the
same faces and the weights, and the film (core.film): those faces at `N_MOMENTS` moments, dense at first, where most
happens. Generators of some moments are kept in `moments`. Killed at any moment, it goes on with `--resume`. Losses that
are not finite end it with a message; the last good checkpoint stays.

How it learns: a projected GAN (Sauer et al. 2021, arXiv 2111.01007). The generator never sees a portrait. Its judge
looks through the frozen features of EfficientNet-Lite0, which ImageNet taught, mixed at random; only the heads on them
are trained. Real and painted pictures undergo the same random changes before they are judged
(core.faces.projected.augment). Beside the paper: both are judged with 128 pixels at first, larger later; one look at
what is painted serves the heads' step and the generator's. Expect skin after 5,000 pictures, eyes and mouths anywhere
after 8,000, faces in place after 20,000.
"""

import argparse
import itertools
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import film, gan_losses, training, weights
from core.faces import data
from core.faces.augment import mirrored
from core.faces.efficientnet import EfficientNetLite, NoFeaturesError
from core.faces.projected.augment import augment
from core.faces.projected.discriminator import Heads, Projection
from core.faces.projected.model import Generator, GeneratorConfig
from core.faces.train import as_sheet, hashed
from core.precision import autocast

COLUMNS = ("judging", "fooling", "real_logit", "fake_logit")
N_SHOWN, N_MOMENTS = 36, 48
N_SETTLING, SETTLING_BATCH = 128, 32  # latents
MOMENT_FACTOR = 1.3  # in steps, between two kept moments
FALLING = 0.4  # of the run, at its end, in which the learning rate falls
LEAST_RATE = 0.02  # of the peak


@dataclass(frozen=True)
class Config:
    """A training run. The same config and data give the same weights on the same CPU."""

    n_steps: int = 20_000
    batch: int = 16
    learning_rate: float = 2e-4
    average_decay: float = 0.999
    judged_sides: tuple[int, int] = (128, 192)  # pixels, to which pictures are brought for the judge: at first, later
    larger_from: int = 2_000  # step
    head_width: int = 48
    seed: int = 0
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)

    def judged_side(self, step: int) -> int:
        """Of the pictures as the judge sees them, in pixels."""
        return self.judged_sides[int(step >= self.larger_from)]


PROFILES = {
    "cpu": Config(),
    "gpu": Config(n_steps=25_000, batch=64, judged_sides=(192, 224), larger_from=5_000),
}


class Run:
    """Everything that one training holds, and that a checkpoint brings back."""

    def __init__(
        self,
        config: Config,
        pictures: Tensor,
        device: torch.device,
        shares: Tensor | None = None,
        features: nn.Module | None = None,
    ) -> None:
        """
        Args:
            pictures: (n, 3, side, side) uint8. Raises ValueError where they are not of the generator's side.
            shares: (n,), how often each is drawn, in proportion; None for all alike.
            features: what core.faces.efficientnet makes; None for the one in its package. Raises
                core.faces.efficientnet.NoFeaturesError where that is not installed.
        """
        if pictures.shape[-1] != config.generator.side:
            raise ValueError(f"pictures of {pictures.shape[-1]} pixels for a generator of {config.generator.side}")
        self.config, self.pictures, self.device = config, pictures, device
        self.shares = torch.ones(len(pictures)) if shares is None else shares
        self.n_steps = config.n_steps
        torch.manual_seed(config.seed)
        self.features = (features or EfficientNetLite("lite0")).to(device)
        self.generator, self.projection, self.heads = (
            network.to(device, memory_format=torch.channels_last)
            for network in (Generator(config.generator), Projection(config.head_width), Heads(config.head_width))
        )
        self.average = training.AveragedModel(self.generator, config.average_decay)
        self.optimizers = [
            torch.optim.Adam(network.parameters(), lr=config.learning_rate, betas=(0.0, 0.99))
            for network in (self.generator, self.heads)
        ]
        self.shown = torch.randn(N_SHOWN, config.generator.latent_size, generator=torch.Generator().manual_seed(0))
        self.moments = training.moments(config.n_steps, N_MOMENTS)
        self.film: dict[int, Tensor] = {}  # step -> (N_SHOWN, 3, side, side) uint8
        self.step = 0

    def advance(self) -> dict[str, float]:
        """One step of both. Returns the losses. Raises core.training.DivergedError."""
        randomness = training.seed_everything(self.config.seed, self.step)
        self._set_learning_rates()
        real = self._portraits(randomness)
        with autocast(self.device):
            fake = self.generator(torch.randn(self.config.batch, self.config.generator.latent_size, device=self.device))
            with torch.no_grad():
                seen_of_real = self._look(real)
            seen_of_fake = self._look(fake.float())
            real_logits = self.heads(seen_of_real).float()
            fake_logits = self.heads([one.detach() for one in seen_of_fake]).float()
        judging = gan_losses.hinge_discriminator_loss(real_logits, fake_logits)
        numbers = {
            "judging": judging.item(),
            "real_logit": real_logits.mean().item(),
            "fake_logit": fake_logits.mean().item(),
        }
        training.require_finite(self.step, numbers)
        self.optimizers[1].zero_grad(set_to_none=True)
        judging.backward()
        self.optimizers[1].step()
        self.heads.requires_grad_(False)
        with autocast(self.device):
            fooling = gan_losses.hinge_generator_loss(self.heads(seen_of_fake).float())
        self.heads.requires_grad_(True)
        numbers["fooling"] = fooling.item()
        training.require_finite(self.step, numbers)
        self.optimizers[0].zero_grad(set_to_none=True)
        fooling.backward()
        self.optimizers[0].step()
        self.average.follow(self.generator, self.step)
        self.step += 1
        if self.step in self.moments:
            self.film[self.step] = self._faces()
        return numbers

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "pictures": hashed(self.pictures),
            "step": self.step,
            "film": self.film,
            "average": self.average.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        } | {name: network.state_dict() for name, network in self._networks().items()}

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config or to other pictures."""
        training.require_config(state, self.config)
        if state["pictures"] != hashed(self.pictures):
            raise ValueError("the checkpoint was made with other pictures")
        self.step, self.film = state["step"], state["film"]
        for name, network in self._networks().items():
            network.load_state_dict(state[name])
        self.average.model.load_state_dict(state["average"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)

    def start_from(self, folder: Path) -> None:
        """Takes over weights that were shipped, the judge's too.

        Raises:
            core.weights.WeightsError: a file is missing or damaged.
            ValueError: they are of another size.
        """
        kept, config = weights.load_weights(folder)
        judging, judge_config = weights.load_weights(folder / "projected_discriminator")
        for found, wanted in (
            (config["network"], asdict(self.config.generator)),
            (judge_config["network"], self._judge_config()),
        ):
            if training.as_stored(found) != training.as_stored(wanted):
                raise ValueError(f"{folder} holds a network of another size: {found}")
        with weights.must_hold(folder, "a generator of faces and its judge"):
            self.generator.load_state_dict(kept)
            for name in ("projection", "heads"):
                self._networks()[name].load_state_dict(weights.part(judging, name))
        self.average.model.load_state_dict(self.generator.state_dict())

    def keep(self, folder: Path) -> None:
        """Writes the sheet, the film so far, and the weights."""
        film.write_frame(folder, "sheet", self.step, as_sheet(self._faces()))
        for step, faces in self.film.items():
            film.write_frame(folder, "film", step, as_sheet(faces))
        self.save_weights(folder / "weights")
        self._keep_moment(folder / "moments")

    def _keep_moment(self, folder: Path) -> None:
        """Writes the generator of now beside those of earlier moments, where it has learnt long enough since the last;
        core.faces.projected.judging learns from all of them."""
        last = max((int(one.name) for one in folder.glob("*")), default=0)
        if self.step >= MOMENT_FACTOR * last:
            network = {"network": asdict(self.config.generator)}
            weights.save_weights(folder / f"{self.step:06d}", self._settled().state_dict(), network)

    def save_weights(self, folder: Path) -> None:
        """Writes the averaged generator, and what it learnt from, as they are shipped."""
        weights.save_weights(folder, self._settled().state_dict(), {"network": asdict(self.config.generator)})
        judging = {
            f"{name}.{key}": one
            for name in ("projection", "heads")
            for key, one in self._networks()[name].state_dict().items()
        }
        weights.save_weights(folder / "projected_discriminator", judging, {"network": self._judge_config()})

    def _networks(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "projection": self.projection, "heads": self.heads}

    def _judge_config(self) -> dict:
        """What builds projection and heads again."""
        return {"width": self.config.head_width}

    def _portraits(self, randomness: torch.Generator) -> Tensor:
        """(batch, 3, side, side) within -1..1, half of them mirrored."""
        chosen = torch.multinomial(self.shares, self.config.batch, replacement=True, generator=randomness)
        real = mirrored(data.to_signed(self.pictures[chosen].to(self.device)))
        return real.contiguous(memory_format=torch.channels_last)

    def _look(self, pictures: Tensor) -> list[Tensor]:
        """What the heads see of pictures (batch, 3, side, side) that undergo random changes first."""
        side = self.config.judged_side(self.step)
        changed = augment(pictures)
        if side != changed.shape[-1]:
            changed = F.interpolate(changed, size=(side, side), mode="bilinear")
        return self.projection(self.features(changed.contiguous(memory_format=torch.channels_last)))

    def _settled(self) -> nn.Module:
        """The averaged generator, for use."""
        latents = torch.randn(N_SETTLING, self.config.generator.latent_size, generator=torch.Generator().manual_seed(1))
        parts = latents.to(self.device).split(SETTLING_BATCH)
        return training.settle_statistics(self.average.model, ((part,) for part in parts))

    def _faces(self) -> Tensor:
        with torch.inference_mode():
            return data.to_bytes(self._settled()(self.shown.to(self.device))).cpu()

    def _set_learning_rates(self) -> None:
        share = learning_rate_share(self.step / self.n_steps)
        for group in itertools.chain(*(optimizer.param_groups for optimizer in self.optimizers)):
            group["lr"] = self.config.learning_rate * share


def learning_rate_share(done: float) -> float:
    """Of the peak, when `done` 0..1 of a run is over: level, and in the last `FALLING` of it down along a cosine to
    `LEAST_RATE`."""
    falling = max(0.0, (done - 1) / FALLING + 1)
    return LEAST_RATE + (1 - LEAST_RATE) * 0.5 * (1 + float(np.cos(np.pi * falling)))


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    config = training.planned(PROFILES[options.profile], options)
    try:
        pictures, shares = data.load_training(config.generator.side)
        run = Run(config, pictures, torch.device(options.device or training.best_device()), shares)
        if not training.resume(run, options) and options.start_from:
            run.start_from(options.start_from)
    except (data.NoPortraitsError, NoFeaturesError, weights.WeightsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return training.follow(run, options, COLUMNS)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.projected.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    training.add_options(parser)
    training.add_options_of_long_runs(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/faces-projected"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
