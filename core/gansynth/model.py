"""GANSynth's two networks: a generator that paints a note, and a discriminator that judges it and names its pitch.

Both follow GANSynth (Engel et al. 2019, arXiv 1902.08710) in what goes in and out, not in how they are built. Its
generator is two-dimensional convolutions over time and frequency. Here each frame is one vector whose channels are
free to mean any frequency, and the convolutions run along time alone: a harmonic stands where its pitch puts it, so
nothing is won by sliding one filter over all frequencies, and the work is a third. The sound still grows stage by
stage, from 4 frames of 16 bands to 128 of 512, each stage adding to what the one before has painted (output skips:
Karras et al. 2020, arXiv 1912.04958, section 4.1). Latent and pitch steer every layer by scale and shift (FiLM:
Perez et al. 2018, arXiv 1709.07871).
"""

import itertools
from dataclasses import dataclass
from typing import get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from core.gansynth.picture import Angle

LOWEST_PITCH, N_PITCHES = 24, 61  # MIDI 24 to 84
FIRST_FRAMES = 4
N_CHANNELS = 3  # of a picture (core.gansynth.picture)


@dataclass(frozen=True)
class GeneratorConfig:
    """What builds the generator again. Each stage has twice the frames and twice the bands of
    the one before; the first has 4 frames, the last 128 and `n_bins`. `angle` says what its pictures hold."""

    n_bins: int = 512
    latent_size: int = 24
    widths: tuple[int, ...] = (256, 256, 256, 256, 320, 352)
    n_blocks: tuple[int, ...] = (1, 1, 1, 1, 2, 2)
    style_size: int = 160
    angle: Angle = "frequency"

    def __post_init__(self) -> None:
        if self.angle not in get_args(Angle):
            raise ValueError(f"{self.angle!r} is no angle: wanted one of {get_args(Angle)}")


@dataclass(frozen=True)
class DiscriminatorConfig:
    """What builds the discriminator again."""

    n_bins: int = 512
    channels: tuple[int, ...] = (32, 64, 128, 256)
    projection_size: int = 128


