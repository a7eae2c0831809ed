"""All bad and hard inputs."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from . import damage, hard, no_video, places
from .recipe import Recipe, make

# One encoder reports to the standard error stream unless told to be silent.
os.environ.setdefault("SVT_LOG", "1")


def all_recipes() -> list[Recipe]:
    """Return every input there is, in a fixed order."""
    return [
        *no_video.recipes(),
        *damage.recipes(),
        *hard.recipes(),
        *places.recipes(),
    ]


def make_inputs(folder: Path, part: slice = slice(None)) -> list[Recipe]:
    """Make inputs below a folder, in a process of its own, and return their recipes.

    Run by root, SVT-AV1 gives the whole process and all its children real-time priority, under
    which threads that wait in a loop for others wait for ever.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        process.submit(_make, folder, part).result()
    return all_recipes()[part]


def _make(folder: Path, part: slice) -> None:
    make(folder, all_recipes()[part])
