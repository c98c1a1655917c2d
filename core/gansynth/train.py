"""Trains GANSynth: from a bare checkout to a generator that plays, one command.

    python -m core.gansynth.train                       # two CPU cores, 50 minutes where nothing else runs
    python -m core.gansynth.train --profile gpu --minutes 9 --start-from assets/weights/gansynth
    python -m core.gansynth.train --angle phase --out runs/gansynth-phase    # the twin that shows why not the phase

Data: the notes in `runs/notes` (`--notes` names another folder in NSynth's format), rendered there first where it is
empty: that takes half a minute and needs `pip install --no-deps tinysoundfont` and a soundfont (`--soundfont`).
Everything goes to `--out`: `checkpoint.pt` each minute, `losses.csv`, and every few minutes a sheet of spectrograms and
a file of sounds, always of the same latents and pitches; at the end the weights, `generator` and `discriminator`.
Killed at any moment, it goes on with `--resume`. Losses that are not finite, or an error that grows to several times
its best, end it with a message; the last good checkpoint stays.

How it learns: each instrument at each velocity owns a place in the latent space, a Gaussian that is learnt too
(generative latent optimization: Bojanowski et al. 2018, arXiv 1707.05776; with the spread and the pull towards N(0, 1)
of Kingma and Welling 2013, arXiv 1312.6114). From there the generator must paint that instrument's notes, all over the
keyboard: so latents mean timbres. Latents drawn from N(0, 1), between the instruments, have no right answer: there,
and on the painted notes too, the discriminator judges whether it could be a recording (hinge loss) and names the
pitch.
A GAN alone, on two cores, found one timbre (arXiv 1512.09300 mixes the two losses for pictures in the same way).
"""

import argparse
import hashlib
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import get_args

import numpy as np
import scipy.io.wavfile
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import gan_losses, training, weights
from core.audio import notes, spectrogram
from core.gansynth import data
from core.gansynth.model import LOWEST_PITCH, Discriminator, DiscriminatorConfig, Generator, GeneratorConfig
from core.gansynth.picture import REPRESENTATIONS, Angle, picture_to_spectrogram
from core.precision import autocast

SHEET_PITCHES = (36, 48, 60, 72)
N_SHEET_LATENTS = 8
COLUMNS = ("magnitude", "angle", "overstep", "kl", "judging", "real_pitch", "fooling", "pitch")
DIVERGED = 4.0  # times the best smoothed error so far


@dataclass(frozen=True)
class Config:
    """A training run. The same config and data give the same weights on the same CPU."""

    n_steps: int = 10_400
    batch: int = 16
    n_judged: int = 8  # of the painted notes, and as many from drawn latents
    learning_rate: float = 1.5e-3
    latent_learning_rate: float = 7.5e-3
    discriminator_learning_rate: float = 4e-4
    adversary_from: float = 0.775  # of the run: before, there is nothing worth a judgement
    adversary_rise: int = 500  # steps until its full weight: it must first learn to judge
    magnitude_weight: float = 10.0
    angle_weight: float = 5.0
    overstep_weight: float = 10.0
    adversary_weight: float = 0.03
    pitch_weight: float = 0.03
    kl_weight: float = 5e-4
    average_decay: float = 0.999
    seed: int = 0
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    discriminator: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)


PROFILES = {"cpu": Config(), "gpu": Config(batch=64, n_judged=32)}


