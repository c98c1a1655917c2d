"""How the judges learn: eight of them, one for each kept moment of the forger.

A judge is trained afresh to tell digits that people wrote from all that the forger had made until its moment; at least
half of the forgeries are of that very moment, the hardest to tell. Scribbles are among them, so that nobody passes by
the pen alone. Whatever comes before a judge has gone through one function
(`redraw.prepared`), and some noise is added, so that a last grey level says nothing. A third of either kind has been
redrawn by the pad's pens first, so that a pen says little; of late forgeries hardly more than the pen is left then, and
so a redrawn one weighs a fiftieth: it must not make a judge doubt what people draw. Of each judge the quantiles of what
it says of real digits are kept: core.forgery.judge reads its threshold off them.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core import training, weights
from core.digits.scribbles import scribbles
from core.forgery.model import DigitJudge, JudgeConfig
from core.forgery.redraw import prepared, redrawn_and_prepared, to_bytes
from core.precision import autocast

COLUMNS = ("judging", "real_logit", "fake_logit")
N_QUANTILES = 101
N_SCRIBBLES = 4_000


@dataclass(frozen=True)
class Config:
    """The judges' training. The same config and pictures give the same weights on the same CPU."""

    n_steps_each: int = 700
    batch: int = 64  # of either kind
    learning_rate: float = 1e-3
    n_real: int = 20_000
    n_fakes: int = 6_000  # of each moment
    share_redrawn: float = 1 / 3
    redrawn_real_weight: float = 5.0  # in the loss
    redrawn_fake_weight: float = 0.02
    doubt: float = 0.1  # of the answer that is wanted to a real digit: a judge should not be all too sure
    share_own: float = 0.5  # of the fakes are of a judge's own moment, the others of any up to it
    n_scribbles: int = 8  # beside each batch of fakes
    noise: float = 0.01  # standard deviation, of the whole range of grey
    seed: int = 0
    judge: JudgeConfig = field(default_factory=JudgeConfig)


@dataclass(frozen=True)
class Evidence:
    """What judges learn from: (n, 28, 28) uint8 each, prepared."""

    real: Tensor
    real_redrawn: Tensor
    fakes: tuple[Tensor, ...]  # by moment
    fakes_redrawn: tuple[Tensor, ...]
    scribbles: Tensor


def gather(real: np.ndarray, fakes: Sequence[np.ndarray], config: Config) -> Evidence:
    """Prepares digits and, of a share of them, what the pad makes of them."""

    def tensors(images: np.ndarray) -> tuple[Tensor, Tensor]:
        n_redrawn = math.ceil(config.share_redrawn * len(images))
        return torch.from_numpy(prepared(images)), torch.from_numpy(redrawn_and_prepared(images[:n_redrawn]))

    plain, redrawn = zip(*map(tensors, fakes), strict=True)
    drawn = scribbles(N_SCRIBBLES, torch.Generator().manual_seed(config.seed))
    return Evidence(
        *tensors(real[: config.n_real]), plain, redrawn, torch.from_numpy(prepared(to_bytes(drawn.numpy())))
    )


