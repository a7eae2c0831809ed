"""Which parts of a finished run's evaluation are there already; nothing heavy is imported here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from talkingface.dataset.whole_files import replaced_file
from talkingface.runs.folder import RunFolder, content_digest, find_checkpoint
from talkingface.runs.preemptible import preemptible
from talkingface.runs.ranks import is_first_rank

FILTERED = "filtered"


def evaluated(cfg: DictConfig, folder: RunFolder) -> bool:
    """Evaluate what is missing of a finished run, on the first rank; return whether there was any.

    Args:
        cfg: the composed configuration of `train`.
        folder: of the run.

    Raises:
        UserError: a setting cannot be used, or videos have no figures.
    """
    if not cfg.evaluation.suites or not is_first_rank():
        return False
    settings: Any = OmegaConf.to_container(cfg.evaluation, resolve=True)
    wanted = {"settings": settings, "weights": content_digest(find_checkpoint(folder.path))}
    marker = folder.path / "evaluation" / "stage.json"
    if _read(marker) == wanted and all(path.exists() for path in _results(cfg, folder)):
        return False
    # Torch and what measures take seconds to import.
    import talkingface.torchvision_guard  # noqa: F401, PLC0415
    from talkingface.cli.run_evaluation import evaluate_run  # noqa: PLC0415

    with preemptible():
        if evaluate_run(cfg, folder):
            write_json(marker, wanted)
    return True


def write_json(path: Path, content: Any) -> None:
    """Write a file that is there whole or not at all."""
    with replaced_file(path) as partial:
        partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def filter_file(folder: RunFolder) -> Path:
    """Return where a run's choice of a filter is kept."""
    return folder.path / "evaluation" / "filter.json"


def cost_file(folder: RunFolder) -> Path:
    """Return where the size of the network and the time of a frame are kept."""
    return folder.path / "cost.json"


def has_filters(cfg: DictConfig) -> bool:
    """Whether a run chooses a filter: strengths are given, and it has neither CRA nor corrector."""
    corrects = cfg.model.stac.enabled and cfg.model.stac.corrector
    given = any(len(strengths) for strengths in cfg.evaluation.filters.values())
    return given and not (cfg.model.cra.enabled or corrects)


def _results(cfg: DictConfig, folder: RunFolder) -> list[Path]:
    stage, place = cfg.evaluation, folder.path / "evaluation"
    suites = [place / stage.split / suite for suite in stage.suites if suite != "all"]
    files = [cost_file(folder)]
    if has_filters(cfg):
        files.append(filter_file(folder))
        suites += [place / f"{stage.split}_{FILTERED}" / name for name in stage.filter_suites]
    return [*files, *(suite / "summary.json" for suite in suites)]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
