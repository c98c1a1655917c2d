"""Trains the police of the page, a plain discriminator, against all moments of a generator, with one command.

    python -m core.faces.projected.judging        # a quarter of an hour on two CPU cores

It learns to tell the training portraits from what the generator painted at each kept moment of its training and
at last, half of them of the last, hardest one. All are softened first, as people see them
(core.faces.present), and undergo random changes; each of 4 × 4 parts of a picture is judged. What it says of every
second held-out portrait is kept with the weights, for core.faces.projected.judge to read its threshold off; the others
measure (core.faces.evaluate).
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core import training, weights
from core.faces import data
from core.faces.augment import mirrored, recoloured
from core.faces.present import softened
from core.faces.projected import sample
from core.faces.projected.augment import shifted
from core.faces.projected.model import Discriminator, DiscriminatorConfig
from core.precision import autocast

COLUMNS = ("judging", "real_logit", "fake_logit")
LEAST_TRUNCATION = 0.7  # of what it learns from; up to 1


@dataclass(frozen=True)
class Config:
    """The police's training. The same config and pictures give the same weights on the same CPU."""

    n_steps: int = 700
    batch: int = 24  # of either kind
    learning_rate: float = 4e-4
    n_fakes: int = 512  # of each moment
    share_last: float = 0.5  # of the fakes are of the last moment, the others of any
    doubt: float = 0.1  # of the answer that is wanted to a portrait
    seed: int = 0
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)


PROFILES = {"cpu": Config()}


class Run:
    """Everything that the training holds, and that a checkpoint brings back."""

    def __init__(
        self, config: Config, real: Tensor, fakes: Sequence[Tensor], held_out: Tensor, device: torch.device
    ) -> None:
        """`real`, `fakes` by moment, and the `held_out` that set the threshold: (n, 3, side, side) uint8 each,
        softened. Raises ValueError where a side is not the discriminator's."""
        sides = {pictures.shape[-1] for pictures in (real, *fakes, held_out)}
        if sides != {config.discriminator.side}:
            raise ValueError(f"pictures of {sides} pixels for a discriminator of {config.discriminator.side}")
        self.config, self.real, self.fakes, self.held_out, self.device = config, real, fakes, held_out, device
        self.n_steps = config.n_steps
        torch.manual_seed(config.seed)
        self.discriminator = Discriminator(config.discriminator).to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.discriminator.parameters(), config.learning_rate, betas=(0.9, 0.99))
        self.step = 0

    def advance(self) -> dict[str, float]:
        """One step. Returns the losses. Raises core.training.DivergedError."""
        randomness = training.seed_everything(self.config.seed, self.step)
        real = self.real[torch.randint(len(self.real), (self.config.batch,), generator=randomness)]
        pictures = data.to_signed(torch.cat([real, self._fakes(randomness)]).to(self.device))
        changed = shifted(recoloured(mirrored(pictures))).contiguous(memory_format=torch.channels_last)
        with autocast(self.device):
            real_logits, fake_logits = self.discriminator(changed).float().chunk(2)
        loss = judging_loss(real_logits, fake_logits, self.config.doubt)
        numbers = {
            "judging": loss.item(),
            "real_logit": real_logits.mean().item(),
            "fake_logit": fake_logits.mean().item(),
        }
        training.require_finite(self.step, numbers)
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * 0.5 * (1 + float(np.cos(np.pi * self.step / self.n_steps)))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.step += 1
        return numbers

    def _fakes(self, randomness: torch.Generator) -> Tensor:
        """(batch, 3, side, side) uint8."""
        moments = torch.randint(len(self.fakes), (self.config.batch,), generator=randomness)
        moments[torch.rand(self.config.batch, generator=randomness) < self.config.share_last] = len(self.fakes) - 1
        pools = [self.fakes[moment] for moment in moments.tolist()]
        return torch.stack([pool[int(torch.randint(len(pool), (), generator=randomness))] for pool in pools])

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "step": self.step,
            "discriminator": self.discriminator.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config."""
        training.require_config(state, self.config)
        self.step = state["step"]
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimizer.load_state_dict(state["optimizer"])

    def keep(self, folder: Path) -> None:
        """Writes the weights, and what they say of the held-out portraits that set the threshold."""
        config = {"network": asdict(self.config.discriminator), "held_out_logits": self.held_out_logits()}
        weights.save_weights(folder / "weights", self.discriminator.state_dict(), config)

    @torch.inference_mode()
    def held_out_logits(self) -> list[float]:
        """In order, the mean logit of each, by the network as it will be shipped, in half precision."""
        shipped = Discriminator(self.config.discriminator).eval().to(memory_format=torch.channels_last)
        kept = self.discriminator.state_dict()
        shipped.load_state_dict({name: one.half().float().cpu() for name, one in kept.items()})
        with autocast("cpu"):  # as it will judge
            logits = [shipped(data.to_signed(part)).float().mean(dim=(1, 2)) for part in self.held_out.split(32)]
        return sorted(torch.cat(logits).double().numpy().round(4).tolist())


def judging_loss(real_logits: Tensor, fake_logits: Tensor, doubt: float) -> Tensor:
    """Cross-entropy of logits of each kind, with one-sided label smoothing (Salimans et al. 2016, arXiv 1606.03498,
    section 3.4)."""
    real = (1 - doubt) * F.softplus(-real_logits) + doubt * F.softplus(real_logits)
    return real.mean() + F.softplus(fake_logits).mean()


def paint_moments(folder: Path, count: int, seed: int) -> list[Tensor]:
    """What the generators in a training's `folder` paint, from the first kept moment to the last weights: (count, 3,
    side, side) uint8 each, at truncations from `LEAST_TRUNCATION` to 1.

    Raises:
        core.weights.WeightsError: one is missing or damaged.
    """
    moments = [*sorted((folder / "moments").glob("*")), folder / "weights"]
    painted = []
    for k, moment in enumerate(moments):
        model, random = sample.load_from(moment), np.random.default_rng((seed, k))
        parts = [
            model.faces(random.standard_normal((len(part), model.latent_size)), random.uniform(LEAST_TRUNCATION, 1))
            for part in np.array_split(np.arange(count), -(-count // 32))
        ]
        painted.append(as_learnt(np.concatenate(parts)))
    return painted


def as_learnt(pictures: np.ndarray) -> Tensor:
    """(n, side, side, 3) uint8 -> (n, 3, side, side) uint8, softened."""
    return torch.from_numpy(softened(pictures)).permute(0, 3, 1, 2).contiguous()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    config = training.planned(PROFILES[options.profile], options)
    side = config.discriminator.side
    try:
        portraits, held_out = (data.load(split, side).permute(0, 2, 3, 1).numpy() for split in ("train", "heldout"))
        fakes = paint_moments(options.faces, config.n_fakes, config.seed)
        run = Run(
            config,
            as_learnt(portraits),
            fakes,
            as_learnt(held_out[::2]),
            torch.device(options.device or training.best_device()),
        )
        training.resume(run, options)
    except (data.NoPortraitsError, weights.WeightsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return training.follow(run, options, COLUMNS)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.projected.judging", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    parser.add_argument("--faces", type=Path, default=Path("runs/faces-projected"), help="a training's folder")
    training.add_options(parser)
    parser.add_argument("--of-steps", type=int, help="how many steps the learning rate is planned for")
    parser.add_argument("--out", type=Path, default=Path("runs/faces-projected-judge"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
