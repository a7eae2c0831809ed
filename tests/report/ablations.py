"""Four arms with evaluations of known effects, written through the real result writers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from talkingface.evaluation.protocol import ProtocolCase, make_protocol
from talkingface.evaluation.result_files import write_results
from talkingface.evaluation.results import VideoRow, summarise
from talkingface.report.claims.declared import BASELINE, BOTH, FILTERED, SUITES
from talkingface.runs.arm_names import ARM_ORDER
from tests.report.run_folders import write_run

SWITCHES = {name: ("CRA" in name, "STAC" in name) for name in ARM_ORDER}
PEOPLE = [f"person-{k}" for k in range(8)]
LEVELS = {
    "l1": 0.05, "lpips": 0.2, "aed": 0.4, "apd": 3.0, "jite": 0.5,
    "mouth_amplitude": 1.0, "pose_amplitude": 1.0, "blink_peak": 0.97, "msi_ratio": 1.1,
}  # fmt: skip
LEAKS = {"leak_head": 0.1, "leak_face": 0.1}
#: What a metric of an arm under a suite is multiplied with.
Effect = Callable[[str, str, str], float]


def none(arm: str, suite: str, metric: str) -> float:
    return 1.0


def promised(arm: str, suite: str, metric: str) -> float:
    """More than each claim asks for."""
    if metric in ("mouth_amplitude", "pose_amplitude", "blink_peak", "msi_ratio"):
        return 1.0
    # X1 judges sixteen figures: equal arms would sooner or later differ in one by chance.
    factor = 0.98 if arm == BOTH else 1.0
    if "CRA" in arm and (suite.startswith("rate") or suite == "swap"):
        factor *= 0.8
    if "STAC" in arm and suite in ("jitter-2", "drop-30"):
        factor *= 0.5 if metric == "jite" else 0.8
    if arm == FILTERED and metric == "jite" and suite == "jitter-2":
        factor *= 0.7
    return factor


def rows(
    arm: str, suite: str, seed: int, effect: Effect, metrics: Mapping[str, float], noise: float
) -> list[VideoRow]:
    """Two videos a person; people and seeds differ much, arms by their effect and a little."""
    found = []
    for k, person in enumerate(PEOPLE):
        for part in "ab":
            values = {}
            for place, (metric, level) in enumerate(metrics.items()):
                key = [seed, k, ord(part), place, *map(ord, f"{arm}{suite}")]
                shared = 1.0 if metric in ("mouth_amplitude", "blink_peak") else 1 + 0.1 * (k % 4)
                wobble = 1 + noise * np.random.default_rng(key).normal()
                values[metric] = level * shared * effect(arm, suite, metric) * wobble
            case = f"{person}-{part}"
            found.append(VideoRow(case, person, case, case, 50, values))
    return found


def write_suite(folder: Path, suite: str, videos: Sequence[VideoRow], size: int = 64) -> None:
    cases = [ProtocolCase(row.case, row.source, row.driving, row.frames, None) for row in videos]
    protocol = make_protocol(
        task="self", suite=suite, metrics={}, reader=None, libraries=[], models={}, size=size,
        cases=cases, pair_list=None,
    )  # fmt: skip
    of = {"checkpoint": "checkpoints/best.ckpt", "weights": "92a5", "path": {"smoothing": "none"}}
    write_results(folder / suite, summarise(protocol, of, videos, unit="identity"))


def write_arm(
    root: Path,
    arm: str,
    seeds: Sequence[int] = (0, 1, 2),
    effect: Effect = promised,
    suites: Sequence[str] = SUITES,
    without: Sequence[str] = (),
    noise: float = 0.004,
    lr: float = 1e-3,
    ramp: int = 500,
    name: str = "ablation",
) -> list[Path]:
    """Write an arm's runs with their evaluations; a baseline's with those of its filter."""
    folders = []
    for seed in seeds:
        run = write_run(root, *SWITCHES[arm], seed=seed, lr=lr, ramp=ramp, name=name)
        levels = {name: level for name, level in LEVELS.items() if name not in without}
        for suite in suites:
            metrics = levels | (LEAKS if suite == "swap" else {})
            videos = rows(arm, suite, seed, effect, metrics, noise)
            write_suite(run / "evaluation/test", suite, videos)
            if arm == BASELINE and suite in ("clean", "jitter-2"):
                videos = rows(FILTERED, suite, seed, effect, metrics, noise)
                write_suite(run / "evaluation/test_filtered", suite, videos)
        if arm == BASELINE:
            tuned = {"smoothing": "gaussian", "strength": 2.0, "lookahead": 2, "split": "val"}
            tuned |= {"metric": "jite", "candidates": [{}, {}], "beside": math.pi}
            (run / "evaluation/filter.json").write_text(json.dumps(tuned))
        folders.append(run)
    return folders


def write_ablation(root: Path, **changes: object) -> dict[str, list[Path]]:
    return {arm: write_arm(root, arm, **changes) for arm in ARM_ORDER}  # type: ignore[arg-type]
