"""Measures GANSynth as its paper does, and by ears that no network trained. The card quotes what this prints.

    python -m core.gansynth.evaluate

The first table is the paper's (Engel et al. 2019, arXiv 1902.08710, table 1, without the listeners): real training
notes, real test notes and ours, as many of each, against other training notes; ours are of latents drawn from N(0, 1),
at the pitches of those. Its ear is `core.gansynth.pitch_classifier`. The second: pYIN, harmonics, timbre and the state
of the waves; real notes here went through the pictures and back, as ours come from there. Ten minutes on two cores.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from core import weights
from core.audio import notes, spectrogram
from core.gansynth import data, measures, pitch_classifier, synthesize
from core.gansynth.model import LOWEST_PITCH
from core.gansynth.picture import picture_to_spectrogram, spectrogram_to_picture

BATCH = 16
TRACKED_PITCHES = range(36, 85)
HARMONIC_PITCHES = range(60, 85)
N_A_PITCH = 8
SPREAD_PITCHES = (48, 60, 72)
N_SPREAD = 64
CENTS = 50


def play(model: synthesize.GanSynth, latents: np.ndarray, pitches: Sequence[int]) -> np.ndarray:
    """(n, latent), (n,) -> (n, 64000)."""
    pitches = np.asarray(pitches)
    starts = tqdm(range(0, len(pitches), BATCH), desc="played", unit=" batches", mininterval=1)
    waves = [model.notes(latents[start : start + BATCH], pitches[start : start + BATCH]) for start in starts]
    return np.concatenate(waves)


def there_and_back(waves: np.ndarray, model: synthesize.GanSynth) -> np.ndarray:
    """(n, 64000) as pictures, and waves again: what is lost on the way is lost to real notes too."""
    representation, angle = model.representation, model.generator.config.angle
    parts = []
    for start in range(0, len(waves), BATCH):
        part = torch.from_numpy(waves[start : start + BATCH])
        pictures = spectrogram_to_picture(spectrogram.waves_to_spectrograms(part, representation), angle)
        parts.append(spectrogram.spectrograms_to_waves(picture_to_spectrogram(pictures, angle), representation))
    return synthesize.finished(torch.cat(parts)).numpy()


def real_waves(found: Sequence[notes.Note]) -> np.ndarray:
    """(n, 64000), each with a peak of 0.9."""
    waves = np.stack([notes.read_wave(note) for note in found])
    return waves * (notes.PEAK / np.abs(waves).max(axis=1, keepdims=True).clip(1e-6))


def paper_table(
    model: synthesize.GanSynth,
    classifier: pitch_classifier.PitchClassifier,
    learnt: Sequence[notes.Note],
    tested: Sequence[notes.Note],
    random: np.random.Generator,
) -> str:
    """The table, in Markdown."""
    count = min(len(tested), len(learnt) // 2)
    shuffled = random.permutation(len(learnt))
    reference, others = ([learnt[place] for place in part] for part in np.split(shuffled, [count]))
    rows = {
        "real, training": pitch_classifier.heard(others[:count]),
        "real, test": pitch_classifier.heard(tested[:count]),
    }
    pitches = [note.pitch for note in others[:count]]
    mels = []
    for part in np.array_split(np.arange(count), -(-count // 256)):
        waves = play(model, random.standard_normal((len(part), model.latent_size)), [pitches[place] for place in part])
        mels.append(pitch_classifier.log_mel(waves))
    rows["ours"] = torch.cat(mels), torch.tensor(pitches)
    reference_mels, _ = pitch_classifier.heard(reference)
    _, reference_features = pitch_classifier.listen(classifier, reference_mels)
    lines = [
        f"| {count:,} notes each | NDB | FID | IS | pitch accuracy | pitch entropy |",
        "|---|---|---|---|---|---|",
    ]
    for name, (mels, wanted) in rows.items():
        probabilities, features = pitch_classifier.listen(classifier, mels)
        different = measures.n_different_bins(reference_mels.flatten(1).numpy(), mels.flatten(1).numpy())
        right = (probabilities.argmax(axis=1) == wanted.numpy() - LOWEST_PITCH).mean()
        lines.append(
            f"| {name} | {different} | {measures.frechet_distance(features, reference_features):.2f} | "
            f"{measures.inception_score(probabilities):.1f} | {right:.1%} | "
            f"{measures.pitch_entropy(probabilities):.2f} |"
        )
    return "\n".join(lines)


def tracked(waves: np.ndarray, pitches: Sequence[int], pool: ProcessPoolExecutor) -> float:
    """The share of notes in which pYIN hears the wanted pitch within 50 cents."""
    found = tqdm(pool.map(measures.heard_pitch, waves, chunksize=8), desc="tracked", total=len(waves), mininterval=1)
    return float((np.abs(np.array(list(found)) - np.asarray(pitches)) * 100 < CENTS).mean())


def harmonic(waves: np.ndarray, pitches: Sequence[int]) -> float:
    """The mean harmonic share of those notes that lie within 60 to 84."""
    return float(
        np.mean(
            [
                measures.harmonic_share(wave, pitch)
                for wave, pitch in zip(waves, pitches, strict=True)
                if pitch in HARMONIC_PITCHES
            ]
        )
    )


def chosen(found: Sequence[notes.Note], pitch: int, count: int, random: np.random.Generator) -> list[notes.Note]:
    """So many notes of a pitch, each another; fewer where there are not so many."""
    there = [note for note in found if note.pitch == pitch]
    return [there[place] for place in random.permutation(len(there))[:count]]


def independent_table(
    model: synthesize.GanSynth, found: Sequence[notes.Note], random: np.random.Generator, pool: ProcessPoolExecutor
) -> str:
    """The table, in Markdown."""
    lines = ["| | ours | real, there and back | ratio |", "|---|---|---|---|"]

    def add(name: str, ours: float, real: float, form: str = ".3f") -> None:
        lines.append(f"| {name} | {ours:{form}} | {real:{form}} | {ours / real:.2f} |")

    recorded = [note for pitch in TRACKED_PITCHES for note in chosen(found, pitch, N_A_PITCH, random)]
    recorded_pitches = [note.pitch for note in recorded]
    real = there_and_back(real_waves(recorded), model)
    pitches = np.repeat(TRACKED_PITCHES, N_A_PITCH)
    ours = play(model, random.standard_normal((len(pitches), model.latent_size)), pitches)
    add(
        f"pYIN within {CENTS} cents, pitches 36 to 84, {N_A_PITCH} each",
        tracked(ours, pitches, pool),
        tracked(real, recorded_pitches, pool),
    )
    add("harmonic share, 60 to 84", harmonic(ours, pitches), harmonic(real, recorded_pitches))
    for pitch in SPREAD_PITCHES:
        latents = random.standard_normal((N_SPREAD, model.latent_size))
        timbres = timbres_of(play(model, latents, [pitch] * N_SPREAD))
        neighbours = [timbres_of(play(model, latents, [pitch + step] * N_SPREAD)) for step in (-1, 1)]
        recorded_timbres = timbres_of(there_and_back(real_waves(chosen(found, pitch, N_SPREAD, random)), model))
        (mean, nearest), (real_mean, real_nearest) = measures.spread(timbres), measures.spread(recorded_timbres)
        add(f"MFCC distance of two of {N_SPREAD}, at pitch {pitch}", mean, real_mean, ".1f")
        add("… of the two that are nearest to each other", nearest, real_nearest, ".1f")
        step = np.mean([np.linalg.norm(timbres - other, axis=1).mean() for other in neighbours])
        lines.append(f"| … of one latent at neighbouring pitches | {step:.1f} | | |")
    return "\n".join([*lines, "", state_of(ours)])


def timbres_of(waves: np.ndarray) -> np.ndarray:
    """(n, 64000) -> (n, 13)."""
    return np.stack([measures.timbre(wave) for wave in waves])


def state_of(waves: np.ndarray) -> str:
    """One sentence on clipping, DC, and clicks at either end."""
    ends = np.abs(waves[:, [0, -1]]).max(axis=0)
    peak, mean = np.abs(waves).max(), np.abs(waves.mean(axis=1)).max()
    return (
        f"Of {len(waves)} notes: highest peak {peak:.3f}, largest mean {mean:.1e}, "
        f"loudest first sample {ends[0]:.3f}, loudest last sample {ends[1]:.1e}, "
        f"{int((~np.isfinite(waves)).any(axis=1).sum())} with values that are not finite."
    )


def sheet(model: synthesize.GanSynth, random: np.random.Generator, pitch: int = 60) -> np.ndarray:
    """64 notes of one pitch in eight rows, (8 · 2 · 128, 8 · 64) uint8: of each the log magnitude above the IF, time to
    the right, low bands below; where nothing is heard the IF is grey."""
    latents = random.standard_normal((N_SPREAD, model.latent_size)).astype(np.float32)
    with torch.inference_mode():
        pictures = model.generator(torch.from_numpy(latents), torch.full((N_SPREAD,), pitch))
    frequency = picture_to_spectrogram(pictures, model.generator.config.angle)[:, 1]
    heard = pictures[:, 1:].square().sum(dim=1).sqrt().clamp(0, 1)
    both = torch.stack([pictures[:, 0], frequency * heard], dim=1).clamp(-1, 1)  # (64, 2, 128, bins)
    small = torch.nn.functional.avg_pool2d(both, (2, both.shape[3] // 128)).transpose(2, 3).flip(2)  # (64, 2, 128, 64)
    rows = small.unflatten(0, (8, 8)).permute(0, 2, 3, 1, 4).flatten(3).flatten(0, 2)
    return ((rows + 1) * 127.5).round().byte().numpy()


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.gansynth.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=synthesize.FOLDER, help="a folder that training wrote")
    parser.add_argument("--classifier", type=Path, default=pitch_classifier.FOLDER)
    parser.add_argument("--notes", type=Path, default=Path("runs/notes"), help="a folder in NSynth's format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="only draw 64 notes into this PNG")
    options = parser.parse_args(arguments)
    try:
        model = synthesize.load_from(options.weights)
        if options.sheet:
            Image.fromarray(sheet(model, np.random.default_rng(options.seed))).save(options.sheet)
            return 0
        classifier = pitch_classifier.load(options.classifier)
        found = data.different(notes.read_notes(options.notes))
    except (weights.WeightsError, FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    learnt, tested = notes.split(found)
    random = np.random.default_rng(options.seed)
    tested = [tested[place] for place in random.permutation(len(tested))]
    print(paper_table(model, classifier, learnt, tested, random), end="\n\n")
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        print(independent_table(model, found, random, pool))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
