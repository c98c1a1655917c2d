"""Trainings of twenty steps with small networks."""

import csv
import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from core import training, weights
from core.audio import notes, phase
from core.gansynth import data, synthesize, train
from core.gansynth.picture import picture_to_spectrogram


@pytest.fixture(scope="module")
def pictures(notes_folder):
    return data.load(notes.read_notes(notes_folder), 256)


@pytest.fixture
def config(small_generator, small_discriminator):
    return train.Config(n_steps=20, batch=4, n_judged=2, generator=small_generator, discriminator=small_discriminator)


@pytest.fixture
def make(config, pictures):
    return lambda **changes: train.Run(train.Config(**{**vars(config), **changes}), pictures, torch.device("cpu"))


def after(run, n_steps):
    for progress in training.train(run):
        if progress.step == n_steps:
            break
    return run


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.values(), other.values(), strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_does_not(make):
    first, second, third = after(make(), 14), after(make(), 14), after(make(seed=1), 14)
    assert same(first.average.model.state_dict(), second.average.model.state_dict())
    assert same(first.discriminator.state_dict(), second.discriminator.state_dict())
    assert not same(first.generator.state_dict(), third.generator.state_dict())


def test_a_killed_run_goes_on_as_if_nothing_had_happened(make, tmp_path):
    whole = after(make(), 16)
    training.save_checkpoint(tmp_path / "checkpoint.pt", after(make(), 12).state())
    resumed = make()
    resumed.restore(training.load_checkpoint(tmp_path / "checkpoint.pt"))
    after(resumed, 16)
    for part in ("generator", "discriminator", "instruments"):
        assert same(getattr(whole, part).state_dict(), getattr(resumed, part).state_dict())
    assert same(whole.average.model.state_dict(), resumed.average.model.state_dict())


def test_a_checkpoint_of_another_run_is_refused(make):
    with pytest.raises(ValueError, match="another configuration"):
        make(batch=5).restore(make().state())
    state = make().state() | {"names": "others"}
    with pytest.raises(ValueError, match="other notes"):
        make().restore(state)


def test_it_learns(make):
    run = make(n_steps=150, batch=8, adversary_from=1.0, learning_rate=3e-3)
    losses = [progress.losses for progress in training.train(run)]
    for name, share in (("magnitude", 0.45), ("angle", 0.8)):
        early, late = (np.mean([one[name] for one in part]) for part in (losses[:5], losses[-10:]))
        assert late < share * early, name


def test_the_adversary_comes_when_its_time_has_come(make):
    losses = [progress.losses for progress in training.train(make(adversary_from=0.5))]
    assert not any("fooling" in one for one in losses[:10])
    assert all({"fooling", "judging", "pitch", "real_pitch"} <= one.keys() for one in losses[10:])


def test_the_generator_is_pushed_by_the_discriminator_alone_too(make):
    """Latents that belong to no recording get their gradient from the discriminator."""
    weightless = {"magnitude_weight": 0.0, "angle_weight": 0.0, "overstep_weight": 0.0, "kl_weight": 0.0}
    run = make(adversary_from=0.0, adversary_rise=1, **weightless)
    run.step = 1
    before = {name: value.clone() for name, value in run.generator.state_dict().items()}
    run.advance()
    assert not same(before, run.generator.state_dict())


def test_numbers_that_are_not_finite_end_the_run_before_they_do_harm(make):
    run = after(make(), 3)
    with torch.no_grad():
        run.instruments.mean.fill_(math.nan)
    before = {name: value.clone() for name, value in run.generator.state_dict().items()}
    with pytest.raises(training.DivergedError, match="not finite"):
        run.advance()
    assert same(before, run.generator.state_dict())


def test_an_error_that_grows_ends_the_run(make):
    run = after(make(), 3)
    run.best_error = 1e-6
    with pytest.raises(training.DivergedError, match="the error is"):
        run.advance()


def test_leaving_the_range_of_pictures_costs_what_is_beyond_it():
    picture = torch.tensor([[[[0.5, -1.0], [1.5, -3.0]]]])
    assert train.overstep_loss(picture) == pytest.approx((0.5 + 2) / 4)


def test_learning_rate_falls_twice_the_second_time_with_the_adversary():
    shares = [train.learning_rate_share(done, 0.6) for done in np.linspace(0, 1, 1001)]
    assert shares[0] < 0.02
    assert max(shares) == shares[300] == 1
    assert all(later <= earlier for earlier, later in itertools.pairwise(shares[10:600]))
    assert shares[599] == pytest.approx(0.05, abs=1e-3)
    assert shares[600] == pytest.approx(0.25, abs=1e-3)
    assert all(later <= earlier for earlier, later in itertools.pairwise(shares[600:]))
    assert shares[-1] == pytest.approx(0.01)


def command(notes_folder, out, monkeypatch, config, *options):
    monkeypatch.setitem(train.PROFILES, "cpu", config)
    return train.main(["--notes", str(notes_folder), "--out", str(out), "--device", "cpu", *options])


