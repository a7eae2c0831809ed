"""All bad and hard inputs."""

from __future__ import annotations

import os

from . import damage, hard, no_video, places
from .recipe import Recipe

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
