"""The losses and penalties of generative adversarial networks, as pure functions that read like their papers.

Logits are what a discriminator says of its pictures, of any shape: above 0 for real, below for fake. Every function
gives one number, the mean over the batch.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def hinge_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))] (Lim and Ye 2017, arXiv 1705.02894, section 3)."""
    return F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()


def hinge_generator_loss(fake_logits: Tensor) -> Tensor:
    """-E[D(G(z))], the other half of the hinge loss."""
    return -fake_logits.mean()


def logistic_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """-E[log σ(D(x))] - E[log(1 - σ(D(G(z))))] (Goodfellow et al. 2014, arXiv 1406.2661, equation 1)."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def non_saturating_generator_loss(fake_logits: Tensor) -> Tensor:
    """-E[log σ(D(G(z)))]: the same fixed point as the minimax loss, with a gradient while the generator still loses
    (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake_logits).mean()


def r1_penalty(real: Tensor, real_logits: Tensor) -> Tensor:
    """E[‖∇D(x)‖²] on real pictures; times γ / 2 it is R1 (Mescheder et al. 2018, arXiv 1801.04406, equation 9).

    `real` (batch, ...) must have required a gradient before the logits were made of it.
    """
    return _squared_gradients(real, real_logits).mean()


def gradient_penalty(between: Tensor, logits: Tensor) -> Tensor:
    """E[(‖∇D(x̂)‖ - 1)²] on pictures between real and fake ones (Gulrajani et al. 2017, arXiv 1704.00028, equation 3).

    `between` (batch, ...) must have required a gradient before the logits were made of it.
    """
    return (_squared_gradients(between, logits).sqrt() - 1).square().mean()


def between(real: Tensor, fake: Tensor, shares: Tensor) -> Tensor:
    """Where the gradient penalty looks: `shares` (batch,) within 0..1 of the way from a fake picture to a real one."""
    return torch.lerp(fake, real, shares.view(-1, *[1] * (real.ndim - 1)))


def gaussian_kl(mean: Tensor, log_std: Tensor) -> Tensor:
    """KL(N(mean, std²) ‖ N(0, 1)) in nats, summed over the last axis (Kingma and Welling 2013, arXiv 1312.6114,
    appendix B)."""
    return 0.5 * (mean.square() + torch.exp(2 * log_std) - 1 - 2 * log_std).sum(-1).mean()


def _squared_gradients(pictures: Tensor, logits: Tensor) -> Tensor:
    """(batch,): ‖∂ΣD/∂x‖² for each picture; itself differentiable."""
    (gradient,) = torch.autograd.grad(logits.sum(), pictures, create_graph=True)
    return gradient.flatten(1).square().sum(1)
