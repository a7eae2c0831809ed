"""Nothing that happens to W&B stops a training, slows it or leaves its CSV files short."""

import csv
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import wandb
from omegaconf import DictConfig
from wandb.sdk.wandb_setup import singleton

from callbacks.samples import SampleVideos
from callbacks.throughput import Throughput
from callbacks.wandb_server import Server, find_server
from talkingface.cli.train import train
from tests.callbacks.wandb_files import history, records
from tests.callbacks.wandb_servers import A_KEY, answering, refused, silent, wrong_key

TinyRun = Callable[..., DictConfig]
pytestmark = pytest.mark.usefixtures("no_account")
LIVE = ("logger=wandb", "logger.wandb.offline=false", "steps=2", "trainer.val_every=2")


def steps_in_csv(cfg: DictConfig) -> list[int]:
    (file,) = Path(cfg.runs).glob("*/*/metrics/*/metrics.csv")
    rows = list(csv.DictReader(file.open()))
    return [int(row["step"]) for row in rows if row["train/guide_pose"]]


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    lines = "".join(capsys.readouterr()).splitlines()
    return [line for line in lines if "W&B" in line or "wandb:" in line]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (refused, "cannot be reached ([Errno 111] Connection refused)"),
        (silent, "did not answer within 3 s"),
        (wrong_key, "refused the API key (401)"),
    ],
)
def test_a_useless_server_is_named_once_and_the_run_is_offline(
    tiny_run: TinyRun,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    server: Callable[[], AbstractContextManager[str]],
    reason: str,
) -> None:
    cfg = tiny_run(*LIVE)
    with server() as url:
        monkeypatch.setenv("WANDB_BASE_URL", url)
        monkeypatch.setenv("WANDB_API_KEY", A_KEY)
        train(cfg)
        first, second = said(capsys)
        host = url.removeprefix("http://")
        assert first == f"W&B: {host} {reason}; logging offline instead."
        assert second.startswith("W&B: offline; ")
        assert len(history(records(Path(cfg.runs)))) == 2
    assert steps_in_csv(cfg) == [1, 2]


def test_without_a_key_the_run_is_offline(
    tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run(*LIVE)
    train(cfg)
    first, second = said(capsys)
    assert first.startswith("W&B: no API key was found; `wandb login` or WANDB_API_KEY sets one;")
    assert second.startswith("W&B: offline; ")
    assert len(history(records(Path(cfg.runs)))) == 2


def test_a_malformed_key_is_named_once_and_the_run_is_offline(
    tiny_run: TinyRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run(*LIVE)
    with answering(200, {"data": {"viewer": {"id": "1"}}}) as url:
        monkeypatch.setenv("WANDB_BASE_URL", url)
        monkeypatch.setenv("WANDB_API_KEY", "short")
        train(cfg)
    first, second = said(capsys)
    assert "API key must have 40+ characters" in first
    assert second.startswith("W&B: offline; ")
    assert steps_in_csv(cfg) == [1, 2]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (lambda: answering(200, {"data": {"viewer": None}}), "does not know the API key"),
        (lambda: answering(200, "hello"), "did not answer like a W&B server"),
        (lambda: answering(502, {}), "answered with HTTP status 502"),
        (lambda: answering(200, {"data": {"viewer": {"id": "1"}}}), ""),
    ],
)
def test_what_a_server_answers_says_whether_it_is_of_use(
    server: Callable[[], AbstractContextManager[str]], reason: str
) -> None:
    with server() as url:
        host = url.removeprefix("http://")
        assert Server(url, A_KEY).trouble() == (f"{host} {reason}" if reason else "")


def test_a_useless_server_costs_at_most_its_three_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with silent() as url:
        monkeypatch.setenv("WANDB_BASE_URL", url)
        monkeypatch.setenv("WANDB_API_KEY", A_KEY)
        wandb.setup()
        began = time.monotonic()
        assert find_server().trouble()
        assert 2.5 < time.monotonic() - began < 6


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    done = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a small disk: {done.stderr.strip()}")
    yield place
    wandb.teardown()
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("megabytes_at_start", [pytest.param(4.0, marks=pytest.mark.slow), 2.5])
def test_a_full_disk_is_named_once_and_training_goes_on(
    tiny_run: TinyRun,
    tiny_disk: Path,
    capsys: pytest.CaptureFixture[str],
    megabytes_at_start: float,
) -> None:
    (tiny_disk / "filling").write_bytes(bytes(int((4 - megabytes_at_start) * 2**20)))
    cfg = tiny_run("logger=wandb", f"logger.wandb.save_dir={tiny_disk}", "steps=6")
    write = SampleVideos._write

    def write_and_fill(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        filled = tiny_disk / f"filled-{time.monotonic_ns()}"
        with filled.open("wb", buffering=0) as file:
            left = os.statvfs(tiny_disk)
            file.write(bytes(left.f_bavail * left.f_bsize))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SampleVideos, "_write", write_and_fill)
        train(cfg)
    first, second = said(capsys)
    assert first.startswith("W&B: offline; ")
    assert second == (
        f"W&B: {tiny_disk}: no space left on the disk; logging to W&B stops here, training goes on."
    )
    assert steps_in_csv(cfg) == [1, 2, 3, 4, 5, 6]
    assert next(Path(cfg.runs).glob("*/*/DONE")).exists()


def test_a_disk_that_is_full_from_the_start_is_named_once(
    tiny_run: TinyRun, tiny_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny_disk / "filling").write_bytes(bytes(4 * 2**20))
    cfg = tiny_run("logger=wandb", f"logger.wandb.save_dir={tiny_disk}", "steps=2")
    train(cfg)
    lines = said(capsys)
    assert len(lines) == 1, lines
    line = lines[0]
    assert line == f"W&B: {tiny_disk}: no space left on the disk; nothing is logged to W&B."
    assert steps_in_csv(cfg) == [1, 2]


@pytest.mark.slow
def test_the_death_of_wandbs_service_is_named_once_and_training_goes_on(
    tiny_run: TinyRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cfg = tiny_run("logger=wandb", "steps=6")

    def kill_service(callback: object, trainer: object, module: object, *rest: object) -> None:
        if module.step == 2:  # type: ignore[attr-defined]
            process = singleton().ensure_service()._proc
            assert process is not None
            process._process.kill()
            process._process.wait()

    monkeypatch.setattr(Throughput, "on_train_batch_end", kill_service)
    train(cfg)
    first, second = said(capsys)
    assert first.startswith("W&B: offline; ")
    assert second.endswith("; logging to W&B stops here, training goes on.")
    assert steps_in_csv(cfg) == [1, 2, 3, 4, 5, 6]