class Run:
    """The training of all judges, one after the other, and what a checkpoint brings back."""

    def __init__(self, config: Config, evidence: Evidence, held_out: np.ndarray, device: torch.device) -> None:
        """`held_out` (n, 28, 28) uint8: real digits, of which the first half sets the thresholds."""
        self.config, self.evidence, self.device = config, evidence, device
        self.setting = prepared(held_out[: len(held_out) // 2])
        self.n_steps = config.n_steps_each * len(evidence.fakes)
        torch.manual_seed(config.seed)
        self.judges = [DigitJudge(config.judge).to(device, memory_format=torch.channels_last) for _ in evidence.fakes]
        self.optimizers = [torch.optim.Adam(one.parameters(), betas=(0.9, 0.99)) for one in self.judges]
        self.step = 0

    def advance(self) -> dict[str, float]:
        """One step of the judge whose turn it is. Returns the losses. Raises core.training.DivergedError."""
        moment, place = divmod(self.step, self.config.n_steps_each)
        randomness = training.seed_everything(self.config.seed, self.step)
        real, fake = self._real(randomness), self._fake(moment, randomness)
        with autocast(self.device):
            logits = self.judges[moment](torch.cat([real, fake])).float()
        real_logits, fake_logits = logits.split([len(real), len(fake)])
        loss = self._loss(real_logits, fake_logits)
        numbers = {
            "judging": loss.item(),
            "real_logit": real_logits.mean().item(),
            "fake_logit": fake_logits.mean().item(),
        }
        training.require_finite(self.step, numbers)
        optimizer = self.optimizers[moment]
        share = 0.5 * (1 + math.cos(math.pi * place / self.config.n_steps_each))
        for group in optimizer.param_groups:
            group["lr"] = self.config.learning_rate * share
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        self.step += 1
        return numbers

    def _real(self, randomness: torch.Generator) -> Tensor:
        evidence, n_redrawn = self.evidence, self._n_redrawn()
        redrawn = _some(evidence.real_redrawn, n_redrawn, randomness)
        return self._seen(
            torch.cat([redrawn, _some(evidence.real, self.config.batch - n_redrawn, randomness)]), randomness
        )

    def _fake(self, moment: int, randomness: torch.Generator) -> Tensor:
        """Forgeries, a share of them of the judge's own moment, the redrawn ones first; then scribbles."""
        batch, evidence, n_redrawn = self.config.batch, self.evidence, self._n_redrawn()
        moments = torch.randint(moment + 1, (batch,), generator=randomness)
        moments[torch.rand(batch, generator=randomness) < self.config.share_own] = moment
        pools = [evidence.fakes_redrawn] * n_redrawn + [evidence.fakes] * (batch - n_redrawn)
        chosen = [_some(pool[m], 1, randomness) for pool, m in zip(pools, moments.tolist(), strict=True)]
        drawn = _some(evidence.scribbles, self.config.n_scribbles, randomness)
        return self._seen(torch.cat([*chosen, drawn]), randomness)

    def _n_redrawn(self) -> int:
        """In a batch of either kind."""
        return round(self.config.share_redrawn * self.config.batch)

    def _loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """Cross-entropy of logits of each kind, the redrawn ones first, with one-sided label smoothing (Salimans et al.
        2016, arXiv 1606.03498, section 3.4)."""
        doubt, n_redrawn = self.config.doubt, self._n_redrawn()
        real = (1 - doubt) * F.softplus(-real_logits) + doubt * F.softplus(real_logits)
        fake = F.softplus(fake_logits)
        weighted = [(real, self.config.redrawn_real_weight), (fake, self.config.redrawn_fake_weight)]
        return sum((weight * one[:n_redrawn].sum() + one[n_redrawn:].sum()) / len(one) for one, weight in weighted)

    def _seen(self, images: Tensor, randomness: torch.Generator) -> Tensor:
        noise = torch.randn(images.shape, generator=randomness) * self.config.noise
        return (images.float() / 255 + noise).to(self.device)

    def state(self) -> dict:
        """What a checkpoint holds."""
        return {
            "config": asdict(self.config),
            "step": self.step,
            "judges": [judge.state_dict() for judge in self.judges],
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }

    def restore(self, state: dict) -> None:
        """Goes on from a checkpoint. Raises ValueError where it belongs to another config."""
        training.require_config(state, self.config)
        self.step = state["step"]
        for part in ("judges", "optimizers"):
            for one, kept in zip(getattr(self, part), state[part], strict=True):
                one.load_state_dict(kept)

    def keep(self, folder: Path) -> None:
        """Writes the weights, and the quantiles of what each judge says of real digits."""
        tensors = {
            f"{k}.{name}": one for k, judge in enumerate(self.judges) for name, one in judge.state_dict().items()
        }
        weights.save_weights(
            folder / "weights", tensors, {"network": asdict(self.config.judge), "quantiles": self.quantiles()}
        )

    @torch.inference_mode()
    def quantiles(self) -> list[list[float]]:
        """For each judge, as it will be shipped, the logits below which 0 %, 1 % … 100 % lie of the digits that set
        thresholds."""
        shares = np.linspace(0, 1, N_QUANTILES)
        images = torch.from_numpy(self.setting).float() / 255
        found = []
        for judge in self.judges:
            shipped = DigitJudge(self.config.judge).eval()
            shipped.load_state_dict({name: one.half().float().cpu() for name, one in judge.state_dict().items()})
            found.append(np.quantile(shipped(images).numpy().astype(np.float64), shares).round(4).tolist())
        return found


def _some(pictures: Tensor, count: int, randomness: torch.Generator) -> Tensor:
    return pictures[torch.randint(len(pictures), (count,), generator=randomness)]
