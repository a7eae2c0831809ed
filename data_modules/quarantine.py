"""Clips that cannot be read while training: which clip replaces them, and the record of it.

A sample's key is (epoch, index). What replaces a bad clip is drawn from (seed, epoch, index,
attempt) alone, so that every rank and every loader process would choose the same.
"""

from __future__ import annotations

import json
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
        # Of this process, since it began.
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
        failures: list[Failure] = []
        for attempt in range(first, first + ATTEMPTS):
            clip = self.clips[replacement(self.seed, key, attempt, len(self.clips))]
            try:
                sample = make(clip)
            except (UserError, OSError) as error:
                reason = str(error)
            else:
                # Not before: a disk that was away and ended the training leaves no trace.
                self._record(key, failures)
                return sample, attempt > 0
            self.bad.add(clip.clip)
            failures.append(Failure(self.split, *key, attempt, clip.clip, reason))
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
        return len(self.bad) > max(min(_MANY, (len(self.clips) + 1) // 2), _SHARE * tested)

    def _record(self, key: Key, failures: Sequence[Failure]) -> None:
        if not failures:
            return
        self.failed[key] = failures[-1].attempt + 1
        if self.folder is None:
            return
        worker = get_worker_info()
        path = self.folder / f"rank{self.rank}-{worker.id if worker else 0}.jsonl"
        # A line that a crash has torn must not swallow the next one.
        lines = "".join(f"\n{json.dumps(asdict(failure))}" for failure in failures) + "\n"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as file:
                file.write(lines.encode())
        except OSError as error:
            raise UserError(
                f"{path}: the record of bad clips cannot be written ({error}). Make room, then "
                "run the same command again."
            ) from error


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
