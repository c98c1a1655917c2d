"""What tells how good generated notes are, as pure functions: of waves, of a classifier's answers, of its features.

Waves are (samples,) at 16 kHz.
"""

import librosa
import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import norm
from sklearn.cluster import KMeans

from core.audio.notes import pitch_to_hz
from core.audio.stft import SAMPLE_RATE

STEADY = slice(SAMPLE_RATE // 4, SAMPLE_RATE // 4 + 2 * SAMPLE_RATE)  # after the attack, while the note is held
TRACKED = (32, 88)  # MIDI pitches among which pYIN searches
N_MFCC = 13
LEVELS_A_SECOND = 100


def heard_pitch(wave: np.ndarray) -> float:
    """The MIDI pitch that pYIN hears in the steady part, the median of its voiced frames; NaN where it hears none
    (Mauch and Dixon 2014, doi 10.1109/ICASSP.2014.6853678)."""
    low, high = (librosa.midi_to_hz(pitch) for pitch in TRACKED)
    hz, voiced, _ = librosa.pyin(wave[STEADY], fmin=low, fmax=high, sr=SAMPLE_RATE, hop_length=1024)
    return float(librosa.hz_to_midi(np.median(hz[voiced]))) if voiced.any() else float("nan")


def harmonic_share(wave: np.ndarray, pitch: float) -> float:
    """The share of the steady energy within 1.2 % (at least 4 Hz) of a multiple of the pitch's frequency, 0..1."""
    power, hz = _steady_power(wave)
    nearest = np.maximum(np.round(hz / pitch_to_hz(pitch)), 1) * pitch_to_hz(pitch)
    harmonic = np.abs(hz - nearest) <= np.maximum(0.012 * nearest, 4)
    return float(power[harmonic].sum() / max(power.sum(), 1e-12))


def timbre(wave: np.ndarray) -> np.ndarray:
    """(13,): mel-frequency cepstral coefficients, their means over the note."""
    return librosa.feature.mfcc(y=np.asarray(wave, np.float32), sr=SAMPLE_RATE, n_mfcc=N_MFCC).mean(axis=1)


def brightness(wave: np.ndarray) -> float:
    """The centre of gravity of the steady part's spectrum, in octaves above 1 Hz."""
    power, hz = _steady_power(wave)
    return float(np.log2(max((power * hz).sum() / max(power.sum(), 1e-12), 1.0)))


def sustain(wave: np.ndarray) -> float:
    """The level from 2.5 to 3 s against the highest, in dB, -60 at least: 0 for an organ, far below for a plucked
    string."""
    level = _level(wave)
    late = level[5 * LEVELS_A_SECOND // 2 : 3 * LEVELS_A_SECOND].mean()
    return float(20 * np.log10(max(late / max(level.max(), 1e-9), 1e-3)))


def hollowness(wave: np.ndarray, pitch: float) -> float:
    """The second and fourth partial against the first, third and fifth, turned round, in dB within ±40: high where, as
    in a clarinet, the even ones are missing."""
    power, hz = _steady_power(wave)
    partials = [
        power[np.abs(hz - k * pitch_to_hz(pitch)) <= max(0.012 * k * pitch_to_hz(pitch), 4)].sum() for k in range(1, 6)
    ]
    odd, even = sum(partials[0::2]), sum(partials[1::2])
    return float(np.clip(10 * np.log10((odd + 1e-9) / (even + 1e-9)), -40, 40))


def spread(timbres: np.ndarray) -> tuple[float, float]:
    """(n, 13) -> the mean distance between two of them, and the smallest."""
    distances = pdist(timbres)
    return float(distances.mean()), float(distances.min())


def inception_score(probabilities: np.ndarray) -> float:
    """(n, classes) -> exp E[KL(p(y|x) ‖ p(y))], from 1 up to the number of classes (Salimans et al. 2016,
    arXiv 1606.03498, section 4)."""
    mean = probabilities.mean(axis=0)
    return float(np.exp((probabilities * (_log(probabilities) - _log(mean))).sum(axis=1).mean()))


def pitch_entropy(probabilities: np.ndarray) -> float:
    """(n, classes) -> the mean entropy of an answer, in nats."""
    return float(-(probabilities * _log(probabilities)).sum(axis=1).mean())


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Two sets of features (n, size) as two Gaussians: ‖μ₁ - μ₂‖² + Tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½) (Heusel et al. 2017,
    arXiv 1706.08500, equation 6). The trace of the root is the sum of the roots of Σ₁Σ₂'s eigenvalues, which are also
    those of the symmetric Σ₁^½ Σ₂ Σ₁^½."""
    means = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    crossed = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    return float(means @ means + np.trace(first) + np.trace(second) - 2 * crossed)


def n_different_bins(reference: np.ndarray, sample: np.ndarray, n_bins: int = 50, level: float = 0.05) -> int:
    """NDB, the number of statistically different bins: k-means cells of the reference (n, size) that the sample fills
    in another proportion, by a two-sided z-test of two proportions (Richardson and Weiss 2018, arXiv 1805.12462)."""
    cells = KMeans(n_bins, n_init=1, random_state=0).fit(reference)
    counts = [np.bincount(cells.predict(points), minlength=n_bins) for points in (reference, sample)]
    first, second = (count / len(points) for count, points in zip(counts, (reference, sample), strict=True))
    pooled = (counts[0] + counts[1]) / (len(reference) + len(sample))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(reference) + 1 / len(sample)))
    return int((np.abs(first - second) > norm.ppf(1 - level / 2) * error).sum())


def _steady_power(wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The power spectrum of the steady part, and its frequencies in Hz."""
    steady = wave[STEADY]
    return np.abs(np.fft.rfft(steady * np.hanning(len(steady)))) ** 2, np.fft.rfftfreq(len(steady), 1 / SAMPLE_RATE)


def _level(wave: np.ndarray) -> np.ndarray:
    """Root mean squares of 20 ms, a hundred a second, (n,)."""
    hop = SAMPLE_RATE // LEVELS_A_SECOND
    power = np.convolve(np.square(wave, dtype=float), np.full(2 * hop, 0.5 / hop), mode="same")[::hop]
    return np.sqrt(power.clip(0))


def _log(probabilities: np.ndarray) -> np.ndarray:
    return np.log(probabilities.clip(1e-12))
