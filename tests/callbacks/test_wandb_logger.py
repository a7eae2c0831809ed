"""What a training leaves at W&B: offline, in groups, on its own steps, under one id."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import instantiate
from lightning.pytorch.utilities.rank_zero import rank_zero_only
from omegaconf import DictConfig

from talkingface.cli.train import train
from tests.callbacks.wandb_files import config, history, records

TinyRun = Callable[..., DictConfig]
pytestmark = pytest.mark.usefixtures("no_account")


def run_folder(cfg: DictConfig) -> Path:
    return next(Path(cfg.runs).glob("*/*/config.json")).parent


def start_record(found: list[Any]) -> Any:
    return next(record.run for record in found if record.HasField("run"))


def test_wandb_works_offline_without_an_account(
    tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run("logger=wandb", "steps=2", "trainer.val_every=2")
    train(cfg)
    folder = run_folder(cfg)
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "W&B" in line or "wandb" in line] == [
        f"W&B: offline; `talkingface push runs={folder}` uploads this run."
    ]
    found = records(folder)
    (stored,) = (folder / "wandb").glob("offline-run-*/run-*.wandb")
    assert stored.name == f"run-{folder.parent.name}-{folder.name}.wandb"
    names = {name for row in history(found) for name in row}
    assert {"train/pixel", "val/l1"} <= names
    assert any(name.startswith("samples/") for name in names)


def test_arms_are_named_and_grouped_and_their_configuration_is_whole(tiny_run: TinyRun) -> None:
    cfg = tiny_run("logger=wandb", "steps=1", "trainer.val_every=1", "name=ablation")
    train(cfg)
    folder = run_folder(cfg)
    found = records(folder)
    run = start_record(found)
    assert (run.run_group, run.display_name) == ("ablation", f"ablation/{folder.name}")
    logged = {name: json.loads(value) for name, value in config(found).items()}
    for section in ("model", "data", "trainer", "callbacks", "logger"):
        assert section in logged
    assert logged["model"]["network"]["width"] == "tiny"
    assert logged["callbacks"]["samples"]["folder"] == str(folder / "samples")
    assert logged["environment"] == json.loads((folder / "environment.json").read_text())


def test_the_axis_of_everything_is_the_runs_own_step(tiny_run: TinyRun) -> None:
    # With the adversary on, Lightning's own count is twice the run's.
    adversary = ("model.adversarial.enabled=true", "model.adversarial.start=0.0")
    cfg = tiny_run("logger=wandb", "steps=4", "trainer.val_every=2", *adversary)
    train(cfg)
    found = records(run_folder(cfg))
    axes = {r.metric.glob_name: r.metric for r in found if r.HasField("metric")}
    assert (axes["*"].step_metric, axes["*"].options.step_sync) == ("step", True)
    rows = history(found)
    assert [int(float(row["step"])) for row in rows] == [1, 2, 3, 4]
    assert [int(row["_step"]) for row in rows] == [1, 2, 3, 4]
    assert not any("global_step" in name for row in rows for name in row)
    for name in ("val/l1", "samples/"):
        assert [any(key.startswith(name) for key in row) for row in rows] == [False, True] * 2


@pytest.mark.slow
def test_the_best_checkpoint_goes_up_when_asked(tiny_run: TinyRun) -> None:
    cfg = tiny_run("logger=wandb", "logger.wandb.artifacts=true", "steps=3")
    train(cfg)
    folder = run_folder(cfg)
    best = json.loads((folder / "checkpoints" / "best.json").read_text())
    (artifact,) = [r.artifact for r in records(folder) if r.HasField("artifact")]
    assert (artifact.type, json.loads(artifact.metadata)) == ("model", best)
    assert set(artifact.aliases) >= {"best", f"step-{best['step']}"}
    (entry,) = artifact.manifest.contents
    assert entry.local_path == str(folder / "checkpoints" / "best.ckpt")
    assert entry.size == (folder / "checkpoints" / "best.ckpt").stat().st_size


def test_no_checkpoint_goes_up_unless_asked(tiny_run: TinyRun) -> None:
    cfg = tiny_run("logger=wandb", "steps=1", "trainer.val_every=1")
    train(cfg)
    assert not [r for r in records(run_folder(cfg)) if r.HasField("artifact")]


def test_a_continued_run_is_the_same_wandb_run(tiny_run: TinyRun) -> None:
    cfg = tiny_run("logger=wandb")
    train(cfg)
    folder = run_folder(cfg)
    for late in ("DONE", "checkpoints/step-00000006.ckpt", "checkpoints/best.ckpt"):
        (folder / late).unlink()
    train(cfg)
    found = records(folder)
    ids = [r.run.run_id for r in found if r.HasField("run")]
    assert set(ids) == {f"{folder.parent.name}-{folder.name}"}
    assert [int(row["_step"]) for row in history(found)] == [1, 2, 3, 4, 5, 6, 4, 5, 6]
    rows = list(csv.DictReader((folder / "metrics/from-step-3/metrics.csv").open()))
    assert {int(float(row["step"])) for row in rows} == {4, 5, 6}


def test_other_ranks_leave_wandb_alone(tiny_run: TinyRun, tmp_path: Path) -> None:
    cfg = tiny_run("logger=wandb").logger.wandb
    fields = {"name": "x/y", "id": "x-y", "group": "x"}
    places = {"save_dir": str(tmp_path / "w"), "run_folder": str(tmp_path / "w")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rank_zero_only, "rank", 1)
        logger = instantiate(cfg, **fields, **places)
        logger.log_metrics({"a": 1.0}, step=1)
        logger.log_hyperparams({"a": 1})
        logger.experiment.log({"a": 1})
        logger.close(complete=True)
    assert not (tmp_path / "w").exists()
