"""Groups are told apart by features, and counted as often as they are drawn."""

import numpy as np
import pytest
import torch

from core.faces import data, groups


def portraits(n_us, n_taiwan):
    rows = [("CivilServiceUSA/us-house", n_us), (data.TAIWAN, n_taiwan)]
    return [
        data.Portrait(f"{k}.jpg", "train", repository, "a" * 40, 2.0, "", ((0.0, 0.0), (1.0, 0.0)))
        for repository, count in rows
        for k in range(count)
    ]


def features(n_us, n_taiwan, seed, apart=9.0):
    """(n, 8), of which the first tells the groups apart."""
    points = torch.randn(n_us + n_taiwan, 8, generator=torch.Generator().manual_seed(seed))
    points[n_us:, 0] += apart
    return points


def cells(table, name):
    return next(line.strip("| ").split(" | ")[1:] for line in table.splitlines() if line.startswith(f"| {name} |"))


def test_shares_of_faces_are_found_and_stand_beside_what_is_drawn():
    faces = {"ours": features(70, 30, 3), "narrow": features(40, 0, 4)}
    table = groups.share_table(faces, features(90, 30, 0), features(20, 8, 1), portraits(90, 30), portraits(20, 8))
    assert cells(table, "drawn in training") == ["50.0%", "50.0%"]  # 90 once, 30 three times
    assert cells(table, "ours") == ["70.0%", "30.0%"]
    assert cells(table, "narrow") == ["100.0%", "0.0%"]
    assert "20 of 20 us, 8 of 8 taiwan held-out portraits: balanced accuracy 100.0%" in table


def test_accuracy_is_balanced_and_of_the_held_out():
    """Of held-out portraits that are all alike, one group is known and the other is not."""
    alike = torch.zeros(23, 8)
    table = groups.share_table({}, features(90, 30, 0), alike, portraits(90, 30), portraits(20, 3))
    assert "20 of 20 us, 0 of 3 taiwan held-out portraits: balanced accuracy 50.0%" in table


def test_beforehand_the_groups_are_as_likely_as_they_are_drawn():
    """Where features say nothing, all faces are of the group that is drawn more often, not of the larger one."""
    for n_taiwan, share in ((20, 0.0), (60, 1.0)):
        classifier = groups.fit_classifier(np.zeros((90 + n_taiwan, 1)), portraits(90, n_taiwan))
        assert groups.count_shares(classifier.predict(np.zeros((9, 1))))["taiwan"] == share


def test_portraits_of_one_group_are_said_to_be():
    table = groups.share_table({}, features(9, 0, 0), features(5, 0, 1), portraits(9, 0), portraits(5, 0))
    assert "one group" in table


def test_shares_add_up():
    shares = groups.count_shares(["us", "taiwan", "us"], [1.0, 3.0, 1.0])
    assert shares == pytest.approx({"us": 0.4, "taiwan": 0.6})
