"""3-2 Phase and instantaneous frequency: dots on a wave, four pictures of a sound, and the sound without its phase.

The browser draws and plays (`assets/web/phase`). A sound that a visitor brings is found by a token that the page makes,
is kept in memory for an hour at most, and is never written anywhere.
"""

import functools
import logging
import threading
from dataclasses import dataclass

import cachetools
import numpy as np

from core.audio import files, notes, pictures
from core.audio.loudness import loudness_lufs
from core.audio.stft import SAMPLE_RATE
from core.audio.variants import NOISY, VARIANTS, Variants
from core.gansynth import synthesize
from demos import calls, face, spectrograms

log = logging.getLogger(__name__)

TITLE = "phase.title"
PART = 3

OWN = "own"
GANSYNTH = "gansynth"
PITCH = 60  # of GANSynth's note
FARTHEST = 8.0  # of a latent's numbers from 0
N_KEPT = 48  # visitors' sounds, at most 1.3 MB each
KEPT_S = 3600


@dataclass(frozen=True)
class Source:
    """A sound, its variants, and the clock by which its cycles are cut."""

    variants: Variants
    clock: tuple[float, float] | None


_own: cachetools.TTLCache = cachetools.TTLCache(N_KEPT, KEPT_S)
_own_lock = threading.Lock()


def build() -> None:
    _start_to_warm_up()
    face.opening("phase")
    face.figure(
        "phase",
        [hear, give],
        parts=["spectrograms"],
        sources=[*notes.SHIPPED, GANSYNTH],
        variants=VARIANTS,
        palettes=spectrograms.palettes(),
        longest_s=int(files.LONGEST_S),
        largest_mb=files.LARGEST_FILE // 1_000_000,
    )
    face.closing("phase")


@calls.server_function
def hear(call: dict) -> dict:
    """A variant of a source: 16-bit samples, the four pictures of them, and their cycles."""
    name = calls.choice(call, "source", (*notes.SHIPPED, GANSYNTH, OWN))
    variant = calls.choice(call, "variant", VARIANTS)
    noise = calls.number(call, "noise", 0, 1)
    if noise and variant not in NOISY:
        raise calls.BadCallError(f"noise on {variant}")
    if name == OWN:
        with _own_lock:
            source = _own.get(calls.token(call))
        if source is None:
            return {"isGone": True}
        make = calls.unless_busy(_sound) if variant == "griffin_lim" else _sound
        return make(source, variant, noise)
    if name == GANSYNTH:
        size = synthesize.load().latent_size
        latent = calls.numbers(call, "latent", size, -FARTHEST, FARTHEST) if "latent" in call else np.zeros(size)
        if len(latent) != size:
            raise calls.BadCallError(f"{len(latent)} numbers, wanted {size}")
        return _generated_sound(tuple(latent.tolist()), variant, noise)
    return _sound(_shipped(name), variant, noise) if noise else _shipped_sound(name, variant)


@calls.server_function
def give(call: dict) -> dict:
    """A visitor's own sound file. The answer says how long it is, or why it cannot be used."""
    token = calls.token(call)
    data = calls.file(call, "file", files.LARGEST_FILE + 1)
    return _take(token, data)


@calls.unless_busy
def _take(token: str, data: bytes) -> dict:
    try:
        recording = files.decode(data)
    except files.SoundError as error:
        log.info("a sound that cannot be used: %s", error)
        return {"reason": error.reason}
    source = Source(Variants(recording.samples), pictures.clock(recording.samples))
    with _own_lock:
        _own[token] = source
    return {"seconds": round(len(recording.samples) / SAMPLE_RATE, 2), "isCut": recording.is_cut}


def _sound(source: Source, variant: str, noise: float) -> dict:
    wave = source.variants.make(variant, noise)
    return {
        "samples": calls.packed(notes.to_int16(wave)),
        "lufs": round(max(loudness_lufs(wave), -99.0), 1),
        "pitchHz": round(source.clock[0], 2) if source.clock else None,
        "pictures": spectrograms.answer(wave),
        **spectrograms.cycles(wave, source.clock),
    }


@calls.unless_busy
def _generated_sound(latent: tuple[float, ...], variant: str, noise: float) -> dict:
    return _sound(_generated(latent), variant, noise)


@functools.lru_cache(maxsize=16)
def _generated(latent: tuple[float, ...]) -> Source:
    """A note of GANSynth's, of the latent that the visitor has chosen in its tab."""
    wave = synthesize.notes(np.array([latent]), np.array([PITCH]))[0]
    return Source(Variants(wave), pictures.clock(wave, notes.pitch_to_hz(PITCH)))


@functools.cache
def _shipped(name: str) -> Source:
    wave = files.read(notes.shipped_path(name)).samples
    return Source(Variants(wave), pictures.clock(wave, notes.pitch_to_hz(notes.SHIPPED[name][1])))


@functools.cache  # 60 answers of 0.4 MB at most
def _shipped_sound(name: str, variant: str) -> dict:
    return _sound(_shipped(name), variant, 0.0)


@functools.cache
def _start_to_warm_up() -> None:
    """librosa takes seconds to be imported and compiled: before anybody waits for it, once for all pages."""
    threading.Thread(target=_warm_up).start()  # no daemon: torch must not be at work when the interpreter ends


def _warm_up() -> None:
    try:
        source = _shipped(next(iter(notes.SHIPPED)))
        pictures.clock(source.variants.wave)
        source.variants.make("griffin_lim")
    except Exception:
        log.exception("the sounds of the phase tab could not be prepared")