class Generator(nn.Module):
    """Latents and pitches to pictures of notes."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        widths, style_size = config.widths, config.style_size
        self.config = config
        self.pitch = nn.Embedding(N_PITCHES, 64)
        self.style = nn.Sequential(
            nn.Linear(config.latent_size + 64, 256),
            nn.SiLU(),
            nn.Linear(256, 256),
            nn.SiLU(),
            nn.Linear(256, style_size),
            nn.SiLU(),
        )
        self.start = nn.Linear(style_size, widths[0] * FIRST_FRAMES)
        first_bins = config.n_bins >> (len(widths) - 1)
        self.stages = nn.ModuleList(
            Stage(before, width, n_blocks, first_bins << k, style_size)
            for k, (before, width, n_blocks) in enumerate(
                zip((widths[0], *widths[:-1]), widths, config.n_blocks, strict=True)
            )
        )
        self.scale = nn.Linear(style_size, N_CHANNELS * config.n_bins)
        self.shift = nn.Linear(style_size, N_CHANNELS * config.n_bins)

    def forward(self, latents: Tensor, pitches: Tensor) -> Tensor:
        """(batch, latent) about N(0, 1), (batch,) MIDI 24 to 84 -> (batch, 3, 128, bins), about -1..1."""
        return self.stages_of(latents, pitches)[-1]

    def stages_of(self, latents: Tensor, pitches: Tensor) -> list[Tensor]:
        """The picture as it grows: (batch, 3, 4, 16), (batch, 3, 8, 32) and so on up to (batch, 3, 128, bins)."""
        style = self.style(torch.cat([latents, self.pitch(pitches - LOWEST_PITCH)], dim=1))  # (batch, style)
        hidden = self.start(style).unflatten(1, (-1, FIRST_FRAMES))  # (batch, width, 4)
        pictures: list[Tensor] = []
        for stage in self.stages:
            if pictures:
                hidden = hidden.repeat_interleave(2, dim=2)  # (batch, width, 2 · frames)
            hidden, painted = stage(hidden, style)  # (batch, 3 · bins, frames)
            if stage is self.stages[-1]:
                painted = painted * (1 + self.scale(style).unsqueeze(2)) + self.shift(style).unsqueeze(2)
            painted = painted.unflatten(1, (N_CHANNELS, -1)).transpose(2, 3)  # (batch, 3, frames, bins)
            if pictures:
                painted = painted + pictures[-1].repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
            pictures.append(painted)
        return pictures


class Stage(nn.Module):
    """One resolution of the generator: residual blocks, and a layer that paints what this resolution adds."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int, n_bins: int, style_size: int) -> None:
        super().__init__()
        self.widen = nn.Conv1d(n_in, n_out, 1) if n_in != n_out else nn.Identity()
        self.blocks = nn.ModuleList(Block(n_out, style_size) for _ in range(n_blocks))
        self.paint = nn.Conv1d(n_out, N_CHANNELS * n_bins, 1)

    def forward(self, hidden: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, n_in, frames), (batch, style) -> (batch, n_out, frames), (batch, 3 · bins, frames)."""
        hidden = self.widen(hidden)
        for block in self.blocks:
            hidden = block(hidden, style)
        return hidden, self.paint(normalised(hidden))


class Block(nn.Module):
    """A residual convolution along time, scaled and shifted by the style."""

    def __init__(self, width: int, style_size: int) -> None:
        super().__init__()
        self.style = nn.Linear(style_size, 2 * width)
        self.convolution = nn.Conv1d(width, width, 3, padding=1)
        with torch.no_grad():
            self.convolution.weight.mul_(0.5)  # the sum of many blocks starts at the size of one

    def forward(self, hidden: Tensor, style: Tensor) -> Tensor:
        """(batch, width, frames), (batch, style) -> (batch, width, frames)."""
        scale, shift = self.style(style).unsqueeze(2).chunk(2, dim=1)
        return hidden + self.convolution(F.silu(normalised(hidden) * (1 + scale) + shift))


def normalised(hidden: Tensor) -> Tensor:
    """Each frame's vector brought to a mean square of 1 (pixel norm: Karras et al. 2018, arXiv 1710.10196, 4.2)."""
    return hidden * torch.rsqrt(hidden.float().square().mean(dim=1, keepdim=True) + 1e-6).to(hidden.dtype)


class Discriminator(nn.Module):
    """Judges pictures patch by patch, knowing which pitch was asked for, and says which pitch it sees.

    Spectral norm (Miyato et al. 2018, arXiv 1802.05957) and a projection of the pitch (Miyato and Koyama 2018,
    arXiv 1802.05637). Two-dimensional, so that it judges how a partial looks wherever it stands.
    """

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        layers = [spectral_norm(nn.Conv2d(N_CHANNELS, channels[0], (4, 8), (2, 4), (1, 2))), nn.LeakyReLU(0.2)]
        for n_in, n_out in itertools.pairwise(channels):
            layers += [spectral_norm(nn.Conv2d(n_in, n_out, 4, 2, 1)), nn.LeakyReLU(0.2)]
        layers += [spectral_norm(nn.Conv2d(channels[-1], channels[-1], 3, padding=1)), nn.LeakyReLU(0.2)]
        self.features = nn.Sequential(*layers)
        n_flat = channels[-1] * (config.n_bins >> (len(channels) + 1))
        self.score = spectral_norm(nn.Conv2d(channels[-1], 1, 1))
        self.project = spectral_norm(nn.Linear(n_flat, config.projection_size))
        self.asked = nn.Embedding(N_PITCHES, config.projection_size)
        self.pitch = nn.Linear(n_flat, N_PITCHES)

    def forward(self, pictures: Tensor, pitches: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 3, 128, bins), (batch,) MIDI -> logits of realness (batch, patches), of the pitch (batch, 61)."""
        features = self.features(pictures)  # (batch, channels, 8, bins / 32)
        over_time = features.mean(dim=2).flatten(1)
        asked = self.asked(pitches - LOWEST_PITCH)
        match = (self.project(over_time) * asked).mean(dim=1, keepdim=True) * asked.shape[1] ** 0.5
        return self.score(features).flatten(1) + match, self.pitch(over_time)
