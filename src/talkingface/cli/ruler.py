"""`talkingface ruler`: train the reader of synthetic frames that evaluation measures with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import torch
from omegaconf import DictConfig

from talkingface.errors import UserError
from talkingface.metrics.ruler import Ruler, cached_ruler, load_ruler, save_ruler
from talkingface.metrics.ruler_errors import error_table
from talkingface.metrics.ruler_training import RulerSettings, make_ruler
from talkingface.runs.device import choose_device


def run(cfg: DictConfig) -> None:
    """Train the ruler, or say that it is there, and print its error on held-out people.

    Raises:
        UserError: a value is out of range, the output's name is that of another format, or a file
            in the way is no ruler of this size.
    """
    if cfg.threads < 1:
        raise UserError(f"threads={cfg.threads}: must be at least 1.")
    output = Path(cfg.output).expanduser() if cfg.output else cached_ruler(cfg.size)
    if output.suffix == ".safetensors":
        # PyTorch would take the file for one of that format, and not read it.
        raise UserError(f"output={output}: a ruler is no .safetensors file; call it .pt.")
    if output.exists() and not cfg.fresh:
        ruler = load_ruler(output, cfg.size)
        print(f"{output}: made already; nothing to do. fresh=true makes it anew.")
    else:
        work = Path(cfg.work).expanduser() if cfg.work else output.with_suffix(".frames")
        ruler = _make(cfg, work)
        save_ruler(ruler, output)
        if not cfg.work:
            shutil.rmtree(work)
        print(f"ruler for frames of {ruler.size} px -> {output}")
    print(f"Error on held-out people:\n\n{error_table(ruler.errors)}")


def _make(cfg: DictConfig, work: Path) -> Ruler:
    settings = RulerSettings(
        size=cfg.size,
        people=cfg.people,
        frames=cfg.frames,
        held_out=cfg.held_out,
        steps=cfg.steps,
        batch_size=cfg.batch_size,
        learning_rate=float(cfg.learning_rate),
        seed=cfg.seed,
    )
    device = choose_device(cfg.device)
    torch.set_num_threads(cfg.threads)
    return make_ruler(work, settings, cfg.workers or os.cpu_count() or 1, device)
