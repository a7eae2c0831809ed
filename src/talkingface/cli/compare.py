"""`talkingface compare`: the arms of an ablation in one table and one video."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose
from omegaconf import DictConfig, OmegaConf

from talkingface.cli.evaluate import evaluations
from talkingface.cli.evaluation_settings import listed
from talkingface.cli.side_by_side import Shown, write_comparison
from talkingface.errors import UserError
from talkingface.evaluation.differences import require_same
from talkingface.evaluation.suites import named_suites
from talkingface.motion.path import MotionPath
from talkingface.runs.arm_names import ARM_ORDER, arm_name
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import below, find_checkpoint

Row = dict[str, Any]
_METRICS = {
    "l1": "L1", "psnr": "PSNR dB", "ssim": "SSIM", "jitter": "jitter", "lpips": "LPIPS",
    "aed": "AED", "apd": "APD deg", "jite": "JITE",
}  # fmt: skip


def run(cfg: DictConfig) -> None:
    """Evaluate what has not been evaluated, print the table, write the video."""
    output, runs = Path(cfg.output), find_runs(Path(cfg.runs))
    cfg.references = [suite.name for suite in named_suites(listed(cfg.references))]
    rows = [row for name in cfg.references for row in _rows(cfg, runs, name)]
    output.mkdir(parents=True, exist_ok=True)
    with (output / "runs.csv").open("w", newline="") as file:
        names = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(file, list(names))
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


def table(rows: Sequence[Row]) -> str:
    """Return the means over videos and seeds, an arm and reference a line."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["reference"], row["arm"]].append(row)
    several = any(len(group) > 1 for group in groups.values())
    # A metric that some reference lacks, such as L1 across real people, keeps its column.
    metrics = [name for name in _METRICS if any(row.get(name) is not None for row in rows)]
    width = max(10, *(len(row["reference"]) for row in rows))
    heads = "".join(f"{_METRICS[name]:>9}" for name in metrics)
    lines = [f"{'reference':{width}}  {'arm':10}{heads}  below still"]
    for (reference, arm), group in groups.items():
        cells = "".join(_cell(name, _mean(group, name)) for name in metrics)
        l1, still = _mean(group, "l1"), _mean(group, "l1_still")
        line = f"{reference:{width}}  {arm:10}{cells}"
        line += f"{1 - l1 / still:13.1%}" if l1 is not None and still else f"{'':13}"
        if several and l1 is not None:
            spread = np.std([row["l1"] for row in group])
            line += f"  L1 ± {spread:.4f} over {len(group)} seeds"
        lines.append(line)
    return "\n".join(lines)


def _mean(group: Sequence[Row], name: str) -> float | None:
    values = [row[name] for row in group if row.get(name) is not None]
    return float(np.mean(values)) if len(values) == len(group) else None


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return f"{'':9}"
    return f"{value:9.2f}" if name in ("psnr", "apd") else f"{value:9.4f}"


def _rows(cfg: DictConfig, runs: list[tuple[str, int, Path]], reference: str) -> list[Row]:
    """Return a row a run under one reference; all have to be measured by one protocol."""
    rows, protocols, counts = [], {}, {}
    for arm, seed, folder in runs:
        ((place, results),) = evaluations(_evaluation(cfg, folder, reference))
        protocols[str(place)] = results.protocol
        if results.failed:
            raise UserError(
                f"{place}: {len(results.failed)} videos have no figures, so the runs would be "
                f"compared over different ones. The first: {results.failed[0].reason}"
            )
        counts[str(place)] = {name: score.videos for name, score in results.scores.items()}
        means = {name: score.mean for name, score in results.scores.items()}
        row = {"arm": arm, "seed": seed, "run": str(folder), "reference": reference}
        rows.append(row | {"protocol": results.protocol.digest} | means)
    require_same(protocols)
    for name in _METRICS:
        videos = {place: found.get(name, 0) for place, found in counts.items()}
        if len(set(videos.values())) > 1:
            told = ", ".join(f"{count} in {place}" for place, count in videos.items())
            print(f"{reference}: {name} is not of the same videos everywhere: {told}.")
    return rows


def _evaluation(cfg: DictConfig, folder: Path, reference: str) -> DictConfig:
    """Return the configuration of `evaluate` for a run: its defaults, and what both verbs share."""
    # Within this command Hydra knows where the configurations are.
    base = compose("evaluate")
    shared = {name: cfg[name] for name in base if name in cfg and name != "output"}
    base.update(shared | {"checkpoint": str(folder), "suites": [reference]})
    return base
