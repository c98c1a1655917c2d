"""3-3 GANSynth: an instrument that never was, played on a keyboard, grown from a single vector, and set to music.

The browser draws and plays (`assets/web/gansynth`). The server turns latents into notes; a piece that a visitor brings
is kept in memory for half an hour at most, and is never written anywhere.
"""

import functools
import html
import json
import logging
import threading
import time

import numpy as np

from core import weights
from core.audio import midi, notes, pictures, pieces, recordings
from core.gansynth import atlas, perform, synthesize, twin
from demos import calls, face, maps, sounds, spectrograms, text
from demos.performances import Performances

log = logging.getLogger(__name__)

TITLE = "gansynth.title"
PART = 3

MOST_NOTES = 8  # in one answer
N_COMPARED = 16  # answers that are kept, 0.5 MB each
PIECE_NAMES = {"arirang": "arirang", "doraji": "doraji", "ode-to-joy": "odeToJoy"}
N_KEPT = 64  # answers: the keys of four instruments
FARTHEST = 8.0  # of a latent's numbers from 0
N_LATENTS = 12  # of a morphing piece
SECONDS_PER_INSTRUMENT = (1.0, 30.0)

_performances: Performances[perform.Progress] = Performances()


def build() -> None:
    _start_to_warm_up()
    face.opening("gansynth")
    face.figure(
        "gansynth",
        [survey, play, look, grow, start, progress, cancel, compare],
        parts=["spectrograms"],
        palettes=spectrograms.palettes(),
        pieces=sorted(pieces.PIECES, key=["prelude-g", "prelude-c", "ode-to-joy", "arirang", "doraji"].index),
        directions=_directions(),
        programs=_programs(),
        largest_kb=midi.LARGEST_FILE // 1000,
        most_notes=midi.MOST_NOTES,
        longest_minutes=int(midi.LONGEST_S // 60),
        kinds=twin.KINDS,
        melodies={name: PIECE_NAMES[name] for name in twin.MELODIES},
        instruments={name: f"{program:03d}" for name, program in recordings.INSTRUMENTS.items()},
    )
    face.closing("gansynth")


@functools.cache
def _directions() -> tuple[str, ...]:
    return atlas.load().directions


def _programs() -> str:
    """The names of the recorded instruments in both languages, by General MIDI program, as an attribute's value."""
    numbers = [f"{instrument.program:03d}" for instrument in notes.INSTRUMENTS]
    names = {n: {lang: text.text(f"gansynth.program.{n}", lang) for lang in text.LANGUAGES} for n in numbers}
    return html.escape(json.dumps(names, ensure_ascii=False))


@calls.server_function
def survey(call: dict) -> dict:
    """The map and the directions: numbers for the page to reckon with."""
    return _survey()


@functools.cache
def _survey() -> dict:
    chart = atlas.load()
    return {
        **maps.answer(),
        "directions": list(chart.directions),
        "readings": calls.packed(chart.readings.astype("<f4")),
        "offsets": calls.packed(chart.offsets.astype("<f4")),
        "moves": calls.packed(chart.moves.astype("<f4")),
        "lowest": synthesize.LOWEST_PITCH,
        "highest": synthesize.HIGHEST_PITCH,
        "instruments": list(recordings.INSTRUMENTS),
        "melodies": list(twin.MELODIES),
    }


@calls.server_function
def play(call: dict) -> dict:
    """Notes of one latent at up to eight pitches, as FLAC, and how long they took."""
    latent = _latent(call)
    pitches = calls.numbers(call, "pitches", MOST_NOTES, synthesize.LOWEST_PITCH, synthesize.HIGHEST_PITCH)
    if not len(pitches) or (pitches != pitches.round()).any():
        raise calls.BadCallError("pitches are not one or more whole numbers")
    return _play(latent, pitches.astype(int))


@calls.unless_busy
def _play(latent: np.ndarray, pitches: np.ndarray) -> dict:
    return _played(latent.tobytes(), tuple(pitches.tolist()))


@functools.lru_cache(N_KEPT)
def _played(latent: bytes, pitches: tuple[int, ...]) -> dict:
    """Kept, since every visitor begins with the same instrument. `latent`: the bytes of float32."""
    began = time.perf_counter()
    waves = synthesize.notes(np.tile(np.frombuffer(latent, np.float32), (len(pitches), 1)), np.array(pitches))
    took = time.perf_counter() - began
    return {"notes": [sounds.encoded(wave) for wave in waves], "msPerNote": round(1000 * took / len(pitches), 1)}


@calls.server_function
def look(call: dict) -> dict:
    """The four pictures of one note."""
    return _look(_latent(call), _pitch(call))


@calls.unless_busy
def _look(latent: np.ndarray, pitch: int) -> dict:
    return {"pictures": spectrograms.answer(synthesize.notes(latent[None], np.array([pitch]))[0])}


@calls.server_function
def grow(call: dict) -> dict:
    """One note at every stage of the generator: the stage's own magnitudes, (frames, bins) bytes from quiet to loud,
    and its sound, which is these magnitudes enlarged, with the last stage's instantaneous frequency."""
    return _grow(_latent(call), _pitch(call))


@calls.unless_busy
def _grow(latent: np.ndarray, pitch: int) -> dict:
    stages = synthesize.load().growth(latent, pitch)
    return {
        "stages": [
            {
                "frames": picture.shape[0],
                "bins": picture.shape[1],
                "level": calls.packed((picture * 255).round().astype(np.uint8)),
                "sound": sounds.encoded(wave),
            }
            for picture, wave in stages
        ]
    }


@calls.server_function
def start(call: dict) -> dict:
    """Begins to play a piece, a shipped one by name or a visitor's file. The answer names its notes, or says why it
    cannot be played."""
    token = calls.token(call)
    name = calls.choice(call, "piece", (*pieces.PIECES, "own"))
    size = _latent_size()
    latents = calls.numbers(call, "latents", N_LATENTS * size, -FARTHEST, FARTHEST)
    if not len(latents) or len(latents) % size:
        raise calls.BadCallError(f"{len(latents)} numbers, wanted latents of {size}")
    seconds = calls.number(call, "seconds", *SECONDS_PER_INSTRUMENT)
    out_of_range = calls.choice(call, "outOfRange", ("fold", "leave_out"))
    try:
        own = calls.file(call, "file", midi.LARGEST_FILE + 1) if name == "own" else b""
        score = midi.read(own) if name == "own" else pieces.load(name)
    except midi.MidiError as error:
        log.info("a MIDI file that cannot be played: %s", error)
        return {"reason": error.reason}
    work = functools.partial(perform.perform, synthesize.notes, score, latents.reshape(-1, size), seconds, out_of_range)
    _performances.start(token, work)
    roll = np.array([(note.start_s, note.end_s, note.pitch) for note in score.notes], dtype="<f4")
    return {"seconds": round(score.seconds, 2), "nNotes": len(score.notes), "roll": calls.packed(roll)}


@calls.server_function
def progress(call: dict) -> dict:
    """How far a piece is; when it is done, its sound as FLAC and what was left out."""
    job, place = _performances.job(calls.token(call))
    if job is None:
        return {"isGone": True}
    if job.has_failed:
        return {"hasFailed": True}
    step = job.step
    if step is None or step.wave is None:
        return {"place": place, "nMade": step.n_made if step else 0}
    report = step.report
    return {
        "sound": sounds.encoded(step.wave) if len(step.wave) else None,
        "report": {
            "nPlayed": report.n_played,
            "nDifferent": report.n_different,
            "nFolded": report.n_folded,
            "nLeftOut": report.n_left_out,
            "nShortened": report.n_shortened,
            "nDrums": report.n_drums,
            "nPrograms": report.n_programs,
            "seconds": round(report.seconds, 1),
        },
    }


@calls.server_function
def cancel(call: dict) -> dict:
    """Ends a piece that is not wanted any more."""
    _performances.cancel(calls.token(call))
    return {}


@calls.server_function
def compare(call: dict) -> dict:
    """One melody by a recorded instrument, by GANSynth and by its twin that learnt the phase itself; and of one note of
    each how much of its energy lies on its partials, its magnitudes, (frames, rows) bytes from quiet to loud, and its
    cycles."""
    instrument = calls.choice(call, "instrument", tuple(recordings.INSTRUMENTS))
    return _compare(instrument, calls.choice(call, "melody", twin.MELODIES))


@calls.unless_busy
def _compare(instrument: str, melody: str) -> dict:
    try:
        return _compared(instrument, melody)
    except weights.WeightsError as error:
        calls.log_once(log, "GANSynth's twin cannot be loaded", str(error))
        return {"noModel": True}


@functools.lru_cache(N_COMPARED)
def _compared(instrument: str, melody: str) -> dict:
    found = twin.takes(instrument, melody)
    return {"takes": [{"kind": kind, **_take(take)} for kind, take in found.items()]}


def _take(take: twin.Take) -> dict:
    level = 1 - pictures.draw(take.note).level_db.T / pictures.QUIETEST_DB  # (frames, rows)
    return {
        "melody": sounds.encoded(take.melody),
        "share": round(take.harmonic_share, 3),
        "frames": level.shape[0],
        "bins": level.shape[1],
        "level": calls.packed((255 * level).round().astype(np.uint8)),
        **spectrograms.cycles(take.note, take.clock),
    }


def _latent(call: dict) -> np.ndarray:
    latent = calls.numbers(call, "latent", _latent_size(), -FARTHEST, FARTHEST)
    if len(latent) != _latent_size():
        raise calls.BadCallError(f"{len(latent)} numbers, wanted {_latent_size()}")
    return latent.astype(np.float32)


def _pitch(call: dict) -> int:
    return calls.whole(call, "pitch", synthesize.LOWEST_PITCH, synthesize.HIGHEST_PITCH)


def _latent_size() -> int:
    return synthesize.load().latent_size


@functools.cache
def _start_to_warm_up() -> None:
    """The first note takes longest: before anybody waits for it, once for all pages."""
    threading.Thread(target=_warm_up).start()  # no daemon: torch must not be at work when the interpreter ends


def _warm_up() -> None:
    try:
        synthesize.notes(np.zeros((1, _latent_size())), np.array([60]))
        _survey()
    except Exception:
        log.exception("GANSynth could not be prepared")
