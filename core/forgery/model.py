"""The networks of the counterfeiting: a forger of digits, the discriminator it learns from, and the judges.

Forger and discriminator know which digit is meant, the discriminator by projection (Miyato and Koyama 2018, arXiv
1802.05637). A judge does not: it sees a picture and says how real it looks, whatever it shows.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.digits.data import N_CLASSES

FIRST_SIDE = 7
SLOPE = 0.2  # of leaky rectifiers


@dataclass(frozen=True)
class ForgerConfig:
    """What builds the forger again."""

    latent_size: int = 32
    channels: tuple[int, int, int] = (96, 64, 32)  # at 7, 14 and 28 pixels


@dataclass(frozen=True)
class JudgeConfig:
    """What builds a judge again, and the discriminator, which has its shape."""

    channels: tuple[int, int, int] = (24, 48, 96)  # at 28, 14 and 7 pixels


class DigitForger(nn.Module):
    """Latents and wanted digits to pictures."""

    def __init__(self, config: ForgerConfig) -> None:
        super().__init__()
        self.config = config
        first, second, third = config.channels
        self.digit = nn.Embedding(N_CLASSES, config.latent_size)
        self.start = nn.Linear(2 * config.latent_size, first * FIRST_SIDE**2, bias=False)
        self.grow = nn.Sequential(
            *_normalised(first),
            nn.ConvTranspose2d(first, second, 4, stride=2, padding=1, bias=False),
            *_normalised(second),  # (batch, second, 14, 14)
            nn.ConvTranspose2d(second, third, 4, stride=2, padding=1, bias=False),
            *_normalised(third),  # (batch, third, 28, 28)
            nn.Conv2d(third, 1, 3, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, latents: Tensor, digits: Tensor) -> Tensor:
        """(batch, latent) from N(0, 1), (batch,) 0..9 -> (batch, 28, 28) within 0..1, ink bright on dark."""
        hidden = self.start(torch.cat([latents, self.digit(digits)], dim=1))
        return self.grow(hidden.unflatten(1, (-1, FIRST_SIDE, FIRST_SIDE))).squeeze(1)


class DigitJudge(nn.Module):
    """Pictures to one logit each: higher for what looks more like a digit that somebody wrote."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        self.config = config
        first, second, third = config.channels
        self.features = nn.Sequential(
            nn.Conv2d(1, first, 3, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(first, second, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),  # (batch, second, 14, 14)
            nn.Conv2d(second, third, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),  # (batch, third, 7, 7)
            nn.Conv2d(third, third, 3, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(third, third, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Flatten(),  # (batch, third · 9)
        )
        self.score = nn.Linear(third * 9, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 28, 28) within 0..1 -> (batch,) logits."""
        return self.score(self.seen(images)).squeeze(1)

    def seen(self, images: Tensor) -> Tensor:
        """(batch, 28, 28) within 0..1 -> (batch, third · 9) what it goes by."""
        return self.features(2 * images.unsqueeze(1) - 1)


class DigitDiscriminator(DigitJudge):
    """A judge who is told which digit it is meant to be; the forger learns from this one."""

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__(config)
        self.digit = nn.Embedding(N_CLASSES, self.score.in_features)
        nn.init.normal_(self.digit.weight, std=self.score.in_features**-0.5)

    def forward(self, images: Tensor, digits: Tensor) -> Tensor:
        """(batch, 28, 28) within 0..1, (batch,) 0..9 -> (batch,) logits."""
        seen = self.seen(images)
        return self.score(seen).squeeze(1) + (seen * self.digit(digits)).sum(dim=1)


def _normalised(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU()]
