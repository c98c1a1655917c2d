"""Completes what somebody began to draw, draws new characters, and turns one drawing into another.

    python -m core.sketch_rnn.sample --count 16 --temperature 0.4 --out characters.png

Drawings are stroke-3 (core.sketch_rnn.strokes), in and out. A completion is drawn by the decoder that is told nothing:
it reads what was begun, point by point, and goes on (as in Ha and Eck 2017, section 4.4). The other two ways fit less
well, and core.sketch_rnn.evaluate measures by how much: a latent drawn from N(0, 1) wants another drawing than the
begun one, and the latent of what was begun says of a whole drawing what is true of its beginning.
"""

import argparse
import functools
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from core import weights
from core.latents import slerp
from core.sheets import sheet
from core.sketch_rnn import data
from core.sketch_rnn.model import SketchConfig, SketchRNN, drawn_noise
from core.sketch_rnn.strokes import PAPER, as_picture, checked, evened, stroke3_to_stroke5, stroke5_to_stroke3

FOLDER = weights.FOLDER / "sketch_rnn"
MOST_POINTS, LONGEST_WAY = 20_000, 50 * PAPER  # that somebody may bring; Omniglot's longest way is a fifth of that
MOST_DRAWINGS = 400  # at once
BEGUN, WHOLE = 250.0, 366.0  # units of paper: how large half a character is, and a whole one, where nobody says it
FIRST_POINT = np.array([[0, 0, 0]], np.float32)

_loading = threading.Lock()


class Sketcher:
    """The network with the scale of its offsets."""

    def __init__(self, network: SketchRNN, scale: float) -> None:
        """`scale`: units of paper that are 1 to the network."""
        self.network = network.eval().requires_grad_(False)
        self.scale = scale
        self.latent_size = network.config.latent_size

    @torch.inference_mode()
    def complete(
        self, begun: np.ndarray, count: int, temperature: float = 0.4, seed: int = 0, side: float | None = None
    ) -> list[np.ndarray]:
        """What was begun, continued in `count` ways.

        Args:
            begun: (points, 3) stroke-3 in any units, as dense as a pointer gives it. Where its last pen bit is 0, the
                network goes on with that stroke, else with another one.
            temperature: 0 always goes where it is likeliest, 1 draws as people do, mistakes and all. When the pen is
                lifted is left to chance at any temperature (core.sketch_rnn.model.drawn_row).
            seed: the k-th completion depends on it and on k.
            side: of the square that it was drawn on, in the units of `begun`. Without it, what was begun is taken for
                half of a character of usual size.

        Returns:
            (points, 3) float64 each, in the units of `begun`: first exactly `begun`, then at least one point and at
            most core.sketch_rnn.data.LONGEST. The pen is lifted at the end.

        Raises:
            ValueError: `begun` is no drawing, is one dot without a side, or has more than `MOST_POINTS` points or
                `LONGEST_WAY` units of paper of way; or another argument is not like that.
        """
        begun, units = checked(begun), self._units_of_paper(begun, side, BEGUN)
        _check(count, temperature)
        rows = torch.from_numpy(stroke3_to_stroke5(self._seen(begun, units)))[None, :-1]  # without the end
        latents = self.network.told_nothing(1)
        state = self.network.first_state(latents)
        if rows.shape[1] > 1:
            _, state = self.network.decode(rows[:, :-1], latents, state)
        drawn = self.network.draw_on(
            rows[:, -1].expand(count, -1),
            latents.expand(count, -1),
            drawn_noise(count, data.LONGEST, seed),
            temperature,
            tuple(one.expand(-1, count, -1).contiguous() for one in state),
        )
        return [np.concatenate([begun, self._unscaled(rows, units)]) for rows in drawn.numpy()]

    def draw(self, count: int, temperature: float = 0.4, seed: int = 0) -> list[np.ndarray]:
        """`count` characters that nobody wrote: (points, 3) float64 stroke-3 in units of paper, from 0, 0 on. The k-th
        depends on the seed and on k. Raises ValueError."""
        return self.complete(FIRST_POINT, count, temperature, seed, side=PAPER)

    @torch.inference_mode()
    def encode(self, drawing: np.ndarray, side: float | None = None) -> np.ndarray:
        """The mean of a whole drawing's latents, (latent,) float32. `side` as in `complete`, but without it the drawing
        is taken for a whole character of usual size. Raises ValueError."""
        drawing = checked(drawing)
        seen = self._seen(drawing, self._units_of_paper(drawing, side, WHOLE))
        mean, _ = self.network.encode(data.padded([seen]))
        return mean[0].numpy()

    @torch.inference_mode()
    def decode(self, latents: np.ndarray, temperature: float = 0.1, seed: int = 0) -> list[np.ndarray]:
        """(batch, latent) -> drawings as `draw` gives them. Raises ValueError."""
        latents = np.asarray(latents, np.float32)
        if latents.ndim != 2 or latents.shape[1] != self.latent_size or not np.isfinite(latents).all():
            raise ValueError(f"latents of shape {latents.shape}, wanted finite (batch, {self.latent_size})")
        _check(len(latents), temperature)
        first = torch.from_numpy(stroke3_to_stroke5(FIRST_POINT))[:1].expand(len(latents), -1)
        noise = drawn_noise(1, data.LONGEST, seed).expand(len(latents), -1, -1)  # the same for all, so that all agree
        drawn = self.network.draw_on(first, torch.from_numpy(latents), noise, temperature)
        return [np.concatenate([FIRST_POINT, self._unscaled(rows, 1.0)]) for rows in drawn.numpy()]

    def interpolate(
        self,
        first: np.ndarray,
        second: np.ndarray,
        steps: int,
        temperature: float = 0.1,
        seed: int = 0,
        side: float | None = None,
    ) -> list[np.ndarray]:
        """`steps` drawings from one to the other, both ends as the network draws them again.

        Latents go along the sphere (White 2016, arXiv 1609.04468; Ha and Eck 2017, section 4.2), place and size in a
        straight line. Arguments as in `encode` and `decode`; drawings (points, 3) float64 in the units of what came.
        Raises ValueError.
        """
        first, second = checked(first), checked(second)
        if steps < 2:
            raise ValueError(f"{steps} steps, wanted at least 2")
        units = np.linspace(*(self._units_of_paper(one, side, WHOLE) for one in (first, second)), steps)
        middles = np.linspace(_middle(first), _middle(second), steps)
        latents = slerp(self.encode(first, side), self.encode(second, side), np.linspace(0, 1, steps))
        drawings = []
        for drawing, unit, middle in zip(self.decode(latents, temperature, seed), units, middles, strict=True):
            drawing[:, :2] *= unit
            drawing[0, :2] += middle - _middle(drawing)
            drawings.append(drawing)
        return drawings

    def _seen(self, drawing: np.ndarray, units: float) -> np.ndarray:
        """As the network sees it: evened, scaled, from 0, 0 on. Raises ValueError where the pen's way is too long."""
        way = np.hypot(*drawing[1:, :2].T).sum() / units
        if way > LONGEST_WAY:
            raise ValueError(f"a way of {way:.0f} units of paper, wanted at most {LONGEST_WAY:.0f}")
        seen = data.scaled(evened(data.scaled(drawing, 1 / units)), 1 / self.scale)
        seen[0, :2] = 0
        return seen

    def _unscaled(self, rows: np.ndarray, units: float) -> np.ndarray:
        """The network's rows (rows, 5) as stroke-3 in other units, the pen lifted at the end."""
        drawing = stroke5_to_stroke3(rows).astype(np.float64)
        drawing[:, :2] *= self.scale * units
        drawing[-1, 2] = 1
        return drawing

    @staticmethod
    def _units_of_paper(drawing: np.ndarray, side: float | None, extent: float) -> float:
        """How long a unit of paper is in the drawing's units, by the side of the pad or else by its own extent."""
        if len(drawing) > MOST_POINTS:
            raise ValueError(f"a drawing of {len(drawing)} points, wanted at most {MOST_POINTS}")
        if side is None:
            side = PAPER / extent * np.ptp(np.cumsum(drawing[:, :2], axis=0), axis=0).max()
        if not (np.isfinite(side) and side > 0):
            raise ValueError(f"a side of {side}, wanted above 0; a dot alone does not say it")
        return float(side / PAPER)


