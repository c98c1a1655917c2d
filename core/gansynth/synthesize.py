"""Playing the shipped GANSynth: a note from a latent and a pitch, or a whole piece.

python -m core.gansynth.synthesize --pitch 60 --seed 7 --out note.wav
python -m core.gansynth.synthesize --midi in.mid --out out.wav --seconds-per-instrument 5 --seed 7
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
from tqdm import tqdm

from core import weights
from core.audio import midi as midi_files
from core.audio import notes as audio_notes
from core.audio import spectrogram
from core.gansynth import perform as performing
from core.gansynth.model import LOWEST_PITCH, N_PITCHES, Generator, GeneratorConfig
from core.gansynth.picture import REPRESENTATIONS, picture_to_spectrogram

FOLDER = weights.FOLDER / "gansynth"
HIGHEST_PITCH = LOWEST_PITCH + N_PITCHES - 1
N_SAMPLES = audio_notes.N_SAMPLES
PEAK = audio_notes.PEAK
N_FADE_IN = 3 * audio_notes.SAMPLE_RATE // 1000

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
        return picture_to_spectrogram(pictures, self.generator.config.angle)

    @torch.inference_mode()
    def growth(self, latent: np.ndarray, pitch: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """A note as it grows: for each stage of the generator its magnitudes, (4, 16) up to (128, bins), from 0 for
        quiet to 1, and its sound, (64000,): these magnitudes enlarged, with the last stage's IF (a coarse IF enlarged
        is only noise)."""
        stages = self.generator.stages_of(
            torch.from_numpy(np.asarray(latent, np.float32)[None]), torch.tensor([pitch], dtype=torch.int64)
        )
        last = stages[-1]
        grown = []
        for picture in stages:
            enlarged = torch.nn.functional.interpolate(picture[:, :1], last.shape[2:])
            painted = torch.cat([enlarged, last[:, 1:]], dim=1)
            sound = picture_to_spectrogram(painted, self.generator.config.angle)
            wave = finished(spectrogram.spectrograms_to_waves(sound, self.representation))[0]
            grown.append((((picture[0, 0] + 1) / 2).clamp(0, 1).numpy(), wave.numpy()))
        return grown

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
    """(batch, samples) without a mean, brought to a peak of 0.9, faded in within 3 ms and out within 10."""
    waves = waves - waves.mean(dim=1, keepdim=True)
    waves = waves * (PEAK / waves.abs().amax(dim=1, keepdim=True).clamp_min(1e-6))
    waves[:, :N_FADE_IN] *= torch.linspace(0, 1, N_FADE_IN)
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
    with weights.must_hold(folder, "a GANSynth"):
        generator = Generator(GeneratorConfig(**config["generator"]))
        places = tensors.pop("instruments.mean").float().numpy()
        tensors.pop("instruments.log_std")
        generator.load_state_dict(tensors)
        return GanSynth(generator, config["instruments"], places)


def notes(latents: np.ndarray, pitches: np.ndarray) -> np.ndarray:
    """`GanSynth.notes` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().notes(latents, pitches)


def perform(
    midi: Path | str | bytes,
    latents: np.ndarray,
    seconds_per_instrument: float,
    out_of_range: performing.OutOfRange = "fold",
) -> tuple[np.ndarray, performing.Report]:
    """A MIDI file, its path or its bytes, played by the shipped model: (samples,) at 16 kHz with a peak of 0.9, and a
    report of what was left out. `core.gansynth.perform.perform` says the rest.

    Raises:
        core.audio.midi.MidiError: the file cannot be played.
        OSError: the path is none.
        ValueError: latents of another shape, seconds not above 0.
        core.weights.WeightsError
    """
    score = midi_files.read(midi)
    *_, done = performing.perform(load().notes, score, latents, seconds_per_instrument, out_of_range)
    return done.wave, done.report


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m core.gansynth.synthesize",
        description="Play a note, or a piece, on instruments drawn at random.",
    )
    parser.add_argument("--pitch", type=int, default=60, help=f"of one note, MIDI {LOWEST_PITCH} to {HIGHEST_PITCH}")
    parser.add_argument("--midi", type=Path, help="a MIDI file to play instead")
    parser.add_argument("--seconds-per-instrument", type=float, default=5.0)
    parser.add_argument("--instruments", type=int, default=8, help="how many the piece goes through, round and round")
    parser.add_argument("--leave-out", action="store_true", help="notes out of range, instead of folding them")
    parser.add_argument("--seed", type=int, default=0, help="which instruments")
    parser.add_argument("--out", type=Path, default=Path("note.wav"))
    options = parser.parse_args(arguments)
    random = np.random.default_rng(options.seed)
    try:
        if options.midi:
            wave = _piece(options, random)
        else:
            wave = notes(random.standard_normal((1, load().latent_size)), np.array([options.pitch]))[0]
    except (ValueError, OSError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    scipy.io.wavfile.write(options.out, audio_notes.SAMPLE_RATE, audio_notes.to_int16(wave))
    print(options.out)
    return 0


def _piece(options: argparse.Namespace, random: np.random.Generator) -> np.ndarray:
    score = midi_files.read(options.midi)
    latents = random.standard_normal((options.instruments, load().latent_size))
    out_of_range = "leave_out" if options.leave_out else "fold"
    with tqdm(total=len(score.notes), unit=" notes") as bar:
        for progress in performing.perform(load().notes, score, latents, options.seconds_per_instrument, out_of_range):
            bar.update(progress.n_made - bar.n)
    print(progress.report)
    return progress.wave


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
