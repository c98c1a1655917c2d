"""Directions in a space where one knows them, a layout of clusters, and the shipped atlas."""

import numpy as np
import pytest
import torch

from core.gansynth import atlas, measures, synthesize
from core.gansynth.model import Generator


def test_a_direction_that_is_there_is_found_and_chance_is_not():
    random = np.random.default_rng(0)
    latents = random.standard_normal((400, 6))
    measured = {
        "bright": 3 * latents[:, 0] + 10,
        "long": latents[:, 0] + 2 * latents[:, 1] + 0.3 * random.standard_normal(400),
        "chance": random.standard_normal(400),
    }
    names, readings, offsets, moves, r2 = atlas.find_directions(latents, measured)
    assert names == ("bright", "long")
    assert min(r2) > 0.9
    assert readings @ moves.T == pytest.approx(np.eye(2), abs=1e-9)
    moved = latents + 2 * moves[1]
    before, after = (latents @ readings.T + offsets, moved @ readings.T + offsets)
    assert after - before == pytest.approx(np.tile([0, 2], (400, 1)))


def test_without_any_direction_there_are_none():
    latents = np.random.default_rng(0).standard_normal((80, 3))
    names, readings, *_ = atlas.find_directions(latents, {"chance": np.random.default_rng(1).standard_normal(80)})
    assert names == ()
    assert readings.shape == (0, 3)


def test_like_features_lie_together():
    random = np.random.default_rng(0)
    centres = 10 * random.standard_normal((4, 5))
    which = np.repeat(np.arange(4), 30)
    points = atlas.lay_out(centres[which] + 0.1 * random.standard_normal((120, 5)))
    assert (points.min(), points.max()) == (0, 1)
    nearest = np.linalg.norm(points[:, None] - points, axis=2) + 10 * np.eye(120)
    assert (which[nearest.argmin(axis=1)] == which).mean() > 0.98


def test_an_atlas_is_made_saved_and_loaded(small_generator, tmp_path):
    torch.manual_seed(0)
    model = synthesize.GanSynth(Generator(small_generator), ("string_acoustic_040-100",) * 3, np.eye(4)[:3])
    made = atlas.make(model, n_listened=12, n_between=13)
    assert made.points.shape == (16, 2)
    assert made.families == ("string",) * 3 + ("between",) * 13
    atlas.save(made, tmp_path)
    loaded = atlas.load(tmp_path)
    assert loaded.points == pytest.approx(made.points, abs=1e-3)
    assert loaded.names == made.names


def test_the_shipped_directions_do_what_they_say():
    """The middle of N(0, 1), two deviations up and down along each: the measure follows."""
    shipped = atlas.load()
    assert {"bright", "long"} <= set(shipped.directions)
    model = synthesize.load()
    random = np.random.default_rng(5)
    starts = 0.6 * random.standard_normal((6, model.latent_size))
    for name, move in zip(shipped.directions, shipped.moves, strict=True):
        low, high = (
            [atlas.MEASURES[name](wave) for wave in model.notes(starts + side * move, np.full(6, atlas.PITCH))]
            for side in (-1.5, 1.5)
        )
        assert np.median(np.subtract(high, low)) > 0, name


def test_neighbours_on_the_shipped_map_sound_alike():
    shipped = atlas.load()
    random = np.random.default_rng(0)
    chosen = random.permutation(len(shipped.points))[:48]
    model = synthesize.load()
    waves = model.notes(shipped.latents[chosen], np.full(48, 60))
    timbres = np.stack([measures.timbre(wave) for wave in waves])
    apart = np.linalg.norm(timbres[:, None] - timbres, axis=2)
    on_map = np.linalg.norm(shipped.points[chosen][:, None] - shipped.points[chosen], axis=2) + 10 * np.eye(48)
    nearest = apart[np.arange(48), on_map.argmin(axis=1)].mean()
    assert nearest < 0.5 * apart[np.triu_indices(48, 1)].mean()
