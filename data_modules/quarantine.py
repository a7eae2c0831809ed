"""Clips that cannot be read while training: which clip replaces them, and the record of it.

A sample's key is (epoch, index). What replaces a bad clip is drawn from (seed, epoch, index,
attempt) alone, so that every rank and every loader process would choose the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from torch.utils.data import get_worker_info

from data_modules.sampler import Key
from talkingface.errors import UserError
from talkingface.manifest import Clip

ATTEMPTS = 16
_REPLACEMENT = 0x51
_MANY = 20
_SHARE = 0.01
Sample = TypeVar("Sample")


@dataclass(frozen=True)
class Failure:
    """A line of the ledger: a clip could not be read when a key's sample was made.

    Attributes:
        split: "train", "val" or "test".
        epoch, index: the key.
        attempt: 0 for the key's own clip, then the number of the draw that gave this one.
        clip: the clip's name.
        reason: why it could not be read.
    """

    split: str
    epoch: int
    index: int
    attempt: int
    clip: str
    reason: str


class Quarantine:
    """Replaces what cannot be read, remembers it, and ends the training when it is too much.

    A key that the ledger knows is replaced without a look at its own clip, so that a resumed run
    sees the same samples even if the file is well again.

    Args:
        split: whose keys these are.
        clips: all clips of the split.
        seed: seed of the replacements.
        folder: where the ledgers lie, one a loader process; None keeps no record.
        rank: of this process.
    """

    def __init__(
        self, split: str, clips: Sequence[Clip], seed: int, folder: Path | None, rank: int
    ):
        self.split, self.clips, self.seed = split, clips, seed
        self.folder, self.rank = folder, rank
        self.failed: dict[Key, int] = {}
        for line in read_ledgers(folder) if folder is not None else ():
            if line.split == split:
                key = line.epoch, line.index
                self.failed[key] = max(self.failed.get(key, 0), line.attempt + 1)
        self.bad: set[str] = set()
        self.tested = 0

    def sample(self, key: Key, make: Callable[[Clip], Sample]) -> tuple[Sample, bool]:
        """Return what is made of the key's clip, or of the first other that can be read.

        Returns:
            The sample, and whether it comes from another clip.

        Raises:
            UserError: so many clips cannot be read that it is not the clips.
        """
        self.tested += 1
        first = self.failed.get(key, 0)
        for attempt in range(first, first + ATTEMPTS):
            clip = self.clips[replacement(self.seed, key, attempt, len(self.clips))]
            try:
                return make(clip), attempt > 0
            except (UserError, OSError) as error:
                reason = str(error)
            self.bad.add(clip.clip)
            self._record(Failure(self.split, *key, attempt, clip.clip, reason))
            if self._is_too_much:
                break
        raise UserError(
            f"{len(self.bad)} clips cannot be read, after {self.tested} samples; the last one: "
            f"{reason} Check the disk that holds the data set, then run the same command again: "
            "it goes on from the newest checkpoint."
        )

    @property
    def _is_too_much(self) -> bool:
        tested = min(self.tested, len(self.clips))
        return len(self.bad) > max(min(_MANY, len(self.clips) // 2), _SHARE * tested)

    def _record(self, failure: Failure) -> None:
        self.failed[failure.epoch, failure.index] = failure.attempt + 1
        if self.folder is None:
            return
        worker = get_worker_info()
        name = f"rank{self.rank}-{worker.id if worker else 0}.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, (json.dumps(asdict(failure)) + "\n").encode())
        finally:
            os.close(file)


def replacement(seed: int, key: Key, attempt: int, samples: int) -> int:
    """Return the index of the clip that an attempt takes: the key's own at 0, then others."""
    if attempt == 0:
        return key[1]
    return int(np.random.default_rng([seed, *key, _REPLACEMENT, attempt]).integers(samples))


def read_ledgers(folder: Path) -> Iterator[Failure]:
    """Yield what the loader processes of all ranks could not read; a torn line is left out."""
    for path in sorted(folder.glob("rank*.jsonl")):
        for line in path.read_text().splitlines():
            try:
                yield Failure(**json.loads(line))
            except (ValueError, TypeError):
                continue