class InstrumentLatents(nn.Module):
    """A Gaussian in the latent space for each instrument: means and logarithms of standard deviations."""

    def __init__(self, n_instruments: int, latent_size: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(0.7 * torch.randn(n_instruments, latent_size))
        self.log_std = nn.Parameter(torch.full((n_instruments, latent_size), -2.0))

    def forward(self, instrument: Tensor) -> tuple[Tensor, Tensor]:
        """(batch,) -> a latent drawn for each, (batch, latent), and their divergence from N(0, 1) in nats."""
        mean, log_std = self.mean[instrument], self.log_std[instrument]
        return mean + log_std.exp() * torch.randn_like(mean), gan_losses.gaussian_kl(mean, log_std)


class Run:
    """Everything that one training holds, and that a checkpoint brings back."""

    def __init__(self, config: Config, pictures: data.NotePictures, device: torch.device) -> None:
        self.config, self.pictures, self.device = config, pictures, device
        self.n_steps = config.n_steps
        torch.manual_seed(config.seed)
        self.generator = Generator(config.generator).to(device)
        self.discriminator = Discriminator(config.discriminator).to(device)
        self.instruments = InstrumentLatents(len(pictures.instruments), config.generator.latent_size).to(device)
        self.average = training.AveragedModel(self.generator, config.average_decay)
        self.optimizer = torch.optim.Adam(
            [
                {"params": list(self.generator.parameters()), "peak": config.learning_rate},
                {"params": list(self.instruments.parameters()), "peak": config.latent_learning_rate},
            ],
            betas=(0.9, 0.99),
        )
        self.discriminator_optimizer = torch.optim.Adam(
            [{"params": list(self.discriminator.parameters()), "peak": config.discriminator_learning_rate}],
            betas=(0.0, 0.99),
        )
        self.step = 0
        self.error: float | None = None  # smoothed
        self.best_error = math.inf

    def advance(self) -> dict[str, float]:
        """One step of both networks. Returns the losses. Raises core.training.DivergedError."""
        config = self.config
        randomness = training.seed_everything(config.seed, self.step)
        self._set_learning_rates()
        chosen = torch.randint(len(self.pictures), (config.batch,), generator=randomness)
        real = self.pictures.pictures[chosen.to(self.pictures.pictures.device)].to(self.device).float()
        pitches = self.pictures.pitches[chosen].to(self.device)
        latents, kl = self.instruments(self.pictures.instrument[chosen].to(self.device))
        judging_for = self.step - int(config.adversary_from * config.n_steps)
        judged = config.n_judged if judging_for >= 0 else 0
        drawn = torch.randn(judged, latents.shape[1], device=self.device)
        asked = torch.cat([pitches, pitches[:judged]])
        with autocast(self.device):
            painted = self.generator(torch.cat([latents, drawn]), asked)
        painted = painted.float()
        losses = reconstruction_losses(painted[: config.batch], real, config.generator.angle)
        losses |= {"overstep": overstep_loss(painted), "kl": kl}
        loss = (
            config.magnitude_weight * losses["magnitude"]
            + config.angle_weight * losses["angle"]
            + config.overstep_weight * losses["overstep"]
            + config.kl_weight * kl
        )
        if judged:
            fake = torch.cat([painted[:judged], painted[config.batch :]])
            fake_pitches = torch.cat([asked[:judged], asked[config.batch :]])
            losses |= self._train_discriminator(real, pitches, fake.detach(), fake_pitches)
            losses |= self._judge(fake, fake_pitches)
            rise = min(1.0, judging_for / config.adversary_rise)
            loss = loss + rise * (config.adversary_weight * losses["fooling"] + config.pitch_weight * losses["pitch"])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        numbers = {name: value.item() for name, value in losses.items()}
        self._watch(numbers)
        self.optimizer.step()
        self.average.follow(self.generator, self.step)
        self.step += 1
        return numbers

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "names": hashed(self.pictures.names),
            "step": self.step,
            "error": self.error,
            "best_error": self.best_error,
            "generator": self.generator.state_dict(),
            "average": self.average.model.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "instruments": self.instruments.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "discriminator_optimizer": self.discriminator_optimizer.state_dict(),
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config or to other notes."""
        training.require_config(state, self.config)
        if state["names"] != hashed(self.pictures.names):
            raise ValueError("the checkpoint was made with other notes")
        self.step, self.error, self.best_error = state["step"], state["error"], state["best_error"]
        for part in ("generator", "discriminator", "instruments", "optimizer", "discriminator_optimizer"):
            getattr(self, part).load_state_dict(state[part])
        self.average.model.load_state_dict(state["average"])

    def start_from(self, folder: Path) -> None:
        """Takes over weights that were shipped: generator, discriminator, and the places of instruments known there.

        Raises:
            core.weights.WeightsError: a file is missing or damaged.
            ValueError: they are of another size.
        """
        generator, config = weights.load_weights(folder)
        discriminator, judge_config = weights.load_weights(folder / "discriminator")
        places = {name: generator.pop(f"instruments.{name}").float() for name in ("mean", "log_std")}
        with weights.must_hold(folder, "a GANSynth"):
            stored = training.as_stored(asdict(GeneratorConfig(**config["generator"])))
        if stored != training.as_stored(asdict(self.config.generator)):
            raise ValueError(f"{folder} holds a generator of another size or kind: {stored}")
        if training.as_stored(judge_config["discriminator"]) != training.as_stored(asdict(self.config.discriminator)):
            raise ValueError(f"{folder} holds a discriminator of another size: {judge_config['discriminator']}")
        self.generator.load_state_dict(generator)
        self.average.model.load_state_dict(generator)
        self.discriminator.load_state_dict(discriminator)
        with torch.no_grad():
            for place, name in enumerate(self.pictures.instruments):
                if name in config["instruments"]:
                    known = config["instruments"].index(name)
                    self.instruments.mean[place] = places["mean"][known]
                    self.instruments.log_std[place] = places["log_std"][known]

    def keep(self, folder: Path) -> None:
        """Writes a sheet, sounds and the weights."""
        write_sheet(self, folder)
        self.save_weights(folder / "weights")

    def save_weights(self, folder: Path) -> None:
        """Writes the averaged generator, the instruments' places, and the discriminator, as they are shipped."""
        places = {f"instruments.{name}": value for name, value in self.instruments.state_dict().items()}
        names = {"instruments": list(self.pictures.instruments)}
        weights.save_weights(
            folder,
            self.average.model.state_dict() | places,
            {"generator": asdict(self.config.generator)} | names,
        )
        weights.save_weights(
            folder / "discriminator",
            self.discriminator.state_dict(),
            {"discriminator": asdict(self.config.discriminator)},
        )

    def _train_discriminator(self, real: Tensor, pitches: Tensor, fake: Tensor, asked: Tensor) -> dict[str, Tensor]:
        with autocast(self.device):
            real_logits, real_pitches = self.discriminator(real, pitches)
            fake_logits, _ = self.discriminator(fake, asked)
        hinge = gan_losses.hinge_discriminator_loss(real_logits.float(), fake_logits.float())
        names_pitch = F.cross_entropy(real_pitches.float(), pitches - LOWEST_PITCH)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        (hinge + names_pitch).backward()
        self.discriminator_optimizer.step()
        return {"judging": hinge.detach(), "real_pitch": names_pitch.detach()}

    def _judge(self, fake: Tensor, asked: Tensor) -> dict[str, Tensor]:
        self.discriminator.requires_grad_(False)
        with autocast(self.device):
            logits, named = self.discriminator(fake, asked)
        self.discriminator.requires_grad_(True)
        pitch = F.cross_entropy(named.float(), asked - LOWEST_PITCH)
        return {"fooling": gan_losses.hinge_generator_loss(logits.float()), "pitch": pitch}

    def _set_learning_rates(self) -> None:
        share = learning_rate_share(self.step / self.config.n_steps, self.config.adversary_from)
        for optimizer in (self.optimizer, self.discriminator_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * share

    def _watch(self, numbers: dict[str, float]) -> None:
        """Raises core.training.DivergedError before a bad step is taken."""
        if wrong := [name for name, value in numbers.items() if not math.isfinite(value)]:
            raise training.DivergedError(f"step {self.step}: {', '.join(wrong)} not finite")
        error = numbers["magnitude"]
        self.error = error if self.error is None else 0.98 * self.error + 0.02 * error
        self.best_error = min(self.best_error, self.error)
        if self.error > DIVERGED * self.best_error:
            raise training.DivergedError(
                f"step {self.step}: the error is {self.error:.3f}, it was {self.best_error:.3f}"
            )


def reconstruction_losses(painted: Tensor, real: Tensor, angle: Angle = "frequency") -> dict[str, Tensor]:
    """How far painted notes (batch, 3, frames, bins) are from the recorded ones: mean absolute errors of the log
    magnitude and of the angle on its circle (of the IF from frame 1 on: frame 0 holds the phase at which a recording
    happens to start)."""
    first = 1 if angle == "frequency" else 0
    return {
        "magnitude": (painted[:, 0] - real[:, 0]).abs().mean(),
        "angle": (painted[:, 1:, first:] - real[:, 1:, first:]).abs().sum(dim=1).mean(),
    }


def overstep_loss(painted: Tensor) -> Tensor:
    """By how much pictures (batch, 3, frames, bins) leave -1..1, on average. No picture of a sound does; an adversary
    that likes loud beginnings would have them ever louder."""
    return F.relu(painted.abs() - 1).mean()


def learning_rate_share(done: float, adversary_from: float) -> float:
    """Of the peak, when `done` 0..1 of a run is over: up within a hundredth of the run, level, then down along a cosine
    to a twentieth where the adversary comes; a quarter with the adversary, down along a cosine to a hundredth."""
    if done < adversary_from:
        falling = max(0.0, 2 * done / adversary_from - 1)
        return min(1.0, (done + 1e-4) / 0.01) * _cosine(1.0, 0.05, falling)
    return _cosine(0.25, 0.01, (done - adversary_from) / (1 - adversary_from))


def _cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * done))


