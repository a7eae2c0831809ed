"""Files of plain tensors, read without running any code in them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from talkingface.errors import UserError

# What PyTorch's reader raises for files that are no checkpoints, some of it by accident.
_UNREADABLE = (
    OSError, RuntimeError, EOFError, pickle.UnpicklingError,
    IndexError, KeyError, ValueError, TypeError, AttributeError,
)  # fmt: skip


def read_tensors(path: Path) -> Any:
    """Return what `torch.save` wrote: tensors in plain containers.

    Raises:
        UserError: the file is missing, damaged, something else, or would run code.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, pickle.UnpicklingError):
            # PyTorch's own text goes on to recommend what must never be done.
            reason = "it holds more than tensors, or is damaged"
        raise UserError(
            f"{path}: not a checkpoint of plain tensors ({reason}). Give a file that `talkingface "
            "train` wrote, or published weights."
        ) from error
