"""Measures the shipped Sketch-RNN on drawings that it has never seen. The card quotes what this prints.

    python -m core.sketch_rnn.evaluate

Two tables, in nats a point; less is better, and a unit of density is one of the scaled offsets. The first: whole
drawings, by mixtures that are fitted here and see no, one or three points before (the same head, fitted to the same
training drawings), by the decoder that is told nothing, and by the autoencoder: what it costs to draw again from a
latent, and the KL that the latent costs, together the bound. The second: the second half of each drawing after its
first half, by three ways to complete it, and how many points each adds. Two minutes on one core.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core import gan_losses, weights
from core.sketch_rnn import data, model, sample
from core.sketch_rnn.model import Mixture, MixtureHead, SketchRNN
from core.sketch_rnn.strokes import ENDED
from core.tables import markdown

ORDERS = (0, 1, 3)  # points before that the fitted mixtures see
N_STEPS, BATCH, LEARNING_RATE, N_HIDDEN = 1_500, 100, 2e-2, 128  # of their fitting
AT_ONCE = 200  # drawings
SEED = 101


class Baseline(nn.Module):
    """A mixture that sees the last `order` rows and nothing else; of order 0, one mixture for all points."""

    def __init__(self, order: int, n_mixtures: int) -> None:
        super().__init__()
        self.order = order
        self.hidden = nn.Linear(5 * order, N_HIDDEN) if order else None
        self.head = MixtureHead(N_HIDDEN if order else 1, n_mixtures)

    def forward(self, drawings: Tensor) -> Mixture:
        """(batch, rows, 5) -> what comes after each row but the last; before the first point there is nothing, 0."""
        batch, rows, _ = drawings.shape
        if self.hidden is None:
            return self.head(drawings.new_zeros(batch, rows - 1, 1))
        before = torch.cat([drawings.new_zeros(batch, self.order - 1, 5), drawings[:, :-1]], dim=1)
        return self.head(self.hidden(before.unfold(1, self.order, 1).flatten(2)).tanh())


def fit(order: int, n_mixtures: int, drawings: Sequence[np.ndarray], n_steps: int) -> Baseline:
    """A baseline, fitted to scaled drawings by Adam with a falling rate."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    baseline = Baseline(order, n_mixtures)
    optimizer = torch.optim.Adam(baseline.parameters())
    lengths = np.array([len(drawing) for drawing in drawings])
    todo: list[np.ndarray] = []
    for step in range(n_steps):
        todo = todo or data.batches(lengths, BATCH, random)
        batch = data.padded([drawings[k] for k in todo.pop()])
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / n_steps))
        offsets, pen = model.reconstruction_losses(baseline(batch), batch)
        optimizer.zero_grad(set_to_none=True)
        ((offsets + pen).sum() / model.n_points(batch).sum()).backward()
        optimizer.step()
    return baseline.eval()


@torch.inference_mode()
def costs(said: Callable[[Tensor], Mixture], drawings: Sequence[np.ndarray]) -> np.ndarray:
    """(2,): nats a point of scaled drawings, for offsets and for the pen."""
    sums, n_points = np.zeros(2), 0
    for batch in padded_together(drawings):
        sums += [one.double().sum().item() for one in model.reconstruction_losses(said(batch), batch)]
        n_points += model.n_points(batch).sum().item()
    return sums / n_points


def padded_together(drawings: Sequence[np.ndarray]) -> list[Tensor]:
    """Drawings of about the same length in batches, (batch, rows, 5)."""
    ordered = sorted(drawings, key=len)
    return [data.padded(ordered[first : first + AT_ONCE]) for first in range(0, len(ordered), AT_ONCE)]


def autoencoded(network: SketchRNN, drawings: Sequence[np.ndarray]) -> tuple[np.ndarray, float]:
    """`costs` of drawing again from a latent that is drawn from the posterior, and the KL in nats a point."""
    randomness = torch.Generator().manual_seed(SEED)
    kls: list[float] = []

    def said(batch: Tensor) -> Mixture:
        mean, log_std = network.encode(batch)
        kls.append(gan_losses.gaussian_kl(mean, log_std).item() * len(batch))
        noise = torch.randn(mean.shape, generator=randomness)
        return network.decode(batch[:, :-1], mean + log_std.exp() * noise)[0]

    return costs(said, drawings), sum(kls) / sum(len(drawing) for drawing in drawings)


