"""An export is there completely and checked, or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from talkingface.animation.parts import Pixels
from talkingface.errors import UserError
from talkingface.export.check import check_export
from talkingface.export.folder import Export, Format
from talkingface.export.write import write_export
from talkingface.networks.model import TalkingFace


def make_export(
    network: TalkingFace,
    output: Path,
    formats: Sequence[Format],
    frames_TSS3: Pixels,
    tell: Callable[[str], None] = lambda what: None,
) -> Export:
    """Write a network's files into a new folder, check them and describe them.

    Args:
        network: in eval mode, on the CPU.
        output: the folder, which is not there yet.
        formats: which files.
        frames_TSS3: frames to check with, see `export.check.check_export`.
        tell: called with the name of each part before it is made.

    Raises:
        UserError: the folder is there or cannot be made, a package is missing, or the files do not
            do what PyTorch does.
    """
    check_output(output)
    partial = output.with_name(f"{output.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        export = write_export(network, partial, formats, tell)
        tell("check")
        export = replace(export, check=check_export(export, network, frames_TSS3))
        export.write()
        partial.rename(output)
    except OSError as error:
        raise UserError(
            f"{output}: cannot be written ({error.strerror}). Choose another folder."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return replace(export, root=output)


def check_output(output: Path) -> None:
    """Find out before the work whether the folder is free.

    Raises:
        UserError: something is there.
    """
    if output.is_symlink() or output.exists():
        raise UserError(f"{output}: is there already. Remove it, or choose another output.")
