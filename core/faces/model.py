"""The networks behind the faces: a generator, a discriminator, and an encoder.

The generator grows a picture from 4 pixels to `side`, as StyleGAN2 does (Karras et al. 2020, arXiv 1912.04958): a small
network makes a style of the latent, the style weighs the channels of every convolution, and each stage adds its own
share to the picture. What comes before the style is ours: latents are brought to where the encoder puts portraits.
"""

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FIRST_SIDE = 4
SLOPE = 0.2  # of leaky rectifiers


@dataclass(frozen=True)
class GeneratorConfig:
    """What builds the generator again. Each channel count but the first doubles the side, from 4 pixels on."""

    latent_size: int = 64
    style_size: int = 256
    channels: tuple[int, ...] = (256, 256, 192, 128, 64)

    @property
    def side(self) -> int:
        """Of the pictures, in pixels."""
        return FIRST_SIDE << (len(self.channels) - 1)


@dataclass(frozen=True)
class DiscriminatorConfig:
    """What builds the discriminator again. Each channel count halves the side, down to 4 pixels."""

    channels: tuple[int, ...] = (48, 96, 192, 256)


class Generator(nn.Module):
    """Latents to faces."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        channels, style_size = config.channels, config.style_size
        self.register_buffer("middle", torch.zeros(config.latent_size))
        self.register_buffer("spread", torch.eye(config.latent_size))
        self.style = nn.Sequential(
            nn.Linear(config.latent_size, style_size),
            nn.LeakyReLU(SLOPE),
            nn.Linear(style_size, style_size),
            nn.LeakyReLU(SLOPE),
        )
        self.start = nn.Linear(style_size, channels[0] * FIRST_SIDE**2)
        self.stages = nn.ModuleList(Stage(n_in, n_out, style_size) for n_in, n_out in itertools.pairwise(channels))

    def forward(self, latents: Tensor) -> Tensor:
        """(batch, latent) from N(0, 1) -> (batch, 3, side, side) within -1..1."""
        return self.from_places(self.places(latents))

    def places(self, latents: Tensor) -> Tensor:
        """(batch, latent) from N(0, 1) -> (batch, latent) from the Gaussian of `spread_over`."""
        return self.middle + latents @ self.spread.T

    @torch.no_grad()
    def spread_over(self, places: Tensor) -> None:
        """Takes as the Gaussian of faces the one with the mean and the covariance of (n, latent) places of portraits. A
        variational autoencoder's portraits do not fill N(0, 1), and what lies between them was never learnt (Ghosh et
        al. 2020, arXiv 1903.12436, section 4)."""
        self.middle.copy_(places.mean(dim=0))
        narrowest = 1e-4 * torch.eye(self.config.latent_size, device=places.device)
        self.spread.copy_(torch.linalg.cholesky(torch.cov(places.T) + narrowest))

    def from_places(self, places: Tensor) -> Tensor:
        """(batch, latent) where the encoder puts portraits -> (batch, 3, side, side) within -1..1."""
        styles = self.style(places)
        hidden = F.leaky_relu(self.start(styles), SLOPE).unflatten(1, (-1, FIRST_SIDE, FIRST_SIDE))
        hidden = hidden.contiguous(memory_format=torch.channels_last)
        picture = None
        for stage in self.stages:
            hidden, share = stage(hidden, styles)
            picture = share if picture is None else share + F.interpolate(picture, scale_factor=2.0, mode="bilinear")
        return torch.tanh(picture)


class Stage(nn.Module):
    """To twice the side, and its share of the picture."""

    def __init__(self, n_in: int, n_out: int, style_size: int) -> None:
        super().__init__()
        self.enlarge = StyledConvolution(nn.ConvTranspose2d(n_in, n_out, 4, stride=2, padding=1), n_in, style_size)
        self.refine = StyledConvolution(nn.Conv2d(n_out, n_out, 3, padding=1), n_out, style_size)
        self.paint = nn.Conv2d(n_out, 3, 1)

    def forward(self, hidden: Tensor, styles: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, n_in, side, side), (batch, style) -> (batch, n_out, 2 · side, 2 · side), (batch, 3, 2 · side, 2 ·
        side)."""
        hidden = self.refine(self.enlarge(hidden, styles), styles)
        return hidden, self.paint(hidden)


