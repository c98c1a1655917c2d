"""Trains the network that completes handwriting, from a bare checkout, with one command.

    python -m core.sketch_rnn.train

Data: Omniglot's strokes in the data folder (core.sketch_rnn.data), 30,000 drawings to learn from, evened when they are
read, which takes a quarter of a minute. To `--out` go `checkpoint.pt` each minute, `losses.csv`, every few minutes a
sheet, the film (core.film) of always the same 24 drawings, and at the end the weights. Killed at any moment, it goes on
with `--resume`. Losses that are not finite, or that grow, end it with a message; the last good checkpoint stays.
20,000 steps take 24 minutes on one CPU core that has nothing else to do, with bfloat16; `--of-steps` plans for others.

How it learns: half of each batch is encoded and must be drawn again from its latent, the other half is drawn by a
decoder that is told nothing (core.sketch_rnn.model). In nats for a drawing, the loss is L_R + w_KL η max(KL, KL_min)
(Ha and Eck 2017, arXiv 1704.03477, section 3.3 and appendix). `offset` and `pen` in losses.csv are nats a point of the
whole batch, `kl` nats a drawing, `valid` nats a point of held-out drawings, told nothing, by the averaged weights.
Expect parts of characters within the first minute (`valid` 0.84 after 600 steps), then fewer stray strokes. Where
`valid` rises in the second half, the network learns by heart and wants more dropout.
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
from torch import Tensor, nn

from core import film, gan_losses, training, weights
from core.precision import autocast
from core.sheets import sheet
from core.sketch_rnn import data, model
from core.sketch_rnn.model import SketchConfig, SketchRNN
from core.sketch_rnn.strokes import as_picture, stroke5_to_stroke3

COLUMNS = ("offset", "pen", "kl", "valid")
N_SHOWN, N_MOMENTS, FIRST_MOMENT = 24, 40, 10  # of the film: drawings on a frame, frames, and the first one's step
SHOWN_TEMPERATURE = 0.4
MEASURE_EVERY, N_MEASURED = 200, 200  # steps; held-out drawings
DIVERGED = 1.0  # nats a point over the best smoothed loss so far


@dataclass(frozen=True)
class Config:
    """A training run. The same config and data give the same weights on the same CPU."""

    n_steps: int = 20_000
    batch: int = 50
    told_nothing: float = 0.5  # share of a batch
    learning_rate: float = 4e-3  # at most
    largest_gradient: float = 1.0  # its norm
    kl_weight: float = 0.25  # w_KL
    kl_floor: float = 0.2  # KL_min, in nats for each number of the latent
    kl_at_first: float = 0.01  # η_min
    kl_rate: float = 0.999  # R, for each step
    average_decay: float = 0.999
    seed: int = 0
    network: SketchConfig = field(default_factory=SketchConfig)


PROFILES = {
    "cpu": Config(),
    "gpu": Config(n_steps=40_000, batch=100, network=SketchConfig(encoder_units=256, decoder_units=768)),
}


class Run:
    """Everything that one training holds, and that a checkpoint brings back."""

    def __init__(
        self, config: Config, drawings: Sequence[np.ndarray], held_out: Sequence[np.ndarray], device: torch.device
    ) -> None:
        """Drawings in units of paper, as core.sketch_rnn.data.load gives them."""
        self.config, self.device = config, device
        self.n_steps = config.n_steps
        self.scale = data.offset_scale(drawings)
        self.drawings = [data.scaled(drawing, 1 / self.scale) for drawing in drawings]
        self.lengths = np.array([len(drawing) for drawing in drawings])
        self.held_out = data.padded([data.scaled(drawing, 1 / self.scale) for drawing in held_out[:N_MEASURED]])
        torch.manual_seed(config.seed)
        self.model = SketchRNN(config.network).to(device)
        self.average = training.AveragedModel(self.model, config.average_decay)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.moments = training.moments(config.n_steps, N_MOMENTS, min(FIRST_MOMENT, config.n_steps))
        self.film: dict[int, Tensor] = {}  # step -> a frame, (height, width) uint8
        self.loss: float | None = None  # smoothed, nats a point
        self.best_loss = math.inf
        self.step = 0
        self._epoch, self._batches = -1, []

    def advance(self) -> dict[str, float]:
        """One step. Returns the losses. Raises core.training.DivergedError."""
        config = self.config
        training.seed_everything(config.seed, self.step)
        drawings = self._batch()  # (batch, rows, 5)
        for group in self.optimizer.param_groups:
            group["lr"] = config.learning_rate * learning_rate_share(self.step / self.n_steps)
        self.model.train()
        n_encoded = len(drawings) - round(config.told_nothing * len(drawings))
        with autocast(self.device):
            mean, log_std = self.model.encode(drawings[:n_encoded])
            latents = mean + log_std.exp() * torch.randn_like(mean)
            latents = torch.cat([latents, self.model.told_nothing(len(drawings) - n_encoded)])
            mixture, _ = self.model.decode(drawings[:, :-1], latents)
        offset, pen = (one.sum(1) for one in model.reconstruction_losses(mixture, drawings))
        kl = gan_losses.gaussian_kl(mean, log_std)
        loss = (offset + pen).mean() + n_encoded / len(drawings) * self._kl_term(kl)
        n_points = model.n_points(drawings)
        self.optimizer.zero_grad(set_to_none=True)
        (loss / n_points.float().mean()).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), config.largest_gradient)
        numbers = {
            "offset": offset.sum().item() / n_points.sum().item(),
            "pen": pen.sum().item() / n_points.sum().item(),
            "kl": kl.item(),
        }
        self._watch(numbers)
        self.optimizer.step()
        self.average.follow(self.model, self.step)
        self.step += 1
        if self.step % MEASURE_EVERY == 0 or self.step == self.n_steps:
            numbers["valid"] = self._measured()
        if self.step in self.moments:
            self.film[self.step] = torch.from_numpy(self._frame())
        return numbers

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "drawings": hashed(self.drawings),
            "step": self.step,
            "loss": self.loss,
            "best_loss": self.best_loss,
            "film": self.film,
            "model": self.model.state_dict(),
            "average": self.average.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config or to other drawings."""
        training.require_config(state, self.config)
        if state["drawings"] != hashed(self.drawings):
            raise ValueError("the checkpoint was made with other drawings")
        self.step, self.film = state["step"], state["film"]
        self.loss, self.best_loss = state["loss"], state["best_loss"]
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])

    def start_from(self, folder: Path) -> None:
        """Takes over weights that were shipped.

        Raises:
            core.weights.WeightsError: a file is missing or damaged.
            ValueError: they are of another size.
        """
        kept, config = weights.load_weights(folder)
        if training.as_stored(config["network"]) != training.as_stored(asdict(self.config.network)):
            raise ValueError(f"{folder} holds a network of another size: {config['network']}")
        self.model.load_state_dict(kept)
        self.average.model.load_state_dict(self.model.state_dict())

    def keep(self, folder: Path) -> None:
        """Writes the sheet, the film so far, and the averaged weights."""
        film.write_frame(folder, "sheet", self.step, self._sheet())
        for step, frame in self.film.items():
            film.write_frame(folder, "film", step, frame.numpy())
        self.save_weights(folder / "weights")

    def save_weights(self, folder: Path) -> None:
        """Writes the averaged weights, and the scale of the offsets, as they are shipped."""
        config = {"network": asdict(self.config.network), "scale": self.scale}
        weights.save_weights(folder, self.average.model.state_dict(), config)

    def _batch(self) -> Tensor:
        epoch, place = divmod(self.step, max(1, len(self.drawings) // self.config.batch))
        if epoch != self._epoch:
            random = np.random.default_rng([self.config.seed, epoch])
            self._epoch, self._batches = epoch, data.batches(self.lengths, self.config.batch, random)
        random = np.random.default_rng([self.config.seed, epoch, place])
        chosen = random.permutation(self._batches[place])  # the longer ones are not all encoded
        return data.padded([data.augmented(self.drawings[k], random) for k in chosen]).to(self.device)

    def _kl_term(self, kl: Tensor) -> Tensor:
        """w_KL η max(KL, KL_min)."""
        config = self.config
        eta = model.kl_weight(self.step, config.kl_at_first, config.kl_rate)
        return config.kl_weight * eta * kl.clamp(min=config.kl_floor * config.network.latent_size)

    def _watch(self, numbers: dict[str, float]) -> None:
        """Raises core.training.DivergedError before a bad step is taken."""
        if wrong := [name for name, value in numbers.items() if not math.isfinite(value)]:
            raise training.DivergedError(f"step {self.step}: {', '.join(wrong)} not finite")
        loss = numbers["offset"] + numbers["pen"]
        self.loss = loss if self.loss is None else 0.98 * self.loss + 0.02 * loss
        self.best_loss = min(self.best_loss, self.loss)
        if self.loss > self.best_loss + DIVERGED:
            raise training.DivergedError(f"step {self.step}: the loss is {self.loss:.3f}, was {self.best_loss:.3f}")

    @torch.inference_mode()
    def _measured(self) -> float:
        """Nats a point of held-out drawings, by the averaged decoder that is told nothing."""
        drawings, average = self.held_out.to(self.device), self.average.model
        mixture, _ = average.decode(drawings[:, :-1], average.told_nothing(len(drawings)))
        return float(sum(model.reconstruction_losses(mixture, drawings)).sum() / model.n_points(drawings).sum())

    def _frame(self) -> np.ndarray:
        """(height, width) uint8: always the same `N_SHOWN` drawings, if the network were always the same."""
        return sheet(self._drawn(self.average.model.told_nothing(N_SHOWN)), 8)

    def _sheet(self) -> np.ndarray:
        """The frame, and below it held-out drawings and how they come back from their latents, in turn by rows."""
        shown = self.held_out[:16]
        with torch.inference_mode():
            latents, _ = self.average.model.encode(shown.to(self.device))
        given, back = self._pictures(shown), self._drawn(latents)
        return np.concatenate([self._frame(), sheet(np.concatenate([given[:8], back[:8], given[8:], back[8:]]), 8)])

    def _drawn(self, latents: Tensor) -> np.ndarray:
        first = torch.tensor([0.0, 0, 1, 0, 0]).expand(len(latents), -1)
        noise = model.drawn_noise(len(latents), data.LONGEST, seed=0)
        rows = self.average.model.draw_on(first.to(self.device), latents, noise.to(self.device), SHOWN_TEMPERATURE)
        return self._pictures(torch.cat([first[:, None], rows.cpu()], dim=1))

    def _pictures(self, drawings: Tensor) -> np.ndarray:
        """(batch, rows, 5) scaled -> (batch, side, side) uint8."""
        return np.stack([as_picture(stroke5_to_stroke3(one.numpy()), scale=0.16 * self.scale) for one in drawings])


def learning_rate_share(done: float) -> float:
    """Of the peak, when `done` 0..1 of a run is over: up within a hundredth of the run, then down along a cosine."""
    return max(done / 0.01, 0.02) if done < 0.01 else 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))


def hashed(drawings: Sequence[np.ndarray]) -> str:
    """A fingerprint of the drawings of a run."""
    return hashlib.sha256(np.concatenate(drawings).tobytes()).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    config = training.planned(PROFILES[options.profile], options)
    try:
        device = torch.device(options.device or training.best_device())
        run = Run(config, data.load("train"), data.load("valid"), device)
        if not training.resume(run, options) and options.start_from:
            run.start_from(options.start_from)
    except (data.NoStrokesError, weights.WeightsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return training.follow(run, options, COLUMNS)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.sketch_rnn.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    training.add_options(parser)
    training.add_options_of_long_runs(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/sketch_rnn"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
