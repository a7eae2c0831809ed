"""What can be refused before any work is done."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from talkingface.errors import UserError

SUFFIXES = (".mp4", ".mov", ".m4v")


def check_output(
    output: Path, inputs: Collection[Path], suffixes: tuple[str, ...] = SUFFIXES
) -> None:
    """Check that a file can be written, before the work that it takes; leaves nothing behind.

    Args:
        output: the file to write, a video; folders that are missing would be created.
        inputs: the files that it is made from, each once.
        suffixes: how it may end.

    Raises:
        UserError: another suffix, a folder, a place where nothing can be written, or one of the
            inputs.
    """
    if output.suffix.lower() not in suffixes:
        raise UserError(f"{output}: must end in {' or '.join(suffixes)}.")
    try:
        if output.is_dir():
            raise UserError(f"{output}: is a folder. Give the name of a file to write.")
        if output.exists():
            if not output.is_file():
                raise UserError(f"{output}: is no regular file. Give the name of a file to write.")
            if any(path.exists() and output.samefile(path) for path in inputs):
                raise UserError(f"{output}: is also an input. Give the result another name.")
        _try_to_write(output)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{output}: cannot be written ({getattr(error, 'strerror', None) or error}). "
            "Choose a writable folder."
        ) from error


def _try_to_write(output: Path) -> None:
    """Create a file beside the output, or where its folder would be created, and remove it."""
    folder = output.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    # Named as the file that is written, whose name may be too long.
    trial = folder / f"{output.name}.{os.getpid()}.partial"
    trial.touch()
    trial.unlink()
