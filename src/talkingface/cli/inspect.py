"""`talkingface inspect`: a page about a data set."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError
from talkingface.inspection.page import InspectionSettings, page
from talkingface.report.videos import MEGABYTE

PAGE = "inspect.html"
_LEAST = {"clips": 0, "seed": 0, "labels": 1, "examples": 0, "largest_page_mb": 0}


def run(cfg: DictConfig) -> None:
    """Write the page and say where it is.

    Raises:
        UserError: the folder is no data set, a setting cannot be used, or the page cannot be
            written.
    """
    for name, least in _LEAST.items():
        if isinstance(cfg[name], bool) or not isinstance(cfg[name], int | float):
            raise UserError(f"{name}={cfg[name]}: must be a number.")
        if cfg[name] < least:
            raise UserError(f"{name}={cfg[name]}: must be at least {least}.")
    root = Path(cfg.dataset).expanduser()
    settings = InspectionSettings(
        clips=int(cfg.clips),
        seed=int(cfg.seed),
        labels=int(cfg.labels),
        examples=int(cfg.examples),
        largest_page_mb=float(cfg.largest_page_mb),
    )
    path = Path(cfg.output).expanduser() if cfg.output else root / PAGE
    text = page(root, settings)
    try:
        # Replaced at once: the page may be open in a browser that reloads it.
        with replaced_file(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error}). Set output= to a file in another folder."
        ) from error
    print(f"{path} ({path.stat().st_size / MEGABYTE:.1f} MB)")
