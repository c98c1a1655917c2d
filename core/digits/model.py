"""The digit classifier: eight 3 × 3 convolutions at three resolutions, and one linear layer that knows where."""

from dataclasses import dataclass

import torch
from torch import nn

from core.digits.data import N_CLASSES

PIXEL_MEAN, PIXEL_STD = 0.1307, 0.3081  # of the 60,000 training digits


@dataclass(frozen=True)
class ClassifierConfig:
    """What builds the network again."""

    channels: tuple[int, int, int] = (32, 64, 112)
    dropout: float = 0.3


class DigitClassifier(nn.Module):
    """Pictures of digits to logits."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        first, second, third = config.channels
        self.features = nn.Sequential(
            *_convolution(1, first),
            *_convolution(first, first),
            nn.MaxPool2d(2),  # (batch, first, 14, 14)
            *_convolution(first, second),
            *_convolution(second, second),
            nn.MaxPool2d(2),  # (batch, second, 7, 7)
            *_convolution(second, third),
            *_convolution(third, third),
            *_convolution(third, third, padding=0),  # (batch, third, 5, 5)
            *_convolution(third, third, padding=0),  # (batch, third, 3, 3)
        )
        self.dropout = nn.Dropout(config.dropout)
        self.logits = nn.Linear(9 * third, N_CLASSES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(batch, 28, 28) float 0..1 -> (batch, 10) logits."""
        standard = ((images - PIXEL_MEAN) / PIXEL_STD).unsqueeze(1)  # (batch, 1, 28, 28)
        return self.logits(self.dropout(self.features(standard).flatten(1)))


def _convolution(n_in: int, n_out: int, padding: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, 3, padding=padding, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()]
