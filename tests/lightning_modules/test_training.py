"""Training moves what it should, stops where it should, and continues where it stopped."""

import csv
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig

from callbacks.checkpoints import Checkpoints
from data_modules.clips import ClipDataModule
from lightning_modules.settings import GuidanceSettings, Optimisation
from talkingface.cli.train import train
from talkingface.errors import UserError
from talkingface.runs.checkpoint import load_checkpoint
from talkingface.runs.folder import find_checkpoint

TinyRun = Callable[..., DictConfig]


def _run_folder(cfg: DictConfig) -> Path:
    return next(Path(cfg.runs).glob("*/*"))


def _state(path: Path, key: str = "current_model_state") -> dict[str, torch.Tensor]:
    return load_checkpoint(path)[key]


def test_every_parameter_is_trained_once_all_losses_are_on(tiny_run: TinyRun) -> None:
    cfg = tiny_run("model.adversarial.enabled=true", "model.adversarial.start=0.2", "steps=4")
    cfg.callbacks.checkpoints.every = 1
    cfg.callbacks.checkpoints.keep = 9
    train(cfg)
    folder = _run_folder(cfg) / "checkpoints"
    first, last = (_state(folder / f"step-{step:08d}.ckpt") for step in (1, 4))
    same = {name for name in first if torch.equal(first[name], last[name])}
    # The last bias of a hinge discriminator gets -1 from true and +1 from generated frames.
    buffers = ("_mean", "_std", "._u", "._v", "score.bias")
    assert [name for name in same if not name.endswith(buffers)] == []
    assert any(name.startswith("discriminator.") for name in first)


def test_the_motion_encoder_warms_up_alone(tiny_run: TinyRun) -> None:
    cfg = tiny_run("model.guidance.steps=3", "steps=3", "trainer.val_every=1")
    cfg.callbacks.checkpoints.every = 1
    cfg.callbacks.checkpoints.keep = 9
    train(cfg)
    folder = _run_folder(cfg) / "checkpoints"
    first, last = (_state(folder / f"step-{step:08d}.ckpt") for step in (1, 3))
    moved = {name for name in first if not torch.equal(first[name], last[name])}
    assert {".".join(name.split(".")[:2]) for name in moved} == {
        "network.motion", "network.appearance", "network.generator",
        "guidance.pose", "guidance.expression",
        "network.statistics", "arms.teacher",
    }  # fmt: skip
    generating = {name for name in moved if name.startswith("network.generator.")}
    assert all(name.startswith("network.generator.points.") for name in generating)


def test_without_guidance_or_adversary_neither_is_constructed(tiny_run: TinyRun) -> None:
    cfg = tiny_run("model.guidance.enabled=false", "steps=2", "trainer.val_every=2")
    metrics = train(cfg)
    names = _state(find_checkpoint(_run_folder(cfg)))
    assert {name.split(".")[0] for name in names} == {"network", "arms"}
    assert set(metrics) == {f"val/{name}" for name in ("l1", "psnr", "ssim", "ms_ssim", "l1_still")}


def test_the_best_checkpoint_is_named_by_any_metric_of_the_validation(tiny_run: TinyRun) -> None:
    monitor = ("callbacks.checkpoints.monitor=val/ssim", "callbacks.checkpoints.mode=max")
    cfg = tiny_run(*monitor)
    train(cfg)
    rows = list(csv.DictReader((_run_folder(cfg) / "metrics/from-step-0/metrics.csv").open()))
    ssim = {int(float(row["step"])): float(row["val/ssim"]) for row in rows if row["val/ssim"]}
    best = json.loads((_run_folder(cfg) / "checkpoints/best.json").read_text())
    assert best["step"] == max(ssim, key=ssim.__getitem__)
    assert best["val/ssim"] == pytest.approx(max(ssim.values()))


def test_a_validation_that_is_no_number_is_never_the_best(tmp_path: Path) -> None:
    saved: list[float] = []

    class Trainer:
        sanity_checking = False
        is_global_zero = False
        callback_metrics: ClassVar[dict[str, float]] = {}

        def save_checkpoint(self, path: Path, weights_only: bool) -> None:
            saved.append(self.callback_metrics["val/l1"])

    checkpoints, trainer = Checkpoints(str(tmp_path), 1, 1, "val/l1", "min"), Trainer()
    for value in (math.nan, 0.3, math.nan, 0.4, 0.2):
        Trainer.callback_metrics["val/l1"] = value
        checkpoints.on_validation_end(trainer, None)  # type: ignore[arg-type]
    assert saved == [0.3, 0.2]


def test_a_metric_that_validation_lacks_is_refused_with_those_there_are(tiny_run: TinyRun) -> None:
    with pytest.raises(UserError, match=r"monitor=val/lpips: .* but val/guide_.*val/ssim"):
        train(tiny_run("callbacks.checkpoints.monitor=val/lpips"))


