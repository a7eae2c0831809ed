"""`talkingface train`: train one run, resume it, evaluate it, or say that it is finished.

Nothing heavy is imported until there is something to train or to evaluate: a sweep that is run
again skips what is finished in a moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from talkingface.cli.stage import evaluated
from talkingface.cli.start import start_of
from talkingface.manifest import dataset_fingerprint
from talkingface.runs.arm import record_arm
from talkingface.runs.folder import RunFolder, content_digest, find_checkpoint, open_run
from talkingface.runs.lock import locked
from talkingface.runs.precision import resolve_precision
from talkingface.runs.slurm import was_restarted


def run(cfg: DictConfig) -> None:
    """Train the run that the configuration describes and print where it is."""
    try:
        metrics = train(cfg)
    except Exception as error:
        record_arm(error=str(error) or type(error).__name__)
        raise
    for name, value in sorted(metrics.items()):
        print(f"{name:28} {value:.4f}")


def train(cfg: DictConfig) -> dict[str, float]:
    """Train a run and return its final validation metrics; a finished run's are read back.

    Raises:
        UserError: the data set or the configuration cannot be used.
    """
    precision = resolve_precision(cfg.trainer.precision, cfg.trainer.accelerator)
    if cfg.start:
        cfg.pretrained = str(start_of(cfg, lambda start: _open(start, precision).path))
    folder = _open(cfg, precision)
    record_arm(folder=str(folder.path))
    with locked(folder.path, wait=cfg.wait):
        known = folder.done.exists()
        metrics = folder.final_metrics() if known else _fitted(cfg, folder, precision)
        if not folder.done.exists():
            return metrics
        more = evaluated(cfg, folder)
        if known and not more:
            print(f"{folder.path}: finished already; nothing to do.")
        record_arm(state="finished" if more or not known else "skipped", metrics=metrics)
        return metrics


def _fitted(cfg: DictConfig, folder: RunFolder, precision: str) -> dict[str, float]:
    # Lightning and torch take seconds to import.
    import talkingface.torchvision_guard  # noqa: F401, PLC0415  before lightning
    from talkingface.cli.fit import fit  # noqa: PLC0415

    return fit(cfg, folder, precision)


def _open(cfg: DictConfig, precision: str) -> RunFolder:
    plain: Any = OmegaConf.to_container(cfg, resolve=False)
    for section in ("callbacks", "logger"):
        plain.pop(section)
    plain = OmegaConf.to_container(OmegaConf.create(plain), resolve=True)
    plain["trainer"]["precision"] = precision
    plain["data"]["fingerprint"] = dataset_fingerprint(Path(cfg.data.root))
    if cfg.pretrained:
        weights = find_checkpoint(Path(cfg.pretrained))
        plain["pretrained"] = {"path": str(weights), "content": content_digest(weights)}
    return open_run(
        Path(cfg.runs), plain, Path(__file__).parent, fresh=cfg.fresh and not was_restarted()
    )
