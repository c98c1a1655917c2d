"""Which group a face belongs to (core.faces.data), by its features: how many of the generated ones are of each."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from core.faces import data
from core.tables import markdown

MOST_ITERATIONS = 2_000


def fit_classifier(features: np.ndarray, portraits: Sequence[data.Portrait]) -> Pipeline:
    """A logistic regression from features (n, d) to groups; each portrait counts as often as it is drawn in training,
    so that the groups are as likely beforehand as the generator should paint them. Raises ValueError where all are of
    one group."""
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=MOST_ITERATIONS))
    groups = [portrait.group for portrait in portraits]
    classifier.fit(features, groups, logisticregression__sample_weight=[data.GROUPS[group] for group in groups])
    return classifier


def count_shares(groups: Sequence[str], how_often: Sequence[float] | None = None) -> dict[str, float]:
    """Of each of `data.GROUPS`, 0..1; of all alike, or each as often as is said."""
    how_often = np.ones(len(groups)) if how_often is None else np.asarray(how_often)
    return {name: float(how_often[np.array(groups) == name].sum() / how_often.sum()) for name in data.GROUPS}


def share_table(
    faces: dict[str, Tensor],
    learnt: Tensor,
    held_out: Tensor,
    learnt_portraits: Sequence[data.Portrait],
    held_out_portraits: Sequence[data.Portrait],
) -> str:
    """Markdown: the groups' shares among what is drawn in training and among each kind of faces, given as features; and
    how well the classifier knows the held-out portraits."""
    drawn = [portrait.group for portrait in learnt_portraits]
    if len(set(drawn)) < 2:
        return "All training portraits are of one group."
    classifier = fit_classifier(learnt.numpy(), learnt_portraits)
    shares = {"drawn in training": count_shares(drawn, [data.GROUPS[group] for group in drawn])}
    shares |= {name: count_shares(classifier.predict(kind.numpy())) for name, kind in faces.items()}
    rows = [[name, *(f"{share:.1%}" for share in of_each.values())] for name, of_each in shares.items()]
    truth, said = [portrait.group for portrait in held_out_portraits], classifier.predict(held_out.numpy())
    accuracy = balanced_accuracy_score(truth, said)
    known = ", ".join(
        f"{sum(a == b == name for a, b in zip(truth, said, strict=True))} of {truth.count(name)} {name}"
        for name in data.GROUPS
    )
    return (
        markdown(["share of each group, by a logistic regression", *data.GROUPS], rows)
        + f"\n\nThe regression knows {known} held-out portraits: balanced accuracy {accuracy:.1%}."
    )
