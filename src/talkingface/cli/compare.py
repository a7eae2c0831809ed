"""`talkingface compare`: the arms of an ablation in one table and one video."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig, OmegaConf

from talkingface.cli.evaluate import evaluate
from talkingface.cli.side_by_side import Shown, write_comparison
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.motion.perturbation import Perturbation
from talkingface.runs.arm_names import ARM_ORDER, arm_name
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import below, find_checkpoint

Row = dict[str, Any]
_METRICS = ("l1", "psnr", "ssim", "jitter")
_SHARED_FIELDS = ["split", "data", "path", "device"]


def run(cfg: DictConfig) -> None:
    """Evaluate what has not been evaluated, print the table, write the video."""
    output, runs = Path(cfg.output), find_runs(Path(cfg.runs))
    for name in cfg.references:
        Perturbation.named(name)
    rows = [
        {"arm": arm, "seed": seed, "run": str(folder), "reference": name}
        | _evaluated(cfg, folder, name)
        for name in cfg.references
        for arm, seed, folder in runs
    ]
    output.mkdir(parents=True, exist_ok=True)
    with (output / "runs.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(table(rows))
    if cfg.source and cfg.driving:
        _show(cfg, runs, output / "comparison.mp4")
    print(f"{output / 'runs.csv'}: one row a run and reference.")


def _show(cfg: DictConfig, runs: list[tuple[str, int, Path]], video: Path) -> None:
    """Write the video of each arm's first run, unless it has been made of the same things."""
    firsts = {arm: find_checkpoint(folder) for arm, _, folder in reversed(runs)}
    arms = list(dict.fromkeys(arm for arm, _, _ in runs))
    inputs = [Path(cfg.source), Path(cfg.driving), *(firsts[arm] for arm in arms)]
    for path in inputs:
        if not path.is_file():
            raise UserError(f"{path}: no such file.")
    what = {
        "inputs": {str(path): path.stat().st_mtime_ns for path in inputs},
        "config": OmegaConf.to_container(cfg),
    }
    record = video.with_suffix(".json")
    if video.exists() and record.exists() and json.loads(record.read_text()) == what:
        print(f"{video}: made already; nothing to do.")
        return
    device = choose_device(cfg.device)
    networks = [load_network(firsts[arm]).to(device) for arm in arms]
    shown = Shown(arms, networks, list(cfg.references), MotionPath(**cfg.path), cfg.enlarge)
    write_comparison(cfg, shown, video)
    record.write_text(json.dumps(what, indent=2) + "\n")
    print(f"{video}: reference, {', '.join(arms)}; a row each for {', '.join(cfg.references)}.")


def find_runs(root: Path) -> list[tuple[str, int, Path]]:
    """Return arm, seed and folder of every finished run at or below a folder.

    Raises:
        UserError: there is none, or only unfinished ones.
    """
    runs = []
    for done in below(root, "DONE"):
        config = json.loads((done.parent / "config.json").read_text())
        runs.append((arm_name(config["model"]), int(config["seed"]), done.parent))
    if not runs:
        raise UserError(f"{root}: no finished run here. Train some, or give the folder above them.")
    return sorted(runs, key=lambda run: (ARM_ORDER.index(run[0]), run[1], str(run[2])))


def table(rows: Iterable[Row]) -> str:
    """Return the means over videos and seeds, an arm and reference a line."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["reference"], row["arm"]].append(row)
    several = any(len(group) > 1 for group in groups.values())
    lines = [
        f"{'reference':12}{'arm':10}{'L1':>8}{'PSNR dB':>9}{'SSIM':>8}{'jitter':>8}  below still"
    ]
    for (reference, arm), group in groups.items():
        values = np.array([[row[name] for name in _METRICS] for row in group])
        l1, psnr, ssim, jitter = values.mean(axis=0)
        still = np.mean([row["l1_still"] for row in group])
        line = f"{reference:12}{arm:10}{l1:8.4f}{psnr:9.2f}{ssim:8.3f}{jitter:8.4f}"
        line += f"{1 - l1 / still:13.1%}"
        if several:
            line += f"  L1 ± {values[:, 0].std():.4f} over {len(group)} seeds"
        lines.append(line)
    return "\n".join(lines)


def _evaluated(cfg: DictConfig, folder: Path, perturb: str) -> dict[str, float]:
    fields: dict[Any, Any] = OmegaConf.to_container(OmegaConf.masked_copy(cfg, _SHARED_FIELDS))  # type: ignore[assignment]
    own = {"checkpoint": str(folder), "perturb": perturb, "output": None}
    return evaluate(OmegaConf.create(fields | own))
