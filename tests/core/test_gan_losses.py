"""Losses against closed forms and against autograd."""

import math

import pytest
import torch

from core import gan_losses

REAL = torch.tensor([2.0, 0.5, -1.0])
FAKE = torch.tensor([-3.0, 0.0, 1.5])


def test_hinge_counts_only_what_is_inside_the_margin():
    assert gan_losses.hinge_discriminator_loss(REAL, FAKE) == pytest.approx((0 + 0.5 + 2) / 3 + (0 + 1 + 2.5) / 3)
    assert gan_losses.hinge_discriminator_loss(torch.tensor([1.0]), torch.tensor([-1.0])) == 0
    assert gan_losses.hinge_generator_loss(FAKE) == pytest.approx(0.5)


def test_logistic_is_the_cross_entropy_of_the_sigmoid():
    sigmoid = lambda x: 1 / (1 + math.exp(-x))  # noqa: E731
    wanted = (
        -sum(math.log(sigmoid(x)) for x in REAL.tolist()) / 3 - sum(math.log(1 - sigmoid(x)) for x in FAKE.tolist()) / 3
    )
    assert gan_losses.logistic_discriminator_loss(REAL, FAKE) == pytest.approx(wanted)
    wanted = -sum(math.log(sigmoid(x)) for x in FAKE.tolist()) / 3
    assert gan_losses.non_saturating_generator_loss(FAKE) == pytest.approx(wanted)


def test_a_generator_that_loses_still_has_a_gradient():
    logits = torch.tensor([-20.0], requires_grad=True)
    gan_losses.non_saturating_generator_loss(logits).backward()
    assert logits.grad.item() == pytest.approx(-1, abs=1e-6)  # the minimax loss has e^-20 here


@pytest.mark.parametrize("loss", [gan_losses.hinge_discriminator_loss, gan_losses.logistic_discriminator_loss])
def test_discriminators_are_pushed_the_right_way(loss):
    real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    loss(real, fake).backward()
    assert (real.grad < 0).all()
    assert (fake.grad > 0).all()


def test_penalties_of_a_linear_discriminator_are_its_weights():
    direction = torch.tensor([3.0, 4.0])
    pictures = torch.randn(5, 2, requires_grad=True)
    logits = pictures @ direction
    assert gan_losses.r1_penalty(pictures, logits) == pytest.approx(25)
    assert gan_losses.gradient_penalty(pictures, pictures @ direction) == pytest.approx(16)
    assert gan_losses.gradient_penalty(pictures, pictures @ direction / 5) == pytest.approx(0, abs=1e-10)


def test_penalties_train_the_discriminator():
    scale = torch.tensor(2.0, dtype=torch.double, requires_grad=True)
    pictures = torch.randn(6, 3, 4, dtype=torch.double).requires_grad_()

    def penalty(scale):
        return gan_losses.r1_penalty(pictures, (scale * pictures.square()).flatten(1).sum(1))

    assert torch.autograd.gradcheck(penalty, [scale])
    (gradient,) = torch.autograd.grad(penalty(scale), scale)
    wanted = 8 * scale * pictures.square().flatten(1).sum(1).mean()  # ‖∇‖² = 4 scale² ‖x‖²
    assert gradient.item() == pytest.approx(wanted.item())


def test_each_picture_has_its_own_gradient():
    pictures = torch.tensor([[1.0], [10.0]], requires_grad=True)
    assert gan_losses.r1_penalty(pictures, pictures.square().sum(1)).item() == pytest.approx((4 + 400) / 2)


def test_between_goes_from_fake_to_real():
    real, fake = torch.ones(3, 2, 2), torch.zeros(3, 2, 2)
    mixed = gan_losses.between(real, fake, torch.tensor([0.0, 0.25, 1.0]))
    assert mixed.amin((1, 2)).tolist() == mixed.amax((1, 2)).tolist() == [0, 0.25, 1]


def test_kl_against_torch():
    mean, log_std = torch.randn(7, 5), torch.randn(7, 5)
    ours = torch.distributions.Normal(mean, log_std.exp())
    wanted = torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0)).sum(1).mean()
    assert gan_losses.gaussian_kl(mean, log_std).item() == pytest.approx(wanted.item(), rel=1e-5)
    assert gan_losses.gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 3)) == 0
