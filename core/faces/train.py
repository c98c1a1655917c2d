"""Trains the forger of faces and the police, from a bare checkout, with one command.

    python -m core.faces.train                          # 64 pixels, two CPU cores, one to two hours
    python -m core.faces.train --profile gpu --minutes 9 --start-from assets/weights/faces

Data: the train split of the portraits in the data folder (core.faces.data), those that are sharp enough. To `--out` go
`checkpoint.pt` each minute, `losses.csv`, every few minutes a sheet of always the same 36 faces, the film (core.film):
those faces at `N_MOMENTS` moments, dense at first, where most happens; at the end the weights of generator and
discriminator. Killed at any moment, it goes on with `--resume`. Losses that are not finite, or an error that grows, end
it with a message; the last good checkpoint stays.

How it learns: an encoder gives each portrait a place in the latent space, a Gaussian, from where the generator must
paint it again (Kingma and Welling 2013, arXiv 1312.6114); after a quarter of the run a discriminator joins, judges
those and faces from latents drawn from the Gaussian over all such places, and what it sees of a portrait and of its
painting must agree (Larsen et al. 2016, arXiv 1512.09300). Real and painted pictures undergo the same random changes
before they are judged (core.faces.augment). A discriminator alone, on two cores, led to one face in many colours: four
designs were tried for 5 to 25 minutes each, FastGAN's among them. Expect blurred persons in the first quarter, then
sharper ones.
"""

import argparse
import hashlib
import math
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
from core.faces.augment import augment, mirrored
from core.faces.model import Discriminator, DiscriminatorConfig, Encoder, Generator, GeneratorConfig
from core.faces.sample import FaceGenerator
from core.precision import autocast
from core.sheets import sheet

COLUMNS = ("painting", "kl", "agreeing", "fooling", "judging", "rebuilding", "real_logit", "fake_logit")
N_SHOWN, N_MOMENTS = 36, 48
DIVERGED = 2.0  # times the best smoothed error so far


@dataclass(frozen=True)
class Config:
    """A training run. The same config and data give the same weights on the same CPU."""

    n_steps: int = 9_000
    batch: int = 16
    n_judged: int = 4  # of the painted portraits
    n_drawn: int = 12  # faces from drawn latents, judged too
    least_truncation: float = 0.7  # of those; up to 1
    spread_every: int = 100  # steps between two looks at where all portraits lie
    learning_rate: float = 1e-3
    discriminator_learning_rate: float = 6e-4
    adversary_from: float = 0.25  # of the run: before, there is nothing worth a judgement
    adversary_rise: int = 500  # steps until its full weight: it must first learn to judge
    painting_weight: float = 10.0
    agreeing_weight: float = 1.0
    adversary_weight: float = 0.3
    kl_weight: float = 2e-3
    penalty: float = 0.05  # gamma of R1
    penalty_every: int = 8  # steps
    average_decay: float = 0.999
    seed: int = 0
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)


PROFILES = {
    "cpu": Config(),
    "gpu": Config(
        n_steps=30_000,
        batch=32,
        n_judged=8,
        n_drawn=24,
        generator=GeneratorConfig(channels=(240, 240, 192, 128, 96, 48)),
        discriminator=DiscriminatorConfig(channels=(48, 96, 160, 224, 288)),
    ),
}


