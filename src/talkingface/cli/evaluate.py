"""`talkingface evaluate`: a model's, or any system's, videos of people it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from omegaconf import DictConfig
from tqdm import tqdm

from talkingface.cli.evaluation_jobs import Plan, plan_of
from talkingface.cli.evaluation_settings import listed
from talkingface.errors import UserError
from talkingface.evaluation.backbones import Backbones, BackboneSettings, find_backbones
from talkingface.evaluation.evaluation import evaluate_suite
from talkingface.evaluation.generate import write_inputs
from talkingface.evaluation.item import Item
from talkingface.evaluation.job import Bench
from talkingface.evaluation.metric_table import METRICS
from talkingface.evaluation.page import PAGE
from talkingface.evaluation.results import Results
from talkingface.evaluation.summary_text import format_summary
from talkingface.faces.reader_pool import FaceReaders
from talkingface.runs.device import choose_device


def run(cfg: DictConfig) -> None:
    """Evaluate each suite, print its summary, and list what failed at the end."""
    if cfg.inputs:
        _write_inputs(cfg)
        return
    failed = []
    for folder, results in evaluations(cfg):
        print(format_summary(results))
        print(f"{folder / PAGE}\n")
        failed += [f"{folder.name}: {failure.case}: {failure.reason}" for failure in results.failed]
    if failed:
        raise UserError(f"{len(failed)} videos have no figures. " + " ".join(failed))


def evaluations(cfg: DictConfig) -> Iterator[tuple[Path, Results]]:
    """Yield folder and results of each suite; what has been evaluated is read back.

    Raises:
        UserError: the model, the data set, a folder or a setting cannot be used.
    """
    metric = cfg.page.metric
    if metric is not None and metric not in METRICS:
        raise UserError(f"page.metric={metric}: no such metric; there are {', '.join(METRICS)}.")
    plan, device = plan_of(cfg), choose_device(cfg.device)
    backbones = backbones_of(cfg, plan)
    with ExitStack() as stack:
        bench = Bench(
            backbones,
            _face_readers(cfg, plan, backbones, stack),
            device,
            plan.size,
            cfg.still_frames,
            cfg.keep,
            metric,
            cfg.page.frames,
            _with_progress,
        )
        for job in plan.jobs():
            results, known = evaluate_suite(job, bench)
            if known:
                print(f"{job.folder}: evaluated already; nothing to do.")
            yield job.folder, results


def backbones_of(cfg: DictConfig, plan: Plan) -> Backbones:
    """Return the networks that measure what a configuration asks for, as far as they were found.

    Raises:
        UserError: a setting or a file cannot be used.
    """
    return find_backbones(_backbone_settings(cfg, plan), choose_device(cfg.device))


def _backbone_settings(cfg: DictConfig, plan: Plan) -> BackboneSettings:
    auto = "ruler" if plan.synthetic else "mediapipe"
    files = {name: Path(path) if path else None for name, path in cfg.models.items()}
    return BackboneSettings(
        families=tuple(listed(cfg.metrics)),
        lpips_network=cfg.lpips_network,
        reader=auto if cfg.reader == "auto" else cfg.reader,
        size=plan.size,
        **files,
    )


def _face_readers(
    cfg: DictConfig, plan: Plan, backbones: Backbones, stack: ExitStack
) -> FaceReaders | None:
    if backbones.landmarker is None:
        return None
    # What is read of targets serves all suites, and other models that are evaluated there.
    cache = plan.output / ".faces"
    return stack.enter_context(FaceReaders(backbones.landmarker, plan.size, cache, cfg.workers))


def _with_progress(items: Sequence[Item]) -> Iterator[Item]:
    yield from tqdm(items, "evaluating", unit="video")


def _write_inputs(cfg: DictConfig) -> None:
    plan, folder = plan_of(cfg), Path(cfg.inputs)
    for suite, cases in plan.suites:
        for case in tqdm(cases, f"{suite.name}: writing", unit="case"):
            write_inputs(plan.root, case, suite, plan.size, folder / suite.name)
        print(f"{folder / suite.name}: portraits, references and targets of {len(cases)} cases.")
