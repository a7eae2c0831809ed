"""The suites: what is done to the driving video, and whether portrait and driver are one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talkingface.errors import UserError
from talkingface.evaluation.cases import Task
from talkingface.motion.perturbation import Perturbation

#: All suites of the ablation, the names behind `suites=all`.
ALL_SUITES = (
    "clean",
    *("rate-2", "rate-3", "rate-4", "rate-6"),
    *("jitter-1", "jitter-2", "jitter-4"),
    *("drop-10", "drop-30"),
    "jitter-2+drop-30",
    "cross",
    "swap",
)

_PAIRED: dict[str, Task] = {"cross": "cross", "swap": "swap"}


@dataclass(frozen=True)
class Suite:
    """One set of conditions, the same for every model.

    Attributes:
        name: its name; "cross", "swap", and these with "+...", pair different people.
        task: "self", "cross", or "swap": head pose of the source, facial motion of the driver.
        perturbation: what happens to the driving frames; targets stay clean.
    """

    name: str
    task: Task
    perturbation: Perturbation

    @classmethod
    def named(cls, name: str) -> Suite:
        """Return the suite of a name.

        Raises:
            UserError: not such a name.
        """
        head, _, rest = name.partition("+")
        task = _PAIRED.get(head, "self")
        try:
            perturbation = Perturbation.named(name if task == "self" else rest or "clean")
        except UserError as error:
            raise UserError(
                f"suites: no {name!r}. There are clean, cross, swap, jitter-<percent of the side>, "
                "drop-<percent of the frames> and rate-<every so many frames>, joined by +; "
                f"all stands for {', '.join(ALL_SUITES)}."
            ) from error
        return cls(name, task, perturbation)

    def scored_frames(self, frames: int) -> NDArray[np.bool_] | None:
        """Return which of a video's frames count, (frames,) bool; None for all.

        Where frames are missing from the driving video, those are what is asked for: frames between
        two that are there.
        """
        rate = self.perturbation.rate
        if rate == 1:
            return None
        index = np.arange(frames)
        last_kept = (frames - 1) // rate * rate
        return (index % rate != 0) & (index < last_kept)


def named_suites(names: Sequence[str]) -> list[Suite]:
    """Return suites by name; "all" stands for ALL_SUITES.

    Raises:
        UserError: none, or an unknown one.
    """
    wanted = [suite for name in names for suite in (ALL_SUITES if name == "all" else (name,))]
    if not wanted:
        raise UserError("suites=[]: give at least one, such as suites=[clean,cross].")
    return [Suite.named(str(name)) for name in dict.fromkeys(wanted)]
