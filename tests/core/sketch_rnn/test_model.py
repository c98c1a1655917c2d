"""The mixture against torch.distributions, and that a drawing's company and padding change nothing."""

import math
from dataclasses import replace

import pytest
import torch
from torch import distributions

from core import weights
from core.sketch_rnn import data, model, train
from core.sketch_rnn.model import Mixture, SketchRNN

NETWORK = model.SketchConfig(encoder_units=8, decoder_units=16, latent_size=3, n_mixtures=4, dropout=0.0)


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = SketchRNN(NETWORK).eval()
    torch.nn.init.normal_(network.nothing)
    return network


@pytest.fixture
def drawings(evened_characters):
    return [data.scaled(drawing, 1 / 80) for drawing in sorted(evened_characters["test"], key=len)[::9]]


def some_mixture(*leading, n=5, dtype=torch.float64):
    randomness = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*leading, *shape, generator=randomness, dtype=dtype)

    return Mixture(
        normal(n).log_softmax(-1), normal(n, 2), (0.5 * normal(n, 2)).exp(), 0.9 * normal(n).tanh(), normal(3)
    )


def as_distribution(mixture):
    """The same mixture as torch.distributions says it."""
    x, y = mixture.stds.unbind(-1)
    both = mixture.correlations * x * y
    covariance = torch.stack([torch.stack([x * x, both], -1), torch.stack([both, y * y], -1)], -2)
    components = distributions.MultivariateNormal(mixture.means, covariance)
    return distributions.MixtureSameFamily(distributions.Categorical(logits=mixture.log_weights), components)


def test_the_density_is_torchs():
    mixture = some_mixture(7, 3)
    offsets = torch.randn(7, 3, 2, dtype=torch.float64)
    wanted = as_distribution(mixture).log_prob(offsets)
    assert torch.allclose(model.offset_log_density(mixture, offsets), wanted)


def test_the_densitys_gradient_is_that_of_finite_differences():
    mixture = some_mixture(2)
    parts = [mixture.log_weights, mixture.means, mixture.stds, mixture.correlations]
    parts = [part.clone().requires_grad_(True) for part in parts]
    offsets = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(
        lambda *given: model.offset_log_density(Mixture(*given[:-1], mixture.pen_logits), given[-1]), (*parts, offsets)
    )


def test_costs_are_those_of_the_offsets_and_of_the_pen(drawings):
    batch = data.padded(drawings)
    mixture = some_mixture(*batch[:, 1:].shape[:2], dtype=torch.float32)
    offsets, pen = model.reconstruction_losses(mixture, batch)
    density = as_distribution(mixture).log_prob(batch[:, 1:, :2])
    states = distributions.Categorical(logits=mixture.pen_logits).log_prob(batch[:, 1:, 2:].argmax(-1))
    for k, drawing in enumerate(drawings):
        n = len(drawing)
        assert torch.allclose(offsets[k, : n - 1], -density[k, : n - 1], atol=1e-4)  # the end is no offset
        assert torch.allclose(pen[k, :n], -states[k, :n], atol=1e-5)
        assert not offsets[k, n - 1 :].any()
        assert not pen[k, n:].any()
    assert model.n_points(batch).tolist() == [len(drawing) for drawing in drawings]


def with_padding(batch, n=7):
    ends = torch.tensor([0.0, 0, 0, 0, 1]).expand(len(batch), n, 5)
    return torch.cat([batch, ends], dim=1)


@torch.inference_mode()
def test_padding_and_company_change_nothing(network, drawings):
    alone = [data.padded([drawing]) for drawing in drawings]
    together = with_padding(data.padded(drawings))
    means, log_stds = network.encode(together)
    told = torch.cat([means[:1], network.told_nothing(len(means) - 1)])
    costs = model.reconstruction_losses(network.decode(together[:, :-1], told)[0], together)
    for k, batch in enumerate(alone):
        mean, log_std = network.encode(batch)
        assert torch.allclose(mean[0], means[k], atol=1e-5)
        assert torch.allclose(log_std[0], log_stds[k], atol=1e-5)
        mine = model.reconstruction_losses(network.decode(batch[:, :-1], told[k : k + 1])[0], batch)
        assert all(torch.allclose(one.sum(), both[k].sum(), atol=1e-4) for one, both in zip(mine, costs, strict=True))


@torch.inference_mode()
def test_the_encoder_reads_from_both_ends(network, drawings):
    batch = data.padded(drawings[-1:])
    mean, _ = network.encode(batch)
    for row in (0, len(drawings[-1]) // 2, len(drawings[-1]) - 1):
        changed = batch.clone()
        changed[0, row, 0] += 1
        assert not torch.allclose(network.encode(changed)[0], mean, atol=1e-4)


@torch.inference_mode()
def test_the_decoder_sees_what_came_before_and_the_latent(network, drawings):
    batch = data.padded(drawings[-1:])
    told = torch.zeros(1, NETWORK.latent_size)
    pen = network.decode(batch[:, :-1], told)[0].pen_logits
    changed = batch.clone()
    changed[0, 4, 0] += 1
    later = network.decode(changed[:, :-1], told)[0].pen_logits
    assert torch.equal(pen[:, :4], later[:, :4])
    assert not torch.allclose(pen[:, 4], later[:, 4], atol=1e-4)
    assert not torch.allclose(pen, network.decode(batch[:, :-1], told + 1)[0].pen_logits, atol=1e-4)


def test_every_parameter_learns(network, drawings):
    batch = data.padded(drawings)
    mean, log_std = network.encode(batch[:2])
    told = torch.cat([mean + log_std.exp(), network.told_nothing(len(batch) - 2)])
    sum(one.sum() for one in model.reconstruction_losses(network.decode(batch[:, :-1], told)[0], batch)).backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in network.parameters())


