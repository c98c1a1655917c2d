"""Rounds: how many are real, that nobody comes back, that no place is likelier, and who is never in one."""

from collections import Counter

import numpy as np
import pytest
import torch

from core.faces import data, game, sample, train


@pytest.fixture
def model(small_generator, small_discriminator, portraits_folder, tmp_path):
    config = train.Config(n_steps=20, batch=4, generator=small_generator, discriminator=small_discriminator)
    train.Run(config, data.load("train", 16), torch.device("cpu")).save_weights(tmp_path / "weights")
    return sample.load_from(tmp_path / "weights")


@pytest.fixture
def sitting(model):
    return lambda seed=0: game.Sitting(model, np.random.default_rng(seed))


@pytest.fixture
def portraits(model):
    """The pictures that may be shown, as bytes."""
    return {data.read(one, model.side).tobytes() for one in data.showable(model.side)}


def real_ones(shown):
    return [picture.tobytes() for picture, is_real in zip(shown.pictures, shown.is_real, strict=True) if is_real]


@pytest.mark.parametrize(("kind", "n_real"), [(game.BET, 0), (game.FOUR, 1), (game.NINE, 1)])
def test_a_line_up_has_as_many_real_faces_as_it_says(sitting, portraits, kind, n_real):
    shown = sitting().draw(kind)
    assert shown.pictures.shape == (game.N_FACES[kind], 16, 16, 3)
    assert sum(shown.is_real) == n_real
    assert [picture.tobytes() in portraits for picture in shown.pictures] == list(shown.is_real)


def test_no_portrait_comes_back_and_then_they_are_spent(sitting, portraits):
    mine = sitting()
    seen = [real_ones(mine.draw(game.FOUR))[0] for _ in portraits]
    assert sorted(seen) == sorted(portraits)
    for kind in game.NEED_PORTRAITS:
        with pytest.raises(game.SpentError):
            mine.draw(kind)
    assert mine.draw(game.BET).pictures.any()  # needs none
    assert real_ones(sitting(1).draw(game.FOUR))  # another sitting has them all


def test_generated_faces_are_new_each_time(sitting, monkeypatch):
    monkeypatch.setattr(game, "TRUNCATION", 20.0)  # a generator that has learnt nothing paints all alike
    mine = sitting()
    pictures = [picture.tobytes() for _ in range(4) for picture in mine.draw(game.BET).pictures]
    assert len(set(pictures)) == len(pictures)


def test_no_place_is_likelier_and_a_single_one_is_real_half_of_the_time(sitting, monkeypatch):
    everybody = data.showable(16) * 400
    monkeypatch.setattr(data, "showable", lambda side: list(everybody))
    mine = sitting()
    places = Counter(mine.draw(game.FOUR).is_real.index(True) for _ in range(400))
    assert min(places[k] for k in range(4)) > 70
    singles = [mine.draw(game.SINGLE).is_real for _ in range(400)]
    assert 160 < sum(is_real for (is_real,) in singles) < 240


def test_ones_own_face_is_hidden_once(sitting):
    mine = sitting()
    with pytest.raises(game.NoFaceError):
        mine.draw(game.OWN)
    own = np.full((16, 16, 3), 77, np.uint8)
    shown = mine.draw(game.OWN, own)
    assert real_ones(shown) == [own.tobytes()]
    assert len(shown.pictures) == 9


def test_the_generator_works_as_much_for_a_real_face_as_for_a_generated_one(sitting, model, monkeypatch):
    asked = []
    make = model.faces_and_changes
    monkeypatch.setattr(model, "faces_and_changes", lambda latents, _: asked.append(len(latents)) or make(latents))
    mine = sitting()
    for _ in range(3):
        mine.draw(game.SINGLE)
    assert asked == [sample.FaceGenerator.n_tried] * 3


def test_the_faces_that_changed_least_are_shown(sitting, model, monkeypatch):
    made = []
    make = model.faces_and_changes
    monkeypatch.setattr(model, "faces_and_changes", lambda *arguments: made.append(make(*arguments)) or made[-1])
    shown = sitting().draw(game.BET).pictures
    [(tried, changes)] = made
    assert len(tried) == sample.FaceGenerator.n_tried * len(shown)
    best = {tried[k].tobytes() for k in np.argsort(changes)[: len(shown)]}
    assert {picture.tobytes() for picture in shown} == best


def test_a_damaged_portrait_is_left_out(sitting, portraits_folder, portraits, caplog):
    damaged = data.showable(16)[0]
    (portraits_folder / "img" / damaged.file).write_bytes(b"not a picture")
    mine = sitting()
    seen = {real_ones(mine.draw(game.FOUR))[0] for _ in range(len(portraits) - 1)}
    assert len(seen) == len(portraits) - 1
    with pytest.raises(game.SpentError):
        mine.draw(game.FOUR)
    assert damaged.file in caplog.text


def test_without_portraits_the_rounds_that_need_none_are_played(sitting, monkeypatch):
    monkeypatch.setattr(data, "showable", lambda side: [])
    mine = sitting()
    for kind in game.NEED_PORTRAITS:
        with pytest.raises(data.NoPortraitsError):
            mine.draw(kind)
    assert not any(mine.draw(game.BET).is_real)


def test_portraits_that_are_fetched_meanwhile_are_found(sitting, monkeypatch):
    mine = sitting()
    with monkeypatch.context() as change:
        change.setattr(data, "showable", lambda side: [])
        with pytest.raises(data.NoPortraitsError):
            mine.draw(game.FOUR)
    assert sum(mine.draw(game.FOUR).is_real) == 1


def test_the_discriminator_picks_what_it_takes_for_the_most_real(sitting, model):
    shown = sitting().draw(game.NINE)
    opinion = game.judged(model, shown)
    assert opinion.logits == pytest.approx(model.realness(shown.pictures))
    assert opinion.pick == int(np.argmax(model.realness(shown.pictures)))
    assert opinion.patches.shape == (9, 4, 4)