class StyledConvolution(nn.Module):
    """A convolution whose weights are scaled by the style, per input channel, and brought back to norm 1 per output
    channel (Karras et al. 2020, equations 1 and 3); both are done on the pictures instead, which is the same and keeps
    one convolution for the whole batch. Rectified."""

    def __init__(self, convolve: nn.Conv2d | nn.ConvTranspose2d, n_in: int, style_size: int) -> None:
        super().__init__()
        self.convolve = convolve
        self.style = nn.Linear(style_size, n_in)
        nn.init.ones_(self.style.bias)
        nn.init.normal_(convolve.weight, std=0.05)  # any: it is divided out
        self.weight_of = "oi" if isinstance(convolve, nn.Conv2d) else "io"  # the order of the weight's channel axes

    def forward(self, hidden: Tensor, styles: Tensor) -> Tensor:
        """(batch, n_in, ...), (batch, style) -> (batch, n_out, ...)."""
        scale = self.style(styles).float()
        squares = self.convolve.weight.float().square().sum(dim=(2, 3))
        taps = self.convolve.stride[0] ** 2  # each output pixel of a stride of 2 sees a quarter of the weights
        norm = torch.rsqrt(torch.einsum(f"bi,{self.weight_of}->bo", scale.square(), squares) / taps + 1e-8)
        norm = norm * 2**0.5  # what the rectifier takes
        return F.leaky_relu(self._convolved(hidden * scale.to(hidden.dtype)[:, :, None, None], norm), SLOPE)

    def _convolved(self, hidden: Tensor, norm: Tensor) -> Tensor:
        layer = self.convolve
        if isinstance(layer, nn.Conv2d):
            hidden = F.conv2d(hidden, layer.weight, padding=layer.padding)
        else:
            hidden = F.conv_transpose2d(hidden, layer.weight, stride=layer.stride, padding=layer.padding)
        return torch.addcmul(
            layer.bias[:, None, None].to(hidden.dtype), hidden, norm.to(hidden.dtype)[:, :, None, None]
        )


class Discriminator(nn.Module):
    """Judges pictures patch by patch, and rebuilds them at half the side from what it has kept of them, so that it
    cannot judge by a detail (Liu et al. 2021, section 3.2)."""

    def __init__(self, config: DiscriminatorConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.stages = halvings(channels)
        self.score = nn.Sequential(*convolved(channels[-1], channels[-1], 3), nn.Conv2d(channels[-1], 1, 3, padding=1))
        widths = [channels[-1], *(96 >> k for k in range(len(channels) - 1))]
        self.rebuild = nn.Sequential(
            *itertools.chain(
                *(
                    (nn.Upsample(scale_factor=2), *convolved(n_in, n_out, 3))
                    for n_in, n_out in itertools.pairwise(widths)
                )
            ),
            nn.Conv2d(widths[-1], 3, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(batch, 3, side, side) within -1..1 -> logits (batch, 16), and what each stage saw, from half the side to 4
        pixels."""
        seen = [pictures]
        for stage in self.stages:
            seen.append(stage(seen[-1]))
        return self.score(seen[-1]).flatten(1), seen[1:]

    def rebuilt(self, seen: Tensor) -> Tensor:
        """What the last stage saw -> (batch, 3, side / 2, side / 2)."""
        return self.rebuild(seen)


class Encoder(nn.Module):
    """Portraits to Gaussians in the latent space."""

    def __init__(self, channels: tuple[int, ...], latent_size: int) -> None:
        super().__init__()
        self.stages = halvings(channels)
        self.read = nn.Linear(channels[-1] * FIRST_SIDE**2, 2 * latent_size)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 3, side, side) within -1..1 -> means (batch, latent), logarithms of standard deviations."""
        hidden = pictures
        for stage in self.stages:
            hidden = stage(hidden)
        mean, log_std = self.read(hidden.flatten(1)).float().chunk(2, dim=1)
        return mean, log_std.clamp(-6, 2)


class Halving(nn.Module):
    """A residual block to half the side."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.main = nn.Sequential(*convolved(n_in, n_out, 4, 2), *convolved(n_out, n_out, 3))
        self.side = nn.Sequential(nn.AvgPool2d(2), *convolved(n_in, n_out, 1))

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, n_in, side, side) -> (batch, n_out, side / 2, side / 2)."""
        return (self.main(hidden) + self.side(hidden)) * 0.5**0.5


def halvings(channels: tuple[int, ...]) -> nn.ModuleList:
    """Stages that halve the side once for each channel count."""
    stages: list[nn.Module] = [nn.Sequential(*convolved(3, channels[0], 4, 2))]
    return nn.ModuleList(stages + [Halving(n_in, n_out) for n_in, n_out in itertools.pairwise(channels)])


def convolved(n_in: int, n_out: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """A convolution that keeps the size of what it hands on (He et al. 2015, arXiv 1502.01852), rectified."""
    convolution = nn.Conv2d(n_in, n_out, kernel, stride, (kernel - 1) // 2)
    nn.init.kaiming_normal_(convolution.weight, SLOPE)
    nn.init.zeros_(convolution.bias)
    return [convolution, nn.LeakyReLU(SLOPE)]