def _middle(drawing: np.ndarray) -> np.ndarray:
    """(2,): of the box around it."""
    places = np.cumsum(drawing[:, :2], axis=0)
    return (places.min(0) + places.max(0)) / 2


def _check(count: int, temperature: float) -> None:
    if not 1 <= count <= MOST_DRAWINGS:
        raise ValueError(f"{count} drawings, wanted 1 to {MOST_DRAWINGS}")
    if not 0 <= temperature <= 2:
        raise ValueError(f"a temperature of {temperature}, wanted 0 to 2")


def load() -> Sketcher:
    """The shipped model, loaded once, when it is first asked for.

    Raises:
        core.weights.WeightsError: its files are missing or damaged.
    """
    with _loading:
        return load_from(FOLDER)


@functools.cache
def load_from(folder: Path) -> Sketcher:
    """The model in a folder that training wrote. Raises core.weights.WeightsError."""
    tensors, config = weights.load_weights(folder)
    with weights.must_hold(folder, "a Sketch-RNN"):
        network = SketchRNN(SketchConfig(**config["network"]))
        network.load_state_dict(tensors)
        return Sketcher(network, float(config["scale"]))


def complete(
    begun: np.ndarray, count: int, temperature: float = 0.4, seed: int = 0, side: float | None = None
) -> list[np.ndarray]:
    """`Sketcher.complete` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().complete(begun, count, temperature, seed, side)


def draw(count: int, temperature: float = 0.4, seed: int = 0) -> list[np.ndarray]:
    """`Sketcher.draw` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().draw(count, temperature, seed)


def encode(drawing: np.ndarray, side: float | None = None) -> np.ndarray:
    """`Sketcher.encode` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().encode(drawing, side)


def interpolate(
    first: np.ndarray,
    second: np.ndarray,
    steps: int,
    temperature: float = 0.1,
    seed: int = 0,
    side: float | None = None,
) -> list[np.ndarray]:
    """`Sketcher.interpolate` by the shipped model. Raises ValueError, core.weights.WeightsError."""
    return load().interpolate(first, second, steps, temperature, seed, side)


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.sketch_rnn.sample", description="Characters nobody wrote.")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--temperature", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path("characters.png"))
    options = parser.parse_args(arguments)
    try:
        drawings = load_from(options.weights).draw(options.count, options.temperature, options.seed)
    except (ValueError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    Image.fromarray(sheet(np.stack([as_picture(drawing) for drawing in drawings]))).save(options.out)
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
