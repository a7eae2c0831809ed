"""`talkingface evaluate`: self-reenactment of held-out identities, one row a video."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from omegaconf import DictConfig, OmegaConf
from tqdm import tqdm

from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.manifest import Clip, clip_path, dataset_fingerprint, read_dataset
from talkingface.metrics.self_reenactment import evaluate_clip
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.networks.model import TalkingFace
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import find_checkpoint
from talkingface.video.clips import Backend, read_clip_frames

Row = dict[str, str | int | float]


def run(cfg: DictConfig) -> None:
    """Evaluate, write one row a video and a summary, and print the summary."""
    print_summary(evaluate(cfg))


def evaluate(cfg: DictConfig) -> dict[str, float]:
    """Return the means over videos; what has been evaluated already is read back.

    Raises:
        UserError: the checkpoint, the data set or a setting cannot be used.
    """
    perturbation = Perturbation.named(cfg.perturb)
    checkpoint = find_checkpoint(Path(cfg.checkpoint))
    _fill_in(cfg, checkpoint)
    output = Path(cfg.output or checkpoint.parent.parent / "evaluation" / cfg.split / cfg.perturb)
    what = {
        "checkpoint": str(checkpoint),
        "written": checkpoint.stat().st_mtime_ns,
        "data": dataset_fingerprint(Path(cfg.data.root)),
        "path": OmegaConf.to_container(cfg.path),
        "perturb": cfg.perturb,
        "split": [cfg.split, cfg.data.val_identities, cfg.data.test_identities],
    }
    summary_file = output / "summary.json"
    if summary_file.exists() and json.loads(summary_file.read_text())["of"] == what:
        print(f"{output}: evaluated already; nothing to do.")
        known: dict[str, float] = json.loads(summary_file.read_text())["mean"]
        return known
    rows = _evaluate(cfg, load_network(checkpoint).to(choose_device(cfg.device)), perturbation)
    output.mkdir(parents=True, exist_ok=True)
    _write_rows(output / "videos.csv", rows)
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in names}
    summary_file.write_text(json.dumps({"of": what, "mean": mean}, indent=2) + "\n")
    print(f"{len(rows)} videos of {len({r['identity'] for r in rows})} identities -> {output}")
    return mean


def _fill_in(cfg: DictConfig, checkpoint: Path) -> None:
    """Take what was left open from the run that the checkpoint belongs to."""
    missing = [name for name, value in cfg.data.items() if value is None]
    if not missing:
        return
    stored = checkpoint.parent.parent / "config.json"
    if not stored.is_file():
        wanted = " ".join(f"data.{name}=..." for name in missing)
        raise UserError(f"{checkpoint}: lies in no run's folder, so give {wanted}.")
    trained = json.loads(stored.read_text())["data"]
    for name in missing:
        cfg.data[name] = trained[name]


def _evaluate(cfg: DictConfig, network: TalkingFace, perturbation: Perturbation) -> list[Row]:
    root, path = Path(cfg.data.root), MotionPath(**cfg.path)
    _, clips = read_dataset(root)
    chosen = split_clips(clips, cfg.data.val_identities, cfg.data.test_identities)[cfg.split]
    return [
        _row(network, root, clip, cfg.data.backend, path, perturbation)
        for clip in tqdm(chosen, "evaluating", unit="video")
    ]


def _row(
    network: TalkingFace,
    root: Path,
    clip: Clip,
    backend: Backend,
    path: MotionPath,
    perturbation: Perturbation,
) -> Row:
    video, size = clip_path(root, clip.clip), network.config.size

    def read(indices: range) -> np.ndarray:
        return read_clip_frames(video, indices, size, backend)

    metrics = evaluate_clip(network, read, clip.frames, clip.rate, path, perturbation, clip.clip)
    return {"clip": clip.clip, "identity": clip.identity, "frames": clip.frames, **metrics}


def _write_rows(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def print_summary(mean: dict[str, float]) -> None:
    """Print the image metrics of the model beside those of the two floors."""
    print(f"{'':24}{'L1':>8}{'PSNR dB':>9}{'SSIM':>8}{'jitter':>8}")
    for label, suffix in (
        ("generated", ""),
        ("source held still", "_still"),
        ("mean of the driver", "_mean"),
    ):
        l1, psnr, ssim, jitter = (mean[m + suffix] for m in ("l1", "psnr", "ssim", "jitter"))
        print(f"{label:24}{l1:8.4f}{psnr:9.2f}{ssim:8.3f}{jitter:8.4f}")
    for label, suffix in (("the still source", "_still"), ("the mean", "_mean")):
        print(f"L1 is {1 - mean['l1'] / mean['l1' + suffix]:.1%} below {label}.")
