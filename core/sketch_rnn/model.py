"""Sketch-RNN: an autoencoder of strokes (Ha and Eck 2017, arXiv 1704.03477) that can also draw without a latent.

It is a variational one: the encoder reads a drawing forwards and backwards and gives a Gaussian over latents. The
decoder draws point after point, each from a mixture of bivariate Gaussians for the offset and three probabilities for
the pen. The paper trains another decoder for drawing without a latent. Here the same one learns it: for half of the
drawings it gets `nothing` in the place of the latent, a vector that it learns too, as labels are left out for guidance
(Ho and Salimans 2022, arXiv 2207.12598, section 3.2). The LSTMs are plain ones, which torch computes in one piece,
where the paper has layer normalisation and recurrent dropout.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.sketch_rnn.strokes import ENDED

N_PEN = 3  # down, lifted, ended
SMALLEST_STD = 0.03  # of the scaled offsets, 2 units of paper; else what a ruler draws has infinite density
LARGEST_CORRELATION = 0.99

State = tuple[Tensor, Tensor]  # of an LSTM: two of (1, batch, units)


@dataclass(frozen=True)
class SketchConfig:
    """What builds the network again."""

    encoder_units: int = 192
    decoder_units: int = 384
    latent_size: int = 64
    n_mixtures: int = 20
    dropout: float = 0.1  # of what the decoder's mixtures are made of


@dataclass(frozen=True)
class Mixture:
    """What is said of the next row: leading axes any, (...)."""

    log_weights: Tensor  # (..., mixtures), of probabilities that sum to 1
    means: Tensor  # (..., mixtures, 2)
    stds: Tensor  # (..., mixtures, 2)
    correlations: Tensor  # (..., mixtures)
    pen_logits: Tensor  # (..., 3): down, lifted, ended


class MixtureHead(nn.Linear):
    """Features to a mixture (Ha and Eck 2017, equations 4 to 7)."""

    def __init__(self, n_features: int, n_mixtures: int) -> None:
        super().__init__(n_features, 6 * n_mixtures + N_PEN)
        nn.init.normal_(self.bias[2 * n_mixtures : 4 * n_mixtures].data, std=0.7)  # means apart, where offsets are

    def forward(self, features: Tensor) -> Mixture:
        """(..., features) -> a mixture, in single precision even where the rest is in half."""
        with torch.autocast(features.device.type, enabled=False):
            numbers = super().forward(features.float())
        n = (numbers.shape[-1] - N_PEN) // 6
        weights, correlations, means, stds, pen = numbers.split([n, n, 2 * n, 2 * n, N_PEN], dim=-1)
        return Mixture(
            weights.log_softmax(-1),
            means.unflatten(-1, (n, 2)),
            stds.unflatten(-1, (n, 2)).clamp(max=5).exp() + SMALLEST_STD,
            LARGEST_CORRELATION * correlations.tanh(),
            pen,
        )


class SketchRNN(nn.Module):
    """Encoder and decoder. Drawings are (batch, rows, 5) stroke-5 with scaled offsets (core.sketch_rnn.data.padded)."""

    def __init__(self, config: SketchConfig) -> None:
        super().__init__()
        self.config = config
        self.forwards = nn.LSTM(5, config.encoder_units, batch_first=True)
        self.backwards = nn.LSTM(5, config.encoder_units, batch_first=True)
        self.posterior = nn.Linear(2 * config.encoder_units, 2 * config.latent_size)
        self.nothing = nn.Parameter(torch.zeros(config.latent_size))
        self.begin = nn.Linear(config.latent_size, 2 * config.decoder_units)
        self.decoder = nn.LSTM(5 + config.latent_size, config.decoder_units, batch_first=True)
        self.dropout = nn.Dropout(config.dropout)
        self.head = MixtureHead(config.decoder_units, config.n_mixtures)

    def encode(self, drawings: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, rows, 5) -> mean and log standard deviation of the latents, (batch, latent) each (equations 1 and 2).

        Rows after a drawing's last point change nothing.
        """
        lengths = n_points(drawings)
        places = torch.arange(drawings.shape[1], device=drawings.device)
        from_behind = (lengths[:, None] - 1 - places).clamp(min=0)  # (batch, rows)
        reversed_drawings = drawings.gather(1, from_behind[:, :, None].expand_as(drawings))
        last = (lengths - 1)[:, None, None]
        read = [
            reader(rows)[0].gather(1, last.expand(-1, -1, self.config.encoder_units)).squeeze(1)
            for reader, rows in ((self.forwards, drawings), (self.backwards, reversed_drawings))
        ]
        mean, log_std = self.posterior(torch.cat(read, dim=1)).float().chunk(2, dim=1)
        return mean, log_std.clamp(-8, 4)

    def first_state(self, latents: Tensor) -> State:
        """(batch, latent) -> the decoder's state before the first row (section 3.2)."""
        hidden, cell = self.begin(latents).tanh().chunk(2, dim=1)
        return hidden[None].contiguous(), cell[None].contiguous()

    def decode(self, rows: Tensor, latents: Tensor, state: State | None = None) -> tuple[Mixture, State]:
        """What comes after each of the rows (batch, n, 5), for latents (batch, latent), and the state at the end
        (equation 4). Without a state, the rows begin with the first point."""
        state = self.first_state(latents) if state is None else state
        told = latents[:, None].expand(-1, rows.shape[1], -1)
        features, state = self.decoder(torch.cat([rows, told], dim=2), state)
        return self.head(self.dropout(features)), state

    def told_nothing(self, count: int) -> Tensor:
        """(count, latent): what the decoder gets where it is to draw without a latent."""
        return self.nothing.expand(count, -1)

    @torch.inference_mode()
    def draw_on(
        self, last: Tensor, latents: Tensor, noise: Tensor, temperature: float, state: State | None = None
    ) -> Tensor:
        """Draws from the row `last` (batch, 5) on, until all drawings have ended or the noise has.

        Args:
            latents: (batch, latent).
            noise: (batch, most rows, 4), as `drawn_noise` gives it.
            temperature: see `drawn_row`.
            state: the decoder's before `last`; without one, `last` is the first point.

        Returns:
            (batch, rows, 5) without `last`; every drawing has at least one point more.
        """
        rows, ended = [], torch.zeros(len(last), dtype=torch.bool, device=last.device)
        for k in range(noise.shape[1]):
            mixture, state = self.decode(last[:, None], latents, state)
            last = drawn_row(mixture, noise[:, k : k + 1], temperature, may_end=k > 0).squeeze(1)
            ended |= last[:, ENDED] == 1
            rows.append(last)
            if ended.all():
                break
        return torch.stack(rows, dim=1)


