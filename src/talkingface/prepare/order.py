"""What `prepare` is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from talkingface.errors import UserError
from talkingface.faces.identity import IdentitySettings
from talkingface.model_files import file_sha256
from talkingface.prepare.clip_settings import ClipSettings
from talkingface.prepare.filter_limits import FilterLimits
from talkingface.prepare.worker import Limits

Duplicates = Literal["reject", "keep"]
WORK_FOLDER = ".work"


@dataclass(frozen=True)
class Order:
    """One call of `prepare`; conf/prepare.yaml explains each field.

    Attributes:
        source: a folder, searched with all folders below it, or one video file.
        root: the data set's folder.
        model: path of `face_landmarker.task`.
        layout: how people and splits are named.
        clips: what pixels and labels depend on; one folder holds clips of one kind.
        filters: which pieces become clips; may be changed later.
        duplicates: what becomes of a recording that is there twice; may be changed later.
        identity: who is seen; may be changed later.
        limits: what a video may take.
        workers: number of processes.
        shard, shards: which part of the videos is this machine's.
    """

    source: Path
    root: Path
    model: Path
    layout: str = "auto"
    clips: ClipSettings = field(default_factory=ClipSettings)
    filters: FilterLimits = field(default_factory=FilterLimits)
    duplicates: Duplicates = "reject"
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    shard: int = 0
    shards: int = 1

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            UserError: one is out of range.
        """
        if self.workers < 1:
            raise UserError(f"workers={self.workers}: must be 1 or more.")
        if self.shards < 1:
            raise UserError(f"shards={self.shards}: must be 1 or more.")
        if not 0 <= self.shard < self.shards:
            raise UserError(
                f"shard={self.shard}: must be from 0 to {self.shards - 1} with "
                f"shards={self.shards}."
            )

    @cached_property
    def filter_values(self) -> dict[str, float]:
        """The filters' limits as plain values."""
        return asdict(self.filters)

    @cached_property
    def limit_values(self) -> dict[str, float | None]:
        """What a video may take, as plain values."""
        return asdict(self.limits)

    @property
    def work(self) -> Path:
        """Folder of the journals of all shards."""
        return self.root / WORK_FOLDER

    @property
    def shard_folder(self) -> Path:
        """Folder of this shard's journals."""
        return self.work / f"{self.shard}-of-{self.shards}"

    def claim(self) -> dict[str, Any]:
        """Return the settings that all clips of the data set share, as plain values.

        Raises:
            UserError: the model cannot be read.
        """
        rate = str(self.clips.rate) if self.clips.rate else None
        # Labels of two models must not mix.
        try:
            made_by = {"landmarker": file_sha256(self.model)}
        except OSError as error:
            raise UserError(f"{self.model}: cannot be read ({error.strerror}).") from error
        return {"format": 2} | asdict(self.clips) | {"rate": rate} | made_by
