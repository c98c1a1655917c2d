import numpy as np
import pytest

from core.quiz import gan


def drawn(question):
    return [option.picture() for option in question.options]


def spread(row):
    faces = row.reshape(row.shape[0], gan.N_FACES, -1, 3).swapaxes(0, 1).astype(float)
    return np.mean([np.abs(faces[a] - faces[b]).mean() for a in range(3) for b in range(a)])


@pytest.mark.parametrize("seed", range(4))
def test_the_row_with_the_smallest_truncation_has_the_faces_most_alike(seed):
    question = gan.least_truncation(np.random.default_rng(seed))
    assert int(np.argmin([spread(row) for row in drawn(question)])) == question.answer


def test_who_learnt_longest_puts_least_ink_where_a_digit_has_none():
    """Early rows are grey all over."""
    for seed in range(10):
        question = gan.longest_training(np.random.default_rng(seed))
        grey = [np.mean((row > 40) & (row < 215)) for row in drawn(question)]
        assert int(np.argmin(grey)) == question.answer


def test_rows_stand_beside_one_another():
    assert gan.forged_row(0, 7).shape == (28, 28 * gan.N_FORGED)
    row = gan.face_row(0, 0.5)
    assert row.shape[1] == gan.N_FACES * row.shape[0]


def test_whoever_calls_most_faces_real_is_not_the_best():
    for seed in range(30):
        question = gan.best_d_prime(np.random.default_rng(seed))
        hits = [option.values["hits"] for option in question.options]
        assert hits[question.answer] < max(hits) or hits.count(max(hits)) > 1