def n_points(drawings: Tensor) -> Tensor:
    """(batch, rows, 5) -> (batch,) how many rows come before the end."""
    return (drawings[..., ENDED] == 0).sum(1)


def offset_log_density(mixture: Mixture, offsets: Tensor) -> Tensor:
    """(..., 2) offsets -> (...) nats: the log of the mixture's density there (equation 3; Graves 2013, arXiv 1308.0850,
    equations 24 and 25)."""
    x, y = ((offsets[..., None, :] - mixture.means) / mixture.stds).unbind(-1)
    rest = 1 - mixture.correlations.square()
    exponent = -(x * x + y * y - 2 * mixture.correlations * x * y) / (2 * rest)
    norm = math.log(2 * math.pi) + mixture.stds.log().sum(-1) + 0.5 * rest.log()
    return torch.logsumexp(mixture.log_weights + exponent - norm, dim=-1)


def reconstruction_losses(mixture: Mixture, drawings: Tensor) -> tuple[Tensor, Tensor]:
    """(batch, rows - 1) nats each: -log density of every offset, and the pen's cross entropy: the terms of
    equation 9.

    `mixture` (batch, rows - 1) is what was said after each row of `drawings` (batch, rows, 5) but the last. The first
    point is given and costs nothing; the end costs the pen alone, so a drawing has as many costs as points. Rows after
    it cost nothing: there the paper counts the pen on, up to the longest drawing of all.
    """
    target, said = drawings[:, 1:], drawings[:, :-1, ENDED] == 0
    offsets = -offset_log_density(mixture, target[..., :2]) * (target[..., ENDED] == 0)
    pen = F.cross_entropy(mixture.pen_logits.movedim(-1, 1), target[..., 2:].argmax(-1), reduction="none")
    return offsets, pen * said


def kl_weight(step: int, at_first: float, rate: float) -> float:
    """η = 1 - (1 - η_min) R^step: how much of the KL term counts (appendix on training)."""
    return 1 - (1 - at_first) * rate**step


def drawn_noise(count: int, n_rows: int, seed: int) -> Tensor:
    """(count, n_rows, 4): two numbers uniform on 0..1 and two normal ones for each row. The k-th drawing's are the same
    however many there are."""
    randoms = [np.random.default_rng([seed, k]) for k in range(count)]
    rows = [np.hstack([one.random((n_rows, 2)), one.standard_normal((n_rows, 2))]) for one in randoms]
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def drawn_row(mixture: Mixture, noise: Tensor, temperature: float, may_end: bool = True) -> Tensor:
    """(..., 5): a row drawn from a mixture by noise (..., 4), colder or warmer.

    The logits of the components are divided by the temperature and variances multiplied by it (equation 8); 0 takes the
    likeliest component's mean. The paper divides the pen's logits too. As a stroke goes on more often than it ends, a
    cold pen then hardly ever leaves the paper: here it keeps its own probabilities, and drawings their lengths
    (Magenta's later code goes half of that way).
    """
    warmth = max(temperature, 1e-6)
    pen_logits = mixture.pen_logits.clone()
    if not may_end:
        pen_logits[..., N_PEN - 1] = -torch.inf
    component = _chosen((mixture.log_weights / warmth).softmax(-1), noise[..., 0])
    pen = _chosen(pen_logits.softmax(-1), noise[..., 1])
    where = component[..., None, None].expand(*component.shape, 1, 2)
    mean, std = (one.gather(-2, where).squeeze(-2) for one in (mixture.means, mixture.stds))
    correlation = mixture.correlations.gather(-1, component[..., None]).squeeze(-1)
    first, second = noise[..., 2], noise[..., 3]
    standard = torch.stack([first, correlation * first + (1 - correlation.square()).sqrt() * second], dim=-1)
    offset = (mean + math.sqrt(temperature) * std * standard) * (pen != N_PEN - 1)[..., None]
    return torch.cat([offset, F.one_hot(pen, N_PEN).to(offset)], dim=-1)


def _chosen(probabilities: Tensor, uniform: Tensor) -> Tensor:
    """(..., n) and (...) within 0..1 -> (...) the index that the number falls on."""
    index = (probabilities.cumsum(-1) < uniform[..., None]).sum(-1)
    return index.clamp(max=probabilities.shape[-1] - 1)
