"""A ruler reads what it learned to read, says how wrong it is, and never stands in for another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_module

from talkingface.cli import ruler as verb
from talkingface.errors import UserError
from talkingface.manifest import Track
from talkingface.metrics import ruler as ruler_module
from talkingface.metrics.ruler import Ruler, find_ruler, load_ruler, ruler_name, save_ruler
from talkingface.metrics.ruler_errors import error_table, measure_errors
from talkingface.metrics.ruler_network import RulerNetwork
from talkingface.metrics.ruler_training import RulerSettings, make_ruler, train_network
from talkingface.model_files import MODELS_VARIABLE
from talkingface.synthetic.random_frames import read_random_frames, render_random_frames

SETTINGS = RulerSettings(
    size=64,
    people=3,
    frames=8,
    held_out=2,
    steps=4,
    batch_size=4,
    learning_rate=1e-3,
    seed=5,
)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ruler") / "frames"


@pytest.fixture(scope="module")
def made(work: Path) -> Ruler:
    return make_ruler(work, SETTINGS, workers=1, device=CPU)


def assert_same(one: Track, other: Track) -> None:
    for name in ("pose", "expression", "landmarks"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-4)


def test_a_saved_ruler_reads_the_same_and_keeps_what_it_knows(
    made: Ruler, work: Path, tmp_path: Path
) -> None:
    save_ruler(made, tmp_path / "ruler.pt")
    again = load_ruler(tmp_path / "ruler.pt", 64)
    frames = read_random_frames(work / "held-out", SETTINGS.testing)[0][0]
    assert_same(again.read([frames]), made.read([frames]))
    assert (again.errors, again.seeds) == (made.errors, made.seeds)
    assert list(tmp_path.iterdir()) == [tmp_path / "ruler.pt"]


def test_a_ruler_cut_off_while_being_written_leaves_the_one_before(
    made: Ruler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_ruler(made, tmp_path / "ruler.pt")
    before = (tmp_path / "ruler.pt").read_bytes()

    def half(content: object, path: Path) -> None:
        path.write_bytes(before[:1000])
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(KeyboardInterrupt):
        save_ruler(made, tmp_path / "ruler.pt")
    assert (tmp_path / "ruler.pt").read_bytes() == before
    assert list(tmp_path.iterdir()) == [tmp_path / "ruler.pt"]


def test_the_same_seed_gives_the_same_ruler(made: Ruler, work: Path) -> None:
    again = make_ruler(work, SETTINGS, workers=1, device=CPU)
    for name, weight in made.network.state_dict().items():
        torch.testing.assert_close(again.network.state_dict()[name], weight, rtol=0, atol=0)


def test_a_track_does_not_depend_on_how_the_video_is_cut(made: Ruler, work: Path) -> None:
    frames = np.array(read_random_frames(work / "training", SETTINGS.training)[0][0])
    whole = made.read([frames])
    assert whole.pose.shape == (8, 6)
    assert whole.expression.shape == (8, 9)
    assert whole.landmarks.shape == (8, 68, 2)
    assert whole.face.all()
    assert_same(whole, made.read(frames[k : k + 3] for k in range(0, 8, 3)))


def test_frames_of_another_size_and_no_frames_are_refused(made: Ruler) -> None:
    with pytest.raises(UserError, match="talkingface ruler size=128"):
        made.read([np.zeros((2, 128, 128, 3), np.uint8)])
    with pytest.raises(UserError, match="no frames"):
        made.read([])


def test_a_ruler_of_another_size_or_generator_is_refused(made: Ruler, tmp_path: Path) -> None:
    save_ruler(made, tmp_path / "right.pt")
    with pytest.raises(UserError, match="needed is size=128"):
        load_ruler(tmp_path / "right.pt", 128)
    save_ruler(replace(made, generator_version=0), tmp_path / "old.pt")
    with pytest.raises(UserError, match="generator_version=0, needed is"):
        load_ruler(tmp_path / "old.pt")


def test_a_file_that_is_no_ruler_is_refused(tmp_path: Path) -> None:
    torch.save({"weights": {}}, tmp_path / "other.pt")
    with pytest.raises(UserError, match="no ruler of this version"):
        load_ruler(tmp_path / "other.pt")


def test_a_missing_ruler_names_the_command_that_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruler_module, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    with pytest.raises(UserError, match="`talkingface ruler size=64`"):
        find_ruler(64)
    with pytest.raises(UserError, match="mine"):
        find_ruler(64, tmp_path / "mine.pt")


def test_an_explicit_ruler_wins_over_the_models_folder_and_that_over_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruler_module, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    places = [tmp_path / folder / ruler_name(64) for folder in ("cache", "models", "mine")]
    for place in places:
        place.parent.mkdir()
        place.touch()
        explicit = place if place.parent.name == "mine" else None
        assert find_ruler(64, explicit) == place


def test_errors_count_in_units_in_deviations_and_without_a_person_s_offset() -> None:
    """Told of a network that always reads 0, and whose labels deviate by 2."""
    network = RulerNetwork(64).eval()
    network.spread.fill_(2.0)
    torch.nn.init.zeros_(network.head[-1].weight)
    torch.nn.init.zeros_(network.head[-1].bias)
    frames = [np.zeros((5, 64, 64, 3), np.uint8), np.zeros((5, 64, 64, 3), np.uint8)]
    rng = np.random.default_rng(0)
    shapes = {"pose": (10, 6), "expression": (10, 9), "landmarks": (10, 68, 2)}
    drawn = {name: rng.random(shape, np.float32) for name, shape in shapes.items()}
    truth = Track(face=np.ones(10, bool), **drawn)
    truth.pose[:, 0] = np.repeat([3.0, -3.0], 5)
    truth.pose[:, 1] = np.tile([1.0, -1.0], 5)
    errors = measure_errors(network, frames, truth)
    assert errors["yaw"].mean == pytest.approx(3.0, abs=1e-4)
    assert errors["yaw"].share == pytest.approx(1.5, abs=1e-4)
    assert errors["yaw"].within == pytest.approx(0.0, abs=1e-4)
    assert errors["pitch"].within == pytest.approx(0.48, abs=1e-4)
    assert errors["yaw"].slope == pytest.approx(0.0, abs=1e-4)
    assert "| yaw | 3° | 1.500 | 0.000 |" in error_table(errors)


def test_the_verb_makes_a_ruler_once_and_leaves_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "ruler.pt"
    small = ("people=2", "frames=4", "held_out=1", "steps=2", "batch_size=2", "workers=1")
    with initialize_config_module("conf", version_base="1.3"):
        cfg = compose("ruler", overrides=[f"output={output}", "device=cpu", *small])
    verb.run(cfg)
    written = output.stat().st_mtime_ns
    verb.run(cfg)
    assert output.stat().st_mtime_ns == written
    assert list(tmp_path.iterdir()) == [output]
    assert capsys.readouterr().out.count("| jaw_open |") == 2


@pytest.mark.slow
def test_a_minute_of_training_beats_the_mean_by_a_clear_margin(tmp_path: Path) -> None:
    settings = RulerSettings(64, 40, 32, 10, 150, 32, 2e-3, 0)
    for name, frames in (("train", settings.training), ("test", settings.testing)):
        render_random_frames(tmp_path / name, frames, workers=2)
    network = train_network(
        *read_random_frames(tmp_path / "train", settings.training), settings, CPU
    )
    people, truth = read_random_frames(tmp_path / "test", settings.testing)
    errors = measure_errors(network, people, truth)
    for k, name in enumerate(("yaw", "pitch", "roll", "x", "y")):
        guess = np.abs(truth.pose[:, k] - truth.pose[:, k].mean()).mean() / truth.pose[:, k].std()
        assert errors[name].share < 0.75 * guess


def test_a_ruler_is_not_given_the_name_of_a_format_that_would_not_be_read(tmp_path: Path) -> None:
    with initialize_config_module("conf", version_base="1.3"):
        cfg = compose("ruler", overrides=[f"output={tmp_path / 'ruler.safetensors'}"])
    with pytest.raises(UserError, match=r"call it \.pt"):
        verb.run(cfg)
    assert not list(tmp_path.iterdir())
