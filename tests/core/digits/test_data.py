"""MNIST as it was published, a fair share held out, and scikit-learn's digits where MNIST is not."""

import gzip

import numpy as np
import pytest
from torchvision.datasets.mnist import read_image_file, read_label_file

from core import downloads
from core.digits import data
from core.digits.predict import classify


def test_mnist_has_the_published_counts(mnist):
    assert (len(mnist.train), len(mnist.test), mnist.source) == (60_000, 10_000, "mnist")
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.train.images.dtype == np.uint8
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_files_are_read_as_torchvision_reads_them(mnist, tmp_path):
    for kind, read, ours in (
        ("images-idx3", read_image_file, mnist.test.images),
        ("labels-idx1", read_label_file, mnist.test.labels),
    ):
        packed = downloads.find("mnist") / f"t10k-{kind}-ubyte.gz"
        (tmp_path / kind).write_bytes(gzip.decompress(packed.read_bytes()))
        np.testing.assert_array_equal(ours, read(tmp_path / kind).numpy())


def test_images_can_be_shared_with_torch_without_a_copy(mnist):
    assert mnist.train.images.flags.writeable


def test_held_out_divides_the_training_digits():
    numbered = data.Digits(np.zeros((60_000, 1, 1), np.uint8), np.arange(60_000))
    learn, choose = data.held_out(numbered)
    assert (len(learn), len(choose)) == (55_000, 5_000)
    assert sorted([*learn.labels, *choose.labels]) == list(range(60_000))
    np.testing.assert_array_equal(choose.labels, data.held_out(numbered)[1].labels)
    assert len(np.intersect1d(choose.labels, data.held_out(numbered, seed=1)[1].labels)) < 1_000


def test_held_out_keeps_digits_with_their_labels():
    labels = np.arange(6_000)
    for part in data.held_out(data.Digits(labels[:, None, None], labels)):
        np.testing.assert_array_equal(part.images[:, 0, 0], part.labels)


def test_without_mnist_the_digits_are_scikit_learns(no_mnist):
    digits = data.load()
    assert (len(digits.train), len(digits.test), digits.source) == (1_400, 397, "sklearn")
    assert digits.train.images.shape == (1_400, 28, 28)
    assert digits.train.images.dtype == np.uint8
    assert digits.train.labels[:10].tolist() == list(range(10))
    assert set(digits.test.labels) == set(range(10))


def test_scikit_learns_digits_are_read_by_a_network_that_knows_mnist(learned):
    """Mirrored, three in ten would be."""
    digits = data.sklearn_digits()
    answers = classify(learned.network, digits.images / 255).argmax(1)
    assert (answers == digits.labels).mean() > 0.6


@pytest.mark.parametrize("value", [0, 255])
def test_enlarged_paper_stays_paper(value):
    enlarged = data.enlarge(np.full((8, 8), value))
    assert enlarged.shape == (280, 280)
    np.testing.assert_allclose(enlarged, value, atol=1e-3)


def test_enlarging_is_undone_by_averaging_and_stays_in_range(mnist):
    for image in mnist.test.images[:20]:
        enlarged = data.enlarge(image)
        assert enlarged.min() >= 0
        assert enlarged.max() <= 255
        assert abs(enlarged.reshape(28, 10, 28, 10).mean((1, 3)) - image).mean() < 5
