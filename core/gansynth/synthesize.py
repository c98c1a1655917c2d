"""Playing the shipped GANSynth: from a latent and a pitch to the sound of a note.

python -m core.gansynth.synthesize --pitch 60 --seed 7 --out note.wav
"""

import argparse
import functools
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.io.wavfile
import torch
from torch import Tensor

from core import weights
from core.audio import notes as audio_notes
from core.audio import spectrogram
from core.gansynth.model import LOWEST_PITCH, N_PITCHES, Generator, GeneratorConfig
from core.gansynth.picture import REPRESENTATIONS, picture_to_spectrogram

FOLDER = weights.FOLDER / "gansynth"
HIGHEST_PITCH = LOWEST_PITCH + N_PITCHES - 1
N_SAMPLES = audio_notes.N_SAMPLES
PEAK = audio_notes.PEAK

_loading = threading.Lock()


class GanSynth:
    """A generator with what turns its pictures into sound.

    `instruments` names the recorded instruments it learnt, each with its velocity, and `places` (n, latent) says where
    in the latent space they lie.
    """

    def __init__(self, generator: Generator, instruments: Sequence[str], places: np.ndarray) -> None:
        self.generator = generator.eval().requires_grad_(False)
        self.instruments = tuple(instruments)
        self.places = places
        self.latent_size = generator.config.latent_size
        self.representation = REPRESENTATIONS[generator.config.n_bins]

    @torch.inference_mode()
    def spectrograms(self, latents: np.ndarray, pitches: np.ndarray) -> Tensor:
        """(batch, latent), (batch,) MIDI 24 to 84 -> (batch, 2, 128, bins). Raises ValueError."""
        latents = np.asarray(latents, dtype=np.float32)
        pitches = np.asarray(pitches)
        if latents.ndim != 2 or latents.shape[1] != self.latent_size or not np.isfinite(latents).all():
            raise ValueError(f"latents of shape {latents.shape}, wanted finite (batch, {self.latent_size})")
        if pitches.shape != latents.shape[:1] or not np.issubdtype(pitches.dtype, np.integer):
            raise ValueError(f"pitches of shape {pitches.shape} {pitches.dtype}, wanted whole ({len(latents)},)")
        if pitches.size and not (pitches.min() >= LOWEST_PITCH and pitches.max() <= HIGHEST_PITCH):
            raise ValueError(
                f"pitches from {pitches.min()} to {pitches.max()}, wanted {LOWEST_PITCH} to {HIGHEST_PITCH}"
            )
        pictures = self.generator(torch.from_numpy(latents), torch.from_numpy(pitches.astype(np.int64)))
        return picture_to_spectrogram(pictures)

    @torch.inference_mode()
    def notes(self, latents: np.ndarray, pitches: np.ndarray) -> np.ndarray:
        """(batch, latent), (batch,) MIDI 24 to 84 -> (batch, 64000) float32 at 16 kHz with a peak of 0.9.

        Three seconds are held, one is release, as in NSynth. Raises ValueError.
        """
        spectrograms = self.spectrograms(latents, pitches)
        if not len(spectrograms):
            return np.zeros((0, N_SAMPLES), np.float32)
        waves = spectrogram.spectrograms_to_waves(spectrograms, self.representation)
        return finished(waves).numpy()


def finished(waves: Tensor) -> Tensor:
    """(batch, samples) without what is below hearing (a mean), brought to a peak of 0.9, faded out within 10 ms."""
    waves = waves - waves.mean(dim=1, keepdim=True)
    waves = waves * (PEAK / waves.abs().amax(dim=1, keepdim=True).clamp_min(1e-6))
    waves[:, -audio_notes.N_FADE :] *= torch.linspace(1, 0, audio_notes.N_FADE)
    return waves


def load() -> GanSynth:
    """The shipped model, loaded once, when it is first asked for.

    Raises:
        core.weights.WeightsError: its files are missing or damaged.
    """
    with _loading:
        return load_from(FOLDER)


@functools.cache
def load_from(folder: Path) -> GanSynth:
    """The model in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    try:
        generator = Generator(GeneratorConfig(**config["generator"]))
        places = tensors.pop("instruments.mean").float().numpy()
        tensors.pop("instruments.log_std")
        generator.load_state_dict(tensors)
        return GanSynth(generator, config["instruments"], places)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise weights.DamagedWeightsError(f"{folder} does not hold a GANSynth: {error}") from error


def notes(latents: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """`GanSynth.notes` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().notes(latents, pitches)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m core.gansynth.synthesize", description="Play one note of an instrument drawn at random."
    )
    parser.add_argument("--pitch", type=int, default=60, help=f"MIDI {LOWEST_PITCH} to {HIGHEST_PITCH}")
    parser.add_argument("--seed", type=int, default=0, help="which instrument")
    parser.add_argument("--out", type=Path, default=Path("note.wav"))
    options = parser.parse_args(arguments)
    try:
        model = load()
        latent = np.random.default_rng(options.seed).standard_normal((1, model.latent_size))
        wave = model.notes(latent, np.array([options.pitch]))[0]
    except (ValueError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    scipy.io.wavfile.write(options.out, audio_notes.SAMPLE_RATE, audio_notes.to_int16(wave))
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
