"""What GANSynth's networks see of a note: its spectrogram as a picture of three channels, all within -1..1.

Channel 0 is the log magnitude, from `QUIET` (80 dB below a full-scale sine, -1) up to the loudest (1). Channels 1 and 2
are the cosine and sine of an angle, so that its two ends, which mean the same, are neighbours; they fade to 0 between
`HEARD` and `QUIET`, where nobody hears the angle and it is noise that no network need learn. The angle is the
instantaneous frequency; for the twin that shows why, it is the phase itself.
"""

import math
from typing import Literal

import torch
from torch import Tensor

from core.audio import phase, spectrogram

Angle = Literal["frequency", "phase"]
"""What channels 1 and 2 hold: the instantaneous frequency or the phase."""

REPRESENTATIONS = {
    256: spectrogram.COMPLEX_MEL_256,
    512: spectrogram.COMPLEX_MEL_512,
    1024: spectrogram.COMPLEX_MEL_1024,
}
"""By the number of bands."""

QUIET = -0.45  # of channel 0 of a spectrogram: |STFT| 0.044
HEARD = -0.15  # |STFT| 0.36
SILENT = 0.01  # above QUIET: what a picture means by silence


def spectrogram_to_picture(spectrograms: Tensor, angle: Angle = "frequency") -> Tensor:
    """(batch, 2, frames, bins) of core.audio.spectrogram to (batch, 3, frames, bins) within -1..1."""
    level, frequency = spectrograms.unbind(dim=1)
    audible = ((level - QUIET) / (HEARD - QUIET)).clamp(0, 1)
    turned = math.pi * frequency
    if angle == "phase":
        turned = phase.wrap(phase.instantaneous_frequency_to_phase(frequency)).to(frequency.dtype)
    magnitude = ((level - QUIET) / (1 - QUIET) * 2 - 1).clamp(-1, 1)
    return torch.stack([magnitude, audible * torch.cos(turned), audible * torch.sin(turned)], dim=1)


def picture_to_spectrogram(pictures: Tensor, angle: Angle = "frequency") -> Tensor:
    """(batch, 3, frames, bins), also what a generator gives that oversteps -1..1, to (batch, 2, frames, bins)."""
    magnitude, cosine, sine = pictures.float().unbind(dim=1)
    level = (magnitude.clamp(-1, 1) + 1) / 2 * (1 - QUIET) + QUIET
    level = torch.where(level <= QUIET + SILENT, torch.full_like(level, -1.0), level)
    turned = torch.atan2(sine, cosine)
    frequency = phase.phase_to_instantaneous_frequency(turned) if angle == "phase" else turned / math.pi
    return torch.stack([level, frequency], dim=1)
