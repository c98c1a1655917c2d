"""A network that learns while somebody watches: two layers of neurons, as in 1-1, by plain gradient descent.

784 pixels → 256 ReLU neurons → 10 logits. From random weights it reaches 98 % on the unseen test digits within
ten seconds on two CPU cores.
"""

import copy
import threading
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from core.digits.data import N_CLASSES, DigitData, Digits
from core.digits.normalize import SIDE

N_HIDDEN = 256
BATCH = 32
N_PROBED = 2_000  # examples of the book that the training accuracy is measured on


@dataclass(frozen=True)
class StudyConfig:
    """How one network studies.

    Raises:
        ValueError: a number outside its range.
    """

    n_examples: int = 60_000
    flipped: float = 0.0  # share of labels that are replaced by a wrong one
    learning_rate: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n_examples <= 60_000:
            raise ValueError(f"{self.n_examples} examples, wanted 1 to 60,000")
        if not 0 <= self.flipped <= 1:
            raise ValueError(f"{self.flipped} of the labels flipped, wanted 0 to 1")
        if not 0 < self.learning_rate <= 100:
            raise ValueError(f"learning rate {self.learning_rate}, wanted above 0 and at most 100")


@dataclass(frozen=True)
class Progress:
    """Where a study is."""

    n_seen: int  # examples, counted again each time they are seen
    seconds: float  # spent learning
    loss: float  # mean over the last batches, in nats; not finite once it has diverged
    book_accuracy: float  # on the labels in the book, flipped ones too
    test_accuracy: float  # on all unseen digits


class StudyNetwork(nn.Module):
    """Two layers of neurons, their weights and biases uniform within ±1/√(number of inputs), as torch's own."""

    def __init__(self, randomness: torch.Generator) -> None:
        super().__init__()
        self.hidden = nn.utils.skip_init(nn.Linear, SIDE * SIDE, N_HIDDEN)
        self.logits = nn.utils.skip_init(nn.Linear, N_HIDDEN, N_CLASSES)
        for layer in (self.hidden, self.logits):
            bound = layer.in_features**-0.5
            for parameter in layer.parameters():
                nn.init.uniform_(parameter, -bound, bound, generator=randomness)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(batch, 28, 28) float 0..1 -> (batch, 10) logits."""
        return self.logits(F.relu(self.hidden(images.flatten(1))))


class Study:
    """One network, the book it learns from, and where it is. Threads that teach it wait for one another.

    A config that differs only in the learning rate may take the old one's place at any time.
    """

    def __init__(self, config: StudyConfig, digits: DigitData) -> None:
        self.config = config
        self.randomness = torch.Generator().manual_seed(config.seed)
        self.network = StudyNetwork(self.randomness)
        self.book = write_book(digits.train, config)
        self.truth = digits.train[: len(self.book)].labels
        self._images, self._labels = _tensors(self.book)
        self._test_images, self._test_labels = _tensors(digits.test)
        self._optimizer = torch.optim.SGD(self.network.parameters(), config.learning_rate)
        self._order, self._place = torch.randperm(len(self.book), generator=self.randomness), 0
        self.n_seen, self.seconds, self.loss = 0, 0.0, float("nan")
        self._lock = threading.Lock()

    def learn(self, seconds: float) -> Progress:
        """Learns for so long, from where it is, and measures (which is not counted as learning)."""
        with self._lock:
            self._set_learning_rate(self.config.learning_rate)
            losses = []
            start = time.perf_counter()
            while time.perf_counter() - start < seconds:
                chosen = self._next_batch()
                losses.append(self._descend(_floats(self._images[chosen]), self._labels[chosen]))
            self.seconds += time.perf_counter() - start
            if losses:
                self.loss = torch.stack(losses).mean().item()
            return self.progress()

    def step_on(self, image: np.ndarray, label: int, learning_rate: float) -> None:
        """One gradient step on one labelled picture, (28, 28) float 0..1."""
        images = torch.from_numpy(np.asarray(image, np.float32))[None]  # (1, 28, 28)
        with self._lock:
            self._set_learning_rate(learning_rate)
            self.loss = self._descend(images, torch.tensor([label])).item()

    def snapshot(self) -> nn.Module:
        """A copy of the network that later learning does not change."""
        with self._lock:
            return copy.deepcopy(self.network)

    def progress(self) -> Progress:
        """Measures the network as it is."""
        n_probed = min(N_PROBED, len(self.book))
        return Progress(
            self.n_seen,
            self.seconds,
            self.loss,
            self._accuracy(self._images[:n_probed], self._labels[:n_probed]),
            self._accuracy(self._test_images, self._test_labels),
        )

    def weight_pictures(self, count: int) -> np.ndarray:
        """(count, 28, 28): the 784 weights of the first hidden neurons, each as a picture."""
        return self.network.hidden.weight.detach()[:count].reshape(-1, SIDE, SIDE).numpy().copy()

    def _set_learning_rate(self, learning_rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate

    def _descend(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        loss = F.cross_entropy(self.network(images), labels)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        self.n_seen += len(images)
        return loss.detach()

    def _next_batch(self) -> torch.Tensor:
        if self._place >= len(self._order):
            self._order, self._place = torch.randperm(len(self.book), generator=self.randomness), 0
        chosen = self._order[self._place : self._place + BATCH]
        self._place += BATCH
        return chosen

    @torch.inference_mode()
    def _accuracy(self, images: torch.Tensor, labels: torch.Tensor) -> float:
        return (self.network(_floats(images)).argmax(1) == labels).float().mean().item()


def write_book(train: Digits, config: StudyConfig) -> Digits:
    """The first examples of the training digits, a share of the labels replaced by one of the nine wrong ones."""
    book = train[: config.n_examples]
    random = np.random.default_rng(config.seed)
    wrong = random.permutation(len(book))[: round(config.flipped * len(book))]
    labels = book.labels.copy()
    labels[wrong] = (labels[wrong] + random.integers(1, N_CLASSES, len(wrong))) % N_CLASSES
    return Digits(book.images, labels)


def _tensors(digits: Digits) -> tuple[torch.Tensor, torch.Tensor]:
    """Without a copy of the pictures: many studies share them, and none writes to them."""
    return torch.from_numpy(digits.images), torch.from_numpy(digits.labels)


def _floats(images: torch.Tensor) -> torch.Tensor:
    return images.float() / 255
