"""A finished run is measured: suites, cost, and the best plain filter where none corrects."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hydra import compose
from omegaconf import DictConfig, OmegaConf

from talkingface.cli.evaluate import backbones_of, evaluations
from talkingface.cli.evaluation_jobs import plan_of
from talkingface.cli.stage import FILTERED, cost_file, filter_file, has_filters, write_json
from talkingface.errors import UserError
from talkingface.evaluation.cost import inference_cost
from talkingface.evaluation.filter_choice import steadiness_of
from talkingface.evaluation.reading import MediaPipeReader, Reader, RulerReader
from talkingface.evaluation.results import Failure
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.evaluation.suites import Suite
from talkingface.faces.reader_pool import FaceReaders
from talkingface.motion.path import MotionPath
from talkingface.runs.checkpoint import load_network
from talkingface.runs.device import choose_device
from talkingface.runs.folder import RunFolder, find_checkpoint

_TUNED_ON, _TUNED_UNDER, _METRIC = "val", "jitter-2", "jite"


def evaluate_run(cfg: DictConfig, folder: RunFolder) -> bool:
    """Do what is missing; return whether everything that was asked for could be measured.

    What was there already is left as it is.

    Raises:
        UserError: a setting cannot be used, or videos have no figures.
    """
    print(f"{folder.path}: evaluating.", flush=True)
    if not cost_file(folder).exists():
        network = load_network(find_checkpoint(folder.path))
        device = choose_device("cpu" if cfg.trainer.accelerator == "cpu" else "auto")
        write_json(cost_file(folder), inference_cost(network.to(device)))
    stage, failed = cfg.evaluation, list[Failure]()
    complete = _evaluate(cfg, folder, stage.suites, stage.split, failed)
    if has_filters(cfg) and complete:
        chosen = _chosen_filter(cfg, folder)
        path = {name: chosen[name] for name in ("smoothing", "strength", "lookahead")}
        name = f"{stage.split}_{FILTERED}"
        complete = _evaluate(cfg, folder, stage.filter_suites, name, failed, path) and complete
    if failed:
        raise UserError(f"{folder.path}: {len(failed)} videos have no figures. {failed[0].reason}")
    return complete


def _evaluate(
    cfg: DictConfig,
    folder: RunFolder,
    suites: list[str],
    name: str,
    failed: list[Failure],
    path: Mapping[str, Any] | None = None,
) -> bool:
    """Evaluate suites into `evaluation/<name>`; return whether no model was missing for it."""
    if not suites:
        return True
    asked = _asked(cfg, folder, split=cfg.evaluation.split, suites=suites, path=path or {})
    asked.output = str(folder.path / "evaluation" / name)
    for _, results in evaluations(asked):
        failed += results.failed
    missing = backbones_of(asked, plan_of(asked)).missing
    for metric, reason in missing.items():
        print(f"{folder.path}: {metric} is missing: {reason}")
    return not missing


def _asked(cfg: DictConfig, folder: RunFolder, **changes: Any) -> DictConfig:
    """Return the configuration of `evaluate` for a run."""
    # Within this command Hydra knows where the configurations are.
    asked, stage = compose("evaluate"), cfg.evaluation
    shared = {name: stage[name] for name in ("metrics", "reader", "workers")}
    device = "cpu" if cfg.trainer.accelerator == "cpu" else "auto"
    fields = {"checkpoint": str(folder.path), "device": device, "data": {"root": cfg.data.root}}
    merged = OmegaConf.merge(asked, shared, fields, {"models": stage.models}, changes)
    assert isinstance(merged, DictConfig)
    return merged


def _chosen_filter(cfg: DictConfig, folder: RunFolder) -> dict[str, Any]:
    """Return the filter that steadies the validation identities best; it is chosen once."""
    file = filter_file(folder)
    if file.exists():
        known: dict[str, Any] = json.loads(file.read_text())
        return known
    lookahead = cfg.evaluation.lookahead
    candidates = [
        {"smoothing": smoothing, "strength": float(strength)}
        for smoothing, strengths in cfg.evaluation.filters.items()
        for strength in strengths
    ]
    paths = [MotionPath(**candidate, lookahead=lookahead) for candidate in candidates]
    found = _steadiness(cfg, folder, paths)
    if all(math.isnan(jite) for jite in found):
        raise UserError(f"{folder.path}: no face was read in any video that a filter has made.")
    for candidate, jite in zip(candidates, found, strict=True):
        candidate[_METRIC] = None if math.isnan(jite) else jite
    measured = [candidate for candidate in candidates if candidate[_METRIC] is not None]
    best = min(measured, key=lambda candidate: candidate[_METRIC])
    chosen = {
        "smoothing": best["smoothing"],
        "strength": best["strength"],
        "lookahead": lookahead,
        "split": _TUNED_ON,
        "metric": _METRIC,
        "candidates": candidates,
    }
    write_json(file, chosen)
    return chosen


def _steadiness(cfg: DictConfig, folder: RunFolder, paths: list[MotionPath]) -> list[float]:
    with TemporaryDirectory(prefix="talkingface-") as scratch, ExitStack() as stack:
        asked = _asked(cfg, folder, split=_TUNED_ON, suites=[_TUNED_UNDER], output=scratch)
        plan = plan_of(asked)
        backbones, clock = backbones_of(asked, plan), Stopwatch()
        reader: Reader | None = None
        if backbones.ruler is not None:
            reader = RulerReader(backbones.ruler, clock)
        elif backbones.landmarker is not None:
            readers = FaceReaders(backbones.landmarker, plan.size, Path(scratch), asked.workers)
            reader = MediaPipeReader(stack.enter_context(readers), clock)
        if reader is None:
            raise UserError("evaluation.filters: needs faces in evaluation.metrics.")
        assert plan.network is not None
        clips = [case.driving for _, cases in plan.suites for case in cases]
        suite = Suite.named(_TUNED_UNDER)
        return steadiness_of(plan.network, plan.root, clips, suite, paths, reader)
