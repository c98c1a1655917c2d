"""What GANSynth's networks see of a note: its spectrogram as a picture of three channels, all within -1..1.

Channel 0 is the log magnitude, from `QUIET` (80 dB below a full-scale sine, -1) up to the loudest (1). Channels 1 and 2
are the cosine and sine of the instantaneous frequency, so that 1 and -1 (the same IF) are neighbours; they fade to 0
between `HEARD` and `QUIET`, where nobody hears the IF and it is noise that no network need learn.
"""

import math

import torch
from torch import Tensor

from core.audio import spectrogram

REPRESENTATIONS = {
    256: spectrogram.COMPLEX_MEL_256,
    512: spectrogram.COMPLEX_MEL_512,
    1024: spectrogram.COMPLEX_MEL_1024,
}
"""By the number of bands."""

QUIET = -0.45  # of channel 0 of a spectrogram: |STFT| 0.044
HEARD = -0.15  # |STFT| 0.36
SILENT = 0.01  # above QUIET: what a picture means by silence


def spectrogram_to_picture(spectrograms: Tensor) -> Tensor:
    """(batch, 2, frames, bins) of core.audio.spectrogram to (batch, 3, frames, bins) within -1..1."""
    level, frequency = spectrograms.unbind(dim=1)
    audible = ((level - QUIET) / (HEARD - QUIET)).clamp(0, 1)
    angle = math.pi * frequency
    magnitude = ((level - QUIET) / (1 - QUIET) * 2 - 1).clamp(-1, 1)
    return torch.stack([magnitude, audible * torch.cos(angle), audible * torch.sin(angle)], dim=1)


def picture_to_spectrogram(pictures: Tensor) -> Tensor:
    """(batch, 3, frames, bins), also what a generator gives that oversteps -1..1, to (batch, 2, frames, bins)."""
    magnitude, cosine, sine = pictures.float().unbind(dim=1)
    level = (magnitude.clamp(-1, 1) + 1) / 2 * (1 - QUIET) + QUIET
    level = torch.where(level <= QUIET + SILENT, torch.full_like(level, -1.0), level)
    return torch.stack([level, torch.atan2(sine, cosine) / math.pi], dim=1)
