"""The four pictures of a sound, shared by the sections that make sounds: what the server sends, and their colours.

The browser draws them (`assets/web/spectrograms`): the section's stage includes `spectrograms/pictures.html` with
`palettes=spectrograms.palettes()`, and its `figure` names "spectrograms" among its parts.
"""

import json

import matplotlib
import numpy as np

from core.audio import phase, pictures
from core.audio.stft import BIN_HZ, FRAME_HZ, HOP_LENGTH, SAMPLE_RATE
from demos.calls import packed

COLOURS = {"level": "magma", "phase": "twilight", "unwrapped": "viridis", "frequency": "twilight"}
"""matplotlib's maps, even to the eye and readable without red or green; those of angles are closed circles."""

N_CYCLES = 24
CYCLES_SPAN_S = 0.15  # about five frames


def palettes() -> str:
    """The 256 colours of each picture as a JSON object of base64 bytes (256, 3)."""
    steps = np.linspace(0, 1, 256)
    maps = {name: matplotlib.colormaps[map_name](steps)[:, :3] for name, map_name in COLOURS.items()}
    return json.dumps({name: packed((colours * 255).round().astype(np.uint8)) for name, colours in maps.items()})


def answer(wave: np.ndarray) -> dict:
    """The pictures of (samples,) at 16 kHz for the page: (rows, frames) of small numbers, lowest frequency first.

    `level` bytes, 0 for -90 dB to 255 for 0 dB; `phase` and `frequency` 16-bit, 32767 for π and for 1; `turns` 16-bit,
    how many whole turns the unwrapped phase has beyond the phase; `bins` 16-bit.
    """
    drawn = pictures.draw(wave)
    turns = np.round((drawn.unwrapped - drawn.phase) / (2 * np.pi))
    return {
        "frames": drawn.level_db.shape[1],
        "rows": pictures.N_ROWS,
        "lowestHz": pictures.LOWEST_HZ,
        "rowsPerOctave": pictures.ROWS_PER_OCTAVE,
        "binHz": BIN_HZ,
        "frameHz": FRAME_HZ,
        "hop": HOP_LENGTH,
        "rate": SAMPLE_RATE,
        "quietestDb": pictures.QUIETEST_DB,
        "level": packed((255 * (1 - drawn.level_db / pictures.QUIETEST_DB)).round().astype(np.uint8)),
        "phase": packed((drawn.phase / np.pi * 32767).round().astype("<i2")),
        "turns": packed(turns.clip(-32768, 32767).astype("<i2")),
        "frequency": packed((drawn.frequency * 32767).round().astype("<i2")),
        "bins": packed(drawn.bins.astype("<i2")),
    }


def cycles(wave: np.ndarray, clock: tuple[float, float] | None) -> dict:
    """24 cycles of a sound by a clock (pitch in Hz, first second), (24, 96) signed bytes, and how far they coincide; an
    empty answer where there is no clock, or the sound ends too early."""
    if clock is None:
        return {}
    try:
        cut = phase.cycles(wave, *clock, N_CYCLES, CYCLES_SPAN_S)
    except ValueError:
        return {}
    loudest = max(float(np.abs(cut).max()), 1e-9)
    return {
        "cycles": packed((cut / loudest * 127).round().astype(np.int8)),
        "nCycles": N_CYCLES,
        "spanS": round(max(CYCLES_SPAN_S, N_CYCLES / clock[0]), 2),
        "coherence": round(phase.coherence(cut), 3),
    }