class Run:
    """Everything that one training holds, and that a checkpoint brings back."""

    def __init__(self, config: Config, pictures: Tensor, device: torch.device) -> None:
        """`pictures` (n, 3, side, side) uint8. Raises ValueError where they are not of the generator's side."""
        if pictures.shape[-1] != config.generator.side:
            raise ValueError(f"pictures of {pictures.shape[-1]} pixels for a generator of {config.generator.side}")
        self.config, self.pictures, self.device = config, pictures, device
        self.n_steps = config.n_steps
        torch.manual_seed(config.seed)
        self.generator = Generator(config.generator).to(device, memory_format=torch.channels_last)
        self.discriminator = Discriminator(config.discriminator).to(device, memory_format=torch.channels_last)
        self.encoder = Encoder(**self._encoder_config())
        self.encoder.to(device, memory_format=torch.channels_last)
        self.average = training.AveragedModel(self.generator, config.average_decay)
        painters = [*self.generator.parameters(), *self.encoder.parameters()]
        self.optimizers = [
            torch.optim.Adam([{"params": painters, "peak": config.learning_rate}], betas=(0.9, 0.99)),
            torch.optim.Adam(
                [{"params": list(self.discriminator.parameters()), "peak": config.discriminator_learning_rate}],
                betas=(0.0, 0.99),
            ),
        ]
        self.shown = torch.randn(N_SHOWN, config.generator.latent_size, generator=torch.Generator().manual_seed(0))
        self.moments = training.moments(config.n_steps, N_MOMENTS)
        self.film: dict[int, Tensor] = {}  # step -> (N_SHOWN, 3, side, side) uint8
        self.error: float | None = None  # smoothed
        self.best_error = math.inf
        self.step = 0

    def advance(self) -> dict[str, float]:
        """One step of all networks. Returns the losses. Raises core.training.DivergedError."""
        config = self.config
        randomness = training.seed_everything(config.seed, self.step)
        self._set_learning_rates()
        if self.step % config.spread_every == 0 and self.step:
            self.generator.spread_over(self._places())
        chosen = torch.randint(len(self.pictures), (config.batch,), generator=randomness)
        real = mirrored(data.to_signed(self.pictures[chosen].to(self.device)))
        real = real.contiguous(memory_format=torch.channels_last)
        judging_for = self.step - int(config.adversary_from * config.n_steps)
        judged, n_drawn = (config.n_judged, config.n_drawn) if judging_for >= 0 else (0, 0)
        drawn = self.generator.places(self._latents(n_drawn))
        with self._half():
            mean, log_std = self.encoder(real)
            places = mean + log_std.exp() * torch.randn_like(mean)
            painted = self.generator.from_places(torch.cat([places, drawn])).float()
        losses = {"painting": painting_loss(painted[: config.batch], real), "kl": gan_losses.gaussian_kl(mean, log_std)}
        loss = config.painting_weight * losses["painting"] + config.kl_weight * losses["kl"]
        numbers: dict[str, float] = {}
        if judged:
            fake = torch.cat([painted[:judged], painted[config.batch :]])
            numbers = self._train_discriminator(augment(real), augment(fake.detach()))
            losses |= self._judge(fake, painted[:judged], real[:judged])
            rise = min(1.0, judging_for / config.adversary_rise)
            loss = loss + rise * (
                config.adversary_weight * losses["fooling"] + config.agreeing_weight * losses["agreeing"]
            )
        self.optimizers[0].zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.optimizers[0].param_groups[0]["params"], 5.0)
        numbers |= {name: value.item() for name, value in losses.items()}
        self._watch(numbers)
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
            "error": self.error,
            "best_error": self.best_error,
            "film": self.film,
            "generator": self.generator.state_dict(),
            "average": self.average.model.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "encoder": self.encoder.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config or to other pictures."""
        training.require_config(state, self.config)
        if state["pictures"] != hashed(self.pictures):
            raise ValueError("the checkpoint was made with other pictures")
        self.step, self.film = state["step"], state["film"]
        self.error, self.best_error = state["error"], state["best_error"]
        for part in ("generator", "discriminator", "encoder"):
            getattr(self, part).load_state_dict(state[part])
        self.average.model.load_state_dict(state["average"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept)

    def start_from(self, folder: Path) -> None:
        """Takes over weights that were shipped.

        Raises:
            core.weights.WeightsError: a file is missing or damaged.
            ValueError: they are of another size.
        """
        for network, where, wanted in (
            (self.generator, folder, asdict(self.config.generator)),
            (self.encoder, folder / "encoder", self._encoder_config()),
            (self.discriminator, folder / "discriminator", asdict(self.config.discriminator)),
        ):
            kept, config = weights.load_weights(where)
            if training.as_stored(config["network"]) != training.as_stored(wanted):
                raise ValueError(f"{where} holds a network of another size: {config['network']}")
            network.load_state_dict(kept)
        self.average.model.load_state_dict(self.generator.state_dict())

    def keep(self, folder: Path) -> None:
        """Writes the sheet, the film so far, and the weights."""
        film.write_frame(folder, "sheet", self.step, as_sheet(self._faces()))
        for step, faces in self.film.items():
            film.write_frame(folder, "film", step, as_sheet(faces))
        self.save_weights(folder / "weights")

    def save_weights(self, folder: Path) -> None:
        """Writes the averaged generator, the encoder and the discriminator, as they are shipped."""
        weights.save_weights(folder, self.average.model.state_dict(), {"network": asdict(self.config.generator)})
        weights.save_weights(folder / "encoder", self.encoder.state_dict(), {"network": self._encoder_config()})
        weights.save_weights(
            folder / "discriminator", self.discriminator.state_dict(), {"network": asdict(self.config.discriminator)}
        )

    def _train_discriminator(self, real: Tensor, fake: Tensor) -> dict[str, float]:
        with self._half():
            real_logits, seen = self.discriminator(real)
            fake_logits, _ = self.discriminator(fake)
            rebuilt = self.discriminator.rebuilt(seen[-1])
        judging = gan_losses.logistic_discriminator_loss(real_logits.float(), fake_logits.float())
        rebuilding = F.l1_loss(rebuilt.float(), F.avg_pool2d(real, 2))
        self.optimizers[1].zero_grad(set_to_none=True)
        (judging + rebuilding).backward()
        if self.step % self.config.penalty_every == 0:
            self._penalty(real).backward()
        numbers = {
            "judging": judging.item(),
            "rebuilding": rebuilding.item(),
            "real_logit": real_logits.float().mean().item(),
            "fake_logit": fake_logits.float().mean().item(),
        }
        self._watch(numbers)
        self.optimizers[1].step()
        return numbers

    def _penalty(self, real: Tensor) -> Tensor:
        """R1, for as many steps as it is left out (Karras et al. 2020, arXiv 1912.04958, section 3.2)."""
        real = real.detach().requires_grad_(True)
        logits, _ = self.discriminator(real)
        weight = self.config.penalty_every * self.config.penalty / 2
        return weight * gan_losses.r1_penalty(real, logits.mean(dim=1))

    def _judge(self, fake: Tensor, painted: Tensor, real: Tensor) -> dict[str, Tensor]:
        """How well pictures fool the discriminator, and how far what it sees of paintings is from what it sees of their
        portraits."""
        self.discriminator.requires_grad_(False)
        with self._half():
            logits, _ = self.discriminator(augment(fake))
            _, seen = self.discriminator(torch.cat([painted, real]))
        self.discriminator.requires_grad_(True)
        pairs = [one.float().chunk(2) for one in seen[1:]]
        agreeing = [(mine - theirs).abs().mean() / theirs.abs().mean() for mine, theirs in pairs]
        return {
            "fooling": gan_losses.non_saturating_generator_loss(logits.float()),
            "agreeing": torch.stack(agreeing).mean(),
        }

    def _latents(self, count: int) -> Tensor:
        """From N(0, 1), each drawn towards 0 by another truncation, so that all that are offered are judged."""
        latents = torch.randn(count, self.config.generator.latent_size, device=self.device)
        least = self.config.least_truncation
        return latents * (least + (1 - least) * torch.rand(count, 1, device=self.device))

    @torch.no_grad()
    def _places(self) -> Tensor:
        """(n, latent): where the encoder puts the portraits, and their mirror images."""
        both = torch.cat([self.pictures, self.pictures.flip(3)])
        with self._half():
            return torch.cat([self.encoder(data.to_signed(part.to(self.device)))[0] for part in both.split(128)])

    def _encoder_config(self) -> dict:
        """What builds the encoder again."""
        return {"channels": self.config.discriminator.channels, "latent_size": self.config.generator.latent_size}

    def _half(self) -> torch.autocast:
        return autocast(self.device)

    def _faces(self) -> Tensor:
        with torch.inference_mode():
            return data.to_bytes(self.average.model(self.shown.to(self.device))).cpu()

    def _set_learning_rates(self) -> None:
        share = learning_rate_share(self.step / self.n_steps, self.config.adversary_from)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * share

    def _watch(self, numbers: dict[str, float]) -> None:
        """Raises core.training.DivergedError before a bad step is taken."""
        if wrong := [name for name, value in numbers.items() if not math.isfinite(value)]:
            raise training.DivergedError(f"step {self.step}: {', '.join(wrong)} not finite")
        if error := numbers.get("painting"):
            self.error = error if self.error is None else 0.98 * self.error + 0.02 * error
            self.best_error = min(self.best_error, self.error)
            if self.error > DIVERGED * self.best_error:
                raise training.DivergedError(
                    f"step {self.step}: the error is {self.error:.3f}, was {self.best_error:.3f}"
                )


def painting_loss(painted: Tensor, real: Tensor) -> Tensor:
    """Mean absolute error of pictures (batch, 3, side, side), averaged over four sizes, from whole to an eighth."""
    losses = [F.l1_loss(painted, real)]
    for _ in range(3):
        painted, real = F.avg_pool2d(painted, 2), F.avg_pool2d(real, 2)
        losses.append(F.l1_loss(painted, real))
    return torch.stack(losses).mean()


def learning_rate_share(done: float, adversary_from: float) -> float:
    """Of the peak, when `done` 0..1 of a run is over: up within a hundredth of the run, then level; from where the
    adversary comes a third, and in the last third of the run down along a cosine to a hundredth."""
    if done < adversary_from:
        return min(1.0, (done + 1e-4) / 0.01)
    falling = max(0.0, 3 * done - 2)
    return 0.01 + 0.32 * 0.5 * (1 + math.cos(math.pi * falling))


def as_sheet(pictures: Tensor) -> np.ndarray:
    """(count, 3, side, side) uint8 -> one square picture, (height, width, 3)."""
    return sheet(pictures.permute(0, 2, 3, 1).numpy())


def hashed(pictures: Tensor) -> str:
    """A fingerprint of the pictures of a run."""
    return hashlib.sha256(pictures.numpy().tobytes()).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    config = training.planned(PROFILES[options.profile], options)
    try:
        pictures = data.load("train", config.generator.side, FaceGenerator.groups)
        run = Run(config, pictures, torch.device(options.device or training.best_device()))
        if not training.resume(run, options) and options.start_from:
            run.start_from(options.start_from)
    except (data.NoPortraitsError, weights.WeightsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return training.follow(run, options, COLUMNS)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.faces.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    training.add_options(parser)
    training.add_options_of_long_runs(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/faces"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