def test_the_command_leaves_weights_that_play(notes_folder, tmp_path, monkeypatch, config):
    assert command(notes_folder, tmp_path, monkeypatch, config) == 0
    model = synthesize.load_from(tmp_path / "weights")
    wave = model.notes(np.zeros((1, 4)), np.array([60]))
    assert wave.shape == (1, 64000)
    assert np.isfinite(wave).all()
    assert set(model.instruments) <= {"flute-050", "flute-100", "reed-050", "reed-100"}
    assert model.places.shape == (len(model.instruments), 4)
    assert (tmp_path / "sheet-000020.png").is_file()
    assert (tmp_path / "sounds-000020.wav").is_file()
    with (tmp_path / "losses.csv").open(newline="") as table:
        assert [int(row["step"]) for row in csv.DictReader(table)] == [20]


def test_the_command_goes_on_and_starts_from_what_was_shipped(notes_folder, tmp_path, monkeypatch, config):
    first = tmp_path / "first"
    assert command(notes_folder, first, monkeypatch, config, "--steps", "12") == 0
    assert training.load_checkpoint(first / "checkpoint.pt")["step"] == 12
    assert command(notes_folder, first, monkeypatch, config, "--resume") == 0
    assert training.load_checkpoint(first / "checkpoint.pt")["step"] == 20
    second = tmp_path / "second"
    shipped = weights.load_weights(first / "weights")[0]
    options = ("--start-from", str(first / "weights"), "--steps", "1")
    assert command(notes_folder, second, monkeypatch, config, *options) == 0
    moved = weights.load_weights(second / "weights")[0]
    assert (shipped["start.weight"].float() - moved["start.weight"].float()).abs().max() < 0.01


def test_the_twin_paints_phases(notes_folder, tmp_path, monkeypatch, config, capsys):
    """Its data hold them, its weights know, and no training of the other kind goes on from it."""
    assert command(notes_folder, tmp_path / "twin", monkeypatch, config, "--angle", "phase", "--steps", "2") == 0
    model = synthesize.load_from(tmp_path / "twin" / "weights")
    assert model.generator.config.angle == "phase"
    latents, pitches = np.zeros((1, 4), np.float32), np.array([60])
    with torch.inference_mode():
        painted = model.generator(torch.from_numpy(latents), torch.from_numpy(pitches))
    expected = picture_to_spectrogram(painted, "phase")
    assert torch.equal(model.spectrograms(latents, pitches), expected)
    options = ("--start-from", str(tmp_path / "twin" / "weights"))
    assert command(notes_folder, tmp_path / "other", monkeypatch, config, *options) == 1
    assert "another size or kind" in capsys.readouterr().err


def test_the_error_of_phases_counts_the_first_frame_and_that_of_frequencies_does_not():
    painted, real = torch.zeros(1, 3, 4, 2), torch.zeros(1, 3, 4, 2)
    real[:, 1, 0] = 1.0
    assert train.reconstruction_losses(painted, real, "frequency")["angle"] == 0
    assert train.reconstruction_losses(painted, real, "phase")["angle"] == 1 / 4


def test_weights_of_another_size_are_refused(notes_folder, tmp_path, monkeypatch, config, capsys):
    assert command(notes_folder, tmp_path / "first", monkeypatch, config, "--steps", "1") == 0
    larger = train.Config(**{**vars(config), "generator": train.GeneratorConfig(n_bins=256, widths=(8,) * 6)})
    options = ("--start-from", str(tmp_path / "first" / "weights"))
    assert command(notes_folder, tmp_path / "second", monkeypatch, larger, *options) == 1
    assert "another size" in capsys.readouterr().err


def test_a_run_that_diverges_keeps_its_last_good_state(notes_folder, tmp_path, monkeypatch, config, capsys):
    assert command(notes_folder, tmp_path, monkeypatch, config, "--steps", "5") == 0

    def diverge(self):
        raise training.DivergedError("step 6: kl not finite")

    monkeypatch.setattr(train.Run, "advance", diverge)
    assert command(notes_folder, tmp_path, monkeypatch, config, "--resume") == 1
    assert "not finite" in capsys.readouterr().err
    assert training.load_checkpoint(tmp_path / "checkpoint.pt")["step"] == 5


def test_instantaneous_frequency_of_the_tones_is_what_the_formula_says(pictures):
    """The data itself: a flute's picture holds its pitch where the formula puts it."""
    place = pictures.names.index("flute-060-100")
    picture = pictures.pictures[place].float()
    loudest = picture[0, 40].argmax()
    angle = torch.atan2(picture[2, 40, loudest], picture[1, 40, loudest]) / math.pi
    assert angle.item() == pytest.approx(phase.sine_instantaneous_frequency(notes.pitch_to_hz(60)), abs=0.01)


def test_training_needs_little_more_than_torch():
    """What a bare machine with a GPU may lack is not imported."""
    code = "import sys, core.gansynth.train; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "torch" in loaded
    assert not set(loaded) & {"gradio", "librosa", "sklearn", "PIL", "soundfile", "mido", "matplotlib", "pooch"}