def test_a_finished_run_is_skipped_and_its_metrics_are_read_back(
    tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run("steps=2", "trainer.val_every=2")
    metrics = train(cfg)
    written = find_checkpoint(_run_folder(cfg)).stat().st_mtime_ns
    capsys.readouterr()
    assert train(cfg) == metrics
    assert "finished already" in capsys.readouterr().out
    assert find_checkpoint(_run_folder(cfg)).stat().st_mtime_ns == written


def test_a_run_killed_after_its_last_step_still_gets_its_metrics(tiny_run: TinyRun) -> None:
    cfg = tiny_run("steps=2", "trainer.val_every=2")
    metrics = train(cfg)
    (_run_folder(cfg) / "DONE").unlink()
    assert train(cfg) == pytest.approx(metrics)


def test_a_run_of_other_networks_under_the_same_name_is_refused_in_one_line(
    tiny_run: TinyRun,
) -> None:
    cfg = tiny_run("steps=2", "trainer.val_every=2")
    train(cfg)
    (_run_folder(cfg) / "DONE").unlink()
    for path in (_run_folder(cfg) / "checkpoints").glob("*.ckpt"):
        checkpoint = load_checkpoint(path)
        for key in ("state_dict", "current_model_state"):
            checkpoint[key]["network.older.weight"] = torch.zeros(1)
        torch.save(checkpoint, path)
    named = (
        r"step-\d+\.ckpt: written by another version of the networks .*network\.older.* fresh=true"
    )
    with pytest.raises(UserError, match=named):
        train(cfg)


def test_an_unfinished_run_continues_to_the_same_weights(tiny_run: TinyRun) -> None:
    cfg = tiny_run("model.adversarial.enabled=true", "model.adversarial.start=0.3")
    train(cfg)
    folder = _run_folder(cfg)
    whole = folder.with_name("whole")
    shutil.copytree(folder, whole)
    for late in ("DONE", "checkpoints/step-00000006.ckpt", "checkpoints/best.ckpt"):
        (folder / late).unlink()
    train(cfg)
    again, straight = (
        load_checkpoint(f / "checkpoints/step-00000006.ckpt") for f in (folder, whole)
    )
    for key in ("state_dict", "current_model_state"):
        assert again[key].keys() == straight[key].keys()
        assert all(torch.equal(again[key][n], straight[key][n]) for n in straight[key])
    rows = list(csv.DictReader((folder / "metrics/from-step-3/metrics.csv").open()))
    assert {int(float(row["step"])) for row in rows} == {4, 5, 6}


def test_a_run_leaves_metrics_samples_speed_and_checkpoints_behind(tiny_run: TinyRun) -> None:
    cfg = tiny_run("callbacks.throughput.every=2", "steps=7")
    metrics = train(cfg)
    folder = _run_folder(cfg)
    text = (folder / "metrics/from-step-0/metrics.csv").read_text()
    for name in ("train/pixel", "val/mouth_amplitude", "speed/waiting_for_data"):
        assert name in text
    assert len(list((folder / "samples").glob("step-00000007_*.mp4"))) == 1
    assert [p.name for p in sorted((folder / "checkpoints").glob("step-*"))] == [
        "step-00000006.ckpt",
        "step-00000007.ckpt",
    ]
    assert load_checkpoint(folder / "checkpoints/step-00000007.ckpt")["step"] == 7
    assert 0 < metrics["val/l1"] < 1


def test_a_pretrained_run_starts_from_the_weights_and_another_folder(tiny_run: TinyRun) -> None:
    cfg = tiny_run("steps=2", "trainer.val_every=2")
    train(cfg)
    first = find_checkpoint(_run_folder(cfg))
    rates = ("optimisation.lr", "optimisation.motion_lr", "guidance.lr")
    frozen = [f"model.{rate}=0.0" for rate in rates]
    second = tiny_run("steps=2", "trainer.val_every=2", f"pretrained={first}", "name=b", *frozen)
    train(second)
    weights = _state(first, "state_dict").items()
    network = {k: v for k, v in weights if k.startswith("network.") and "statistics" not in k}
    copied = _state(find_checkpoint(Path(second.runs) / "b"), "state_dict")
    for name, value in network.items():
        torch.testing.assert_close(copied[name], value)


def test_weights_to_start_from_are_known_by_their_content(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cfg = tiny_run("steps=1", "trainer.val_every=1")
    train(cfg)
    first = find_checkpoint(_run_folder(cfg))
    cfg.name, cfg.pretrained = "b", str(first)
    train(cfg)
    moved = tmp_path / "elsewhere.ckpt"
    shutil.copy(first, moved)
    cfg.pretrained = str(moved)
    train(cfg)
    assert "finished already" in capsys.readouterr().out
    weights = load_checkpoint(moved)
    next(iter(weights["state_dict"].values())).add_(1)
    torch.save(weights, moved)
    train(cfg)
    assert len(list((Path(cfg.runs) / "b").glob("*/DONE"))) == 2


def test_a_job_that_slurm_starts_again_goes_on_and_not_afresh(
    tiny_run: TinyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    cfg = tiny_run("steps=1", "trainer.val_every=1", "fresh=true")
    train(cfg)
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    train(cfg)
    assert not (Path(cfg.runs) / ".replaced").exists()
    monkeypatch.delenv("SLURM_RESTART_COUNT")
    train(cfg)
    assert (Path(cfg.runs) / ".replaced").exists()


@pytest.mark.slow
def test_every_arm_can_start_from_one_baseline(tiny_run: TinyRun) -> None:
    cfg = tiny_run("steps=2", "trainer.val_every=2")
    train(cfg)
    first = find_checkpoint(_run_folder(cfg))
    arm = ["model.cra.enabled=true", "model.stac.enabled=true", "model.decodes=4"]
    arm += ["data.clip_length=5", "data.stride=1", "model.guidance.steps=0"]
    still = [f"model.optimisation.{rate}=0.0" for rate in ("lr", "motion_lr")]
    second = tiny_run("steps=1", "trainer.val_every=1", f"pretrained={first}", *arm, *still)
    second.name = "both"
    train(second)
    begun = _state(find_checkpoint(Path(second.runs) / "both"), "state_dict")
    stored = _state(first, "state_dict")
    assert torch.equal(begun["guidance.pose.weight"], stored["guidance.pose.weight"])
    assert torch.equal(begun["network.motion.trunk.weight"], stored["network.motion.trunk.weight"])
    assert any(name.startswith("network.corrector.") for name in begun.keys() - stored.keys())


def test_pretrained_networks_of_another_shape_are_refused(tiny_run: TinyRun) -> None:
    cfg = tiny_run("steps=1", "trainer.val_every=1")
    train(cfg)
    wider = tiny_run(f"pretrained={cfg.runs}", "name=wide", "model.network.width=small")
    with pytest.raises(UserError, match="another shape"):
        train(wider)


@pytest.mark.slow
def test_bf16_training_stays_finite(tiny_run: TinyRun) -> None:
    metrics = train(tiny_run("steps=2", "trainer.val_every=2", "trainer.precision=bf16-mixed"))
    assert all(math.isfinite(value) and abs(value) < 1e3 for value in metrics.values())


def test_samples_are_pure_functions_of_their_key(tiny_run: TinyRun) -> None:
    first, second = (instantiate(tiny_run().data) for _ in range(2))
    assert isinstance(first, ClipDataModule)
    for key in ((0, 1), (3, 0)):
        one, two = first.dataset("train")[key], second.dataset("train")[key]
        assert one.keys() == two.keys()
        assert all(torch.equal(one[name], two[name]) for name in one)
    other = first.dataset("train")[(4, 1)]
    assert not torch.equal(other["driving"], first.dataset("train")[(0, 1)]["driving"])


def test_loader_processes_change_nothing_in_the_batches(tiny_run: TinyRun) -> None:
    alone, helped = (
        list(instantiate(tiny_run("steps=4", f"data.workers={n}").data).train_dataloader())
        for n in (0, 2)
    )
    assert len(alone) == len(helped) == 4
    for one, two in zip(alone, helped, strict=True):
        assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_source_frame_lies_outside_the_driving_window(tiny_run: TinyRun) -> None:
    data = instantiate(tiny_run("data.clip_length=4", "data.stride=6").data)
    dataset = data.dataset("val")
    for epoch in range(20):
        sample = dataset[(epoch, 0)]
        assert all(not torch.equal(sample["source"], frame) for frame in sample["driving"])
        assert torch.equal(sample["driver"], sample["driving"])
        assert torch.allclose(sample["time"].diff(), torch.tensor(6 / 25))


def test_learning_rates_warm_up_twice_and_end_low() -> None:
    plan = Optimisation(
        steps=100, lr=1.0, motion_lr=0.1, corrector_lr=0.3, warmup=10, final=0.05, clip=1.0
    )
    assert plan.factor(0) == pytest.approx(0.1)
    assert plan.factor(20, start=20) == pytest.approx(0.1)
    assert plan.factor(30, start=20) > 0.9
    assert plan.factor(100) == pytest.approx(0.05)


def test_guidance_decays_to_its_final_weight() -> None:
    settings = GuidanceSettings(enabled=True, steps=10, lr=1e-3, decay=20, final=0.1)
    assert [settings.weight(s) for s in (0, 10)] == [1, 1]
    assert settings.weight(20) == pytest.approx(0.55)
    assert settings.weight(500) == pytest.approx(0.1)