def whole_drawings(network: SketchRNN, train: Sequence[np.ndarray], test: Sequence[np.ndarray]) -> str:
    """The first table, in Markdown; drawings are scaled."""
    rows = []
    for order in ORDERS:
        baseline = fit(order, network.config.n_mixtures, train, N_STEPS)
        rows.append((f"mixture, points before: {order}", costs(baseline, test), None))
    alone = costs(lambda batch: network.decode(batch[:, :-1], network.told_nothing(len(batch)))[0], test)
    rows += [("decoder, told nothing", alone, None), ("autoencoder", *autoencoded(network, test))]
    return markdown(
        ("model", "offsets", "pen", "both", "KL", "bound"),
        [
            (name, *(f"{value:.3f}" for value in (*cost, cost.sum())))
            + (("", "") if kl is None else (f"{kl:.3f}", f"{cost.sum() + kl:.3f}"))
            for name, cost, kl in rows
        ],
    )


def second_halves(sketcher: sample.Sketcher, test: Sequence[np.ndarray]) -> str:
    """The second table, in Markdown; drawings are scaled. Completions are drawn at temperature 1."""
    network = sketcher.network
    randomness = torch.Generator().manual_seed(SEED)
    ways: dict[str, Callable[[Tensor], Tensor]] = {
        "told nothing": lambda begun: network.told_nothing(len(begun)),
        "latent of the first half": lambda begun: network.encode(begun)[0],
        "latent from N(0, 1)": lambda begun: torch.randn(len(begun), network.config.latent_size, generator=randomness),
    }
    batches = padded_together([drawing for drawing in test if len(drawing) >= 4])
    n_real = sum((model.n_points(batch) - model.n_points(batch) // 2).sum().item() for batch in batches)
    n_drawings = sum(map(len, batches))
    rows = []
    for name, told in ways.items():
        found = np.sum([completed(network, batch, told) for batch in batches], axis=0)
        rows.append((name, f"{found[0] / n_real:.3f}", f"{found[1] / n_real:.3f}", f"{found[2] / n_drawings:.1f}"))
    rows.append(("(people)", "", "", f"{n_real / n_drawings:.1f}"))
    return markdown(("completed by a decoder", "offsets", "pen", "points added"), rows)


@torch.inference_mode()
def completed(network: SketchRNN, batch: Tensor, told: Callable[[Tensor], Tensor]) -> tuple[float, float, float]:
    """Sums over a batch (batch, rows, 5): the nats of offsets and pen of the second halves, and the points that a
    completion adds to the first ones."""
    n_begun = model.n_points(batch) // 2
    ended = torch.arange(batch.shape[1]) >= n_begun[:, None]
    begun = torch.where(ended[..., None], torch.eye(5)[ENDED], batch)
    latents = told(begun)
    offsets, pen = model.reconstruction_losses(network.decode(batch[:, :-1], latents)[0], batch)
    n_added = 0
    for row, n_points, latent in zip(batch, n_begun.tolist(), latents, strict=True):
        _, state = network.decode(row[None, : n_points - 1], latent[None]) if n_points > 1 else (None, None)
        noise = model.drawn_noise(1, data.LONGEST, SEED + n_added)
        drawn = network.draw_on(row[None, n_points - 1], latent[None], noise, 1.0, state)
        n_added += model.n_points(drawn).item()
    return (offsets * ended[:, 1:]).sum().item(), (pen * ended[:, 1:]).sum().item(), n_added


def main(arguments: Sequence[str]) -> int:
    """The command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m core.sketch_rnn.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, default=sample.FOLDER, help="a folder that training wrote")
    options = parser.parse_args(arguments)
    try:
        sketcher = sample.load_from(options.weights)
        train, test = (
            [data.scaled(drawing, 1 / sketcher.scale) for drawing in data.load(split)] for split in ("train", "test")
        )
    except (data.NoStrokesError, weights.WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    print(whole_drawings(sketcher.network, train, test))
    print()
    print(second_halves(sketcher, test))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