@torch.inference_mode()
def sheet(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """The averaged generator's notes of always the same latents: a picture (rows, columns) uint8, magnitude above IF,
    a row a pitch and a column a latent, and the sounds one after the other, (samples,) within -1..1."""
    randomness = torch.Generator().manual_seed(0)
    latents = torch.randn(N_SHEET_LATENTS, run.config.generator.latent_size, generator=randomness)
    latents = latents.repeat(len(SHEET_PITCHES), 1).to(run.device)
    pitches = torch.tensor(SHEET_PITCHES).repeat_interleave(N_SHEET_LATENTS).to(run.device)
    pictures = run.average.model(latents, pitches)
    spectrograms = picture_to_spectrogram(pictures, run.config.generator.angle)
    shown = torch.stack([(pictures[:, 0] + 1) / 2, (spectrograms[:, 1] + 1) / 2], dim=1).clamp(0, 1)
    shown = F.avg_pool2d(shown, (1, shown.shape[3] // 256)).flip(3).transpose(2, 3)  # (notes, 2, 256, 128)
    rows = shown.unflatten(0, (len(SHEET_PITCHES), N_SHEET_LATENTS)).permute(0, 2, 3, 1, 4).flatten(3).flatten(0, 2)
    waves = spectrogram.spectrograms_to_waves(spectrograms, REPRESENTATIONS[run.config.generator.n_bins])
    waves = waves / waves.abs().amax(dim=1, keepdim=True).clamp_min(1e-6) * notes.PEAK
    return (rows * 255).byte().cpu().numpy(), waves.flatten().cpu().numpy()


def write_sheet(run: Run, folder: Path) -> None:
    """Writes the sheet as PNG, where Pillow is there, and the sounds as WAV."""
    rows, sound = sheet(run)
    folder.mkdir(parents=True, exist_ok=True)
    scipy.io.wavfile.write(folder / f"sounds-{run.step:06d}.wav", notes.SAMPLE_RATE, notes.to_int16(sound))
    try:
        from PIL import Image
    except ImportError:
        return
    Image.fromarray(rows).save(folder / f"sheet-{run.step:06d}.png")


def hashed(names: Sequence[str]) -> str:
    """A fingerprint of the notes of a run."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def load_pictures(folder: Path, config: GeneratorConfig, soundfont: Path | None) -> data.NotePictures:
    """The training notes of a folder, which is rendered first where it is empty, as this generator paints them.

    Raises:
        core.audio.notes.CannotRenderError: there is nothing to render them with.
    """
    if not (folder / "examples.json").is_file():
        notes.render_notes(folder, soundfont=soundfont)
    training_notes, _ = notes.split(data.different(notes.read_notes(folder)))
    return data.load(training_notes, config.n_bins, angle=config.angle)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    options = parse(arguments)
    config = training.planned(PROFILES[options.profile], options)
    config = replace(config, generator=replace(config.generator, angle=options.angle))
    try:
        pictures = load_pictures(options.notes, config.generator, options.soundfont)
        run = Run(config, pictures, torch.device(options.device or training.best_device()))
        if not training.resume(run, options) and options.start_from:
            run.start_from(options.start_from)
    except (notes.CannotRenderError, weights.WeightsError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return training.follow(run, options, COLUMNS)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command's options."""
    parser = argparse.ArgumentParser(prog="python -m core.gansynth.train", description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default="cpu")
    parser.add_argument(
        "--angle", choices=get_args(Angle), default="frequency", help="what is painted beside magnitude"
    )
    training.add_options(parser)
    training.add_options_of_long_runs(parser)
    parser.add_argument("--notes", type=Path, default=Path("runs/notes"), help="a folder in NSynth's format")
    parser.add_argument("--soundfont", type=Path, help="an .sf2 or .sf3 file to render the notes from")
    parser.add_argument("--out", type=Path, default=Path("runs/gansynth"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