def test_a_ruler_does_not_give_infinite_density():
    head = model.MixtureHead(1, 2)
    with torch.no_grad():
        head.bias.fill_(-1e4)
        mixture = head(torch.zeros(1, 1))
    assert mixture.stds.min() == pytest.approx(model.SMALLEST_STD)
    assert mixture.correlations.abs().max() <= model.LARGEST_CORRELATION
    assert model.offset_log_density(mixture, mixture.means[:, 0]).isfinite().all()


def test_annealing_begins_low_and_ends_at_one():
    assert model.kl_weight(0, 0.01, 0.999) == pytest.approx(0.01)
    assert model.kl_weight(1_000, 0.01, 0.999) == pytest.approx(1 - 0.99 * math.exp(1_000 * math.log(0.999)))
    assert model.kl_weight(100_000, 0.01, 0.999) == pytest.approx(1)


def test_drawn_rows_have_the_mixtures_moments():
    n = 60_000
    single = some_mixture(1, n=3, dtype=torch.float32)
    mixture = Mixture(*(part.expand(n, *part.shape[1:]) for part in vars(single).values()))
    rows = model.drawn_row(mixture, model.drawn_noise(1, n, seed=0)[0], temperature=1.0)
    wanted = as_distribution(single)
    kept = rows[:, 4] == 0
    assert torch.allclose(rows[kept, :2].mean(0), wanted.mean[0], atol=0.03)
    assert torch.allclose(rows[kept, :2].var(0), wanted.variance[0], rtol=0.03)
    inside = model.offset_log_density(mixture, rows[:, :2])[kept]  # sees the correlation as well
    truly = wanted.sample((n,))
    assert torch.allclose(inside.mean(), wanted.log_prob(truly).mean(), atol=0.03)
    assert torch.allclose(rows[:, 2:].mean(0), single.pen_logits[0].softmax(-1), atol=0.01)
    assert not rows[~kept, :2].any(), "the end is nowhere"


def test_the_temperature_narrows_and_zero_is_the_likeliest_mean():
    mixture = some_mixture(1, dtype=torch.float32)
    mixture = Mixture(*(part.expand(500, *part.shape[1:]) for part in vars(mixture).values()))
    noise = model.drawn_noise(1, 500, seed=1)[0]
    spreads = []
    for temperature in (0.0, 0.1, 0.5, 1.0):
        rows = model.drawn_row(mixture, noise, temperature, may_end=False)
        assert not rows[:, 4].any()
        spreads.append(rows[:, :2].std(0).sum().item())
    assert spreads[0] == pytest.approx(0, abs=1e-6)
    assert spreads == sorted(spreads)
    likeliest = mixture.means[0, mixture.log_weights[0].argmax()]
    assert torch.allclose(model.drawn_row(mixture, noise, 0.0, may_end=False)[:, :2], likeliest.expand(500, 2))


def test_a_cold_pen_leaves_the_paper_as_often():
    pen = torch.tensor([2.0, 0.0, -1.0])
    mixture = replace(some_mixture(4_000, dtype=torch.float32), pen_logits=pen.expand(4_000, 3))
    rows = model.drawn_row(mixture, model.drawn_noise(1, 4_000, seed=2)[0], temperature=0.0)
    assert torch.allclose(rows[:, 2:].mean(0), pen.softmax(-1), atol=0.03)


def test_noise_is_the_same_in_any_company():
    assert torch.equal(model.drawn_noise(9, 5, seed=3)[:2], model.drawn_noise(2, 5, seed=3))
    assert not torch.equal(model.drawn_noise(2, 5, seed=3), model.drawn_noise(2, 5, seed=4))
    assert not torch.equal(*model.drawn_noise(2, 5, seed=3))
    assert model.drawn_noise(1, 1, seed=0).dtype == torch.float32


@torch.inference_mode()
def test_drawing_on_is_what_teacher_forcing_would_say(network):
    """Each row that is drawn is the one that the decoder, shown all rows before it at once, would have drawn."""
    first = torch.tensor([[0.0, 0, 1, 0, 0]]).expand(3, 5)
    told, noise = torch.randn(3, NETWORK.latent_size), model.drawn_noise(3, 12, seed=0)
    drawn = network.draw_on(first, told, noise, temperature=0.3)
    rows = torch.cat([first[:, None], drawn], dim=1)
    again = model.drawn_row(network.decode(rows[:, :-1], told)[0], noise[:, : drawn.shape[1]], temperature=0.3)
    goes_on = rows[:, :-1, 4].cumsum(1) == 0
    goes_on[:, 0] = False  # there nothing may end
    assert goes_on.sum() > 6
    assert torch.allclose(again[goes_on], drawn[goes_on], atol=1e-4)
    assert not drawn[:, 0, 4].any()


@torch.inference_mode()
def test_what_has_been_read_is_not_forgotten(network):
    """From the state after three rows it goes on as from the first."""
    network.head.bias[-1] = -9  # it hardly ever ends
    first = torch.tensor([[0.0, 0, 1, 0, 0]])
    told, noise = network.told_nothing(1), model.drawn_noise(1, 12, seed=0)
    rows = torch.cat([first[:, None], network.draw_on(first, told, noise, temperature=0.3)], dim=1)
    assert model.n_points(rows) > 5
    _, state = network.decode(rows[:, :3], told)
    assert torch.allclose(network.draw_on(rows[:, 3], told, noise[:, 3:], 0.3, state), rows[:, 4:], atol=1e-4)


@pytest.mark.parametrize("profile", train.PROFILES)
def test_every_profile_fits_into_its_file(profile):
    network = SketchRNN(train.PROFILES[profile].network)
    assert 2 * sum(one.numel() for one in network.state_dict().values()) < weights.LARGEST_FILE
