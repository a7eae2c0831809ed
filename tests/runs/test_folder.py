"""A run has one identity and one folder."""

import copy
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from talkingface.errors import UserError
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.runs.checkpoint import load_checkpoint, load_network
from talkingface.runs.folder import find_checkpoint, open_run
from talkingface.runs.lock import locked

CONFIG = {
    "name": "test",
    "seed": 1,
    "steps": 10,
    "batch_size": 2,
    "pretrained": None,
    "runs": "anywhere",
    "data": {"root": "/somewhere", "size": 64, "workers": 1, "backend": "decord"},
    "model": {
        "network": {"width": "small"},
        "cra": {"enabled": True},
        "stac": {"enabled": False},
    },
    "trainer": {"devices": 1, "precision": "32-true"},
}


def _changed(dotted: str, value: object) -> dict:
    config = copy.deepcopy(CONFIG)
    *parents, last = dotted.split(".")
    node = config
    for parent in parents:
        node = node[parent]
    node[last] = value
    return config


@pytest.mark.parametrize(
    ("field", "value"),
    [("data.root", "/elsewhere"), ("data.workers", 4), ("trainer.devices", 8), ("runs", "other")],
)
def test_paths_and_devices_do_not_change_a_runs_identity(
    tmp_path: Path, field: str, value: object
) -> None:
    first = open_run(tmp_path, CONFIG, tmp_path)
    assert open_run(tmp_path, _changed(field, value), tmp_path).path == first.path


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", 2), ("steps", 11), ("model.network.width", "large"), ("data.size", 128)],
)
def test_what_changes_the_result_changes_the_folder(
    tmp_path: Path, field: str, value: object
) -> None:
    first = open_run(tmp_path, CONFIG, tmp_path)
    assert open_run(tmp_path, _changed(field, value), tmp_path).path != first.path


def test_of_a_technique_that_is_off_no_field_counts(tmp_path: Path) -> None:
    def folder(enabled: bool, **fields: object) -> Path:
        config = _changed("model.cra", {"enabled": enabled} | fields)
        return open_run(tmp_path, config, tmp_path).path

    assert folder(False, ramp=50) == folder(False, ramp=500, mix=True)
    assert folder(True, ramp=50) != folder(True, ramp=500)
    tuned = (open_run(tmp_path, _changed("model.stac", {"enabled": False, "lookahead": frames}),
                      tmp_path).path for frames in (None, 2))  # fmt: skip
    assert len({*tuned}) == 2, "the filter beside a baseline looks ahead as far as STAC"


def test_a_folder_with_another_configuration_is_refused_by_field(tmp_path: Path) -> None:
    folder = open_run(tmp_path, CONFIG, tmp_path).path
    settings = folder / "settings.json"
    settings.write_text(settings.read_text().replace('"steps": 10', '"steps": 99'))
    with pytest.raises(UserError, match="steps"):
        open_run(tmp_path, CONFIG, tmp_path)


def test_the_newest_checkpoint_is_the_one_with_the_highest_step(tmp_path: Path) -> None:
    folder = open_run(tmp_path, CONFIG, tmp_path)
    assert folder.newest_checkpoint() is None
    folder.checkpoints.mkdir()
    for step in (900, 1000, 50):
        (folder.checkpoints / f"step-{step:08d}.ckpt").touch()
    newest = folder.newest_checkpoint()
    assert newest is not None
    assert newest.name == "step-00001000.ckpt"


def test_a_folder_means_its_best_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no checkpoint here"):
        find_checkpoint(tmp_path)
    for age, name in ((1, "run/best.ckpt"), (2, "run/step-00000010.ckpt"), (3, "old/best.ckpt")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (1000 - age, 1000 - age))
    assert find_checkpoint(tmp_path) == tmp_path / "run" / "best.ckpt"
    assert find_checkpoint(tmp_path / "run/step-00000010.ckpt").name == "step-00000010.ckpt"


def test_a_network_comes_back_from_its_checkpoint(tmp_path: Path) -> None:
    network = TalkingFace(NetworkConfig())
    state = {f"network.{k}": v for k, v in network.state_dict().items()} | {"other": torch.ones(1)}
    path = tmp_path / "x.ckpt"
    torch.save({"network": {"size": 64}, "state_dict": state}, path)
    loaded = load_network(path)
    for name, value in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


class _Malicious:
    def __reduce__(self) -> tuple:
        return (os.mkdir, ("/tmp/should-never-exist-talkingface",))


def test_a_malicious_or_broken_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.ckpt"
    torch.save({"network": {}, "state_dict": _Malicious()}, path)
    with pytest.raises(UserError, match="not a checkpoint of plain tensors"):
        load_checkpoint(path)
    assert not Path("/tmp/should-never-exist-talkingface").exists()
    path.write_bytes(b"garbage")
    with pytest.raises(UserError, match=r"x\.ckpt"):
        load_checkpoint(path)
    torch.save({"weights": 1}, path)
    with pytest.raises(UserError, match="holds no network"):
        load_checkpoint(path)
    torch.save({"network": {"sides": 3}, "state_dict": {}}, path)
    with pytest.raises(UserError, match="another version"):
        load_network(path)


def test_starting_afresh_moves_the_old_folder_aside_and_keeps_it(tmp_path: Path) -> None:
    first = open_run(tmp_path, CONFIG, tmp_path)
    for number in (1, 2):
        (first.path / "step-00000001.ckpt").write_text(f"run {number}")
        again = open_run(tmp_path, CONFIG, tmp_path, fresh=True)
        assert again.path == first.path
        assert not (again.path / "step-00000001.ckpt").exists()
        kept = tmp_path / ".replaced" / f"{first.name}.{number}" / "step-00000001.ckpt"
        assert kept.read_text() == f"run {number}"
    with pytest.raises(UserError, match="no checkpoint here"):
        find_checkpoint(tmp_path)


@contextmanager
def _training_elsewhere(folder: Path) -> Iterator[None]:
    """Another process holds the folder, and has forked a process that outlives it."""
    code = (
        "import os, sys, time; from pathlib import Path; from talkingface.runs.lock import locked\n"
        f"with locked(Path({str(folder)!r})):\n"
        "    if os.fork() == 0: time.sleep(20); os._exit(0)\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()
        process.wait()
        with locked(folder):
            pass
        os.killpg(process.pid, signal.SIGKILL)


def test_one_process_at_a_time_trains_a_run(tmp_path: Path) -> None:
    with (
        _training_elsewhere(tmp_path),
        pytest.raises(UserError, match="another process"),
        locked(tmp_path),
    ):
        pass


def test_a_run_in_training_is_not_moved_aside(tmp_path: Path) -> None:
    first = open_run(tmp_path, CONFIG, tmp_path)
    with _training_elsewhere(first.path), pytest.raises(UserError, match="another process"):
        open_run(tmp_path, CONFIG, tmp_path, fresh=True)
    assert first.path.exists()
