"""What became of an input, for the terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from talkingface.manifest import Clip
from talkingface.prepare.decisions import WHOLE_FILE, Decision
from talkingface.prepare.inventory import Inventory
from talkingface.prepare.order import Order
from talkingface.prepare.reject_report import REJECTS_FILE
from talkingface.reasons import Reason

_EXAMPLES = 10


@dataclass
class Summary:
    """Counts of what was decided.

    Attributes:
        root: the data set's folder.
        layout: name of the layout that the input was read as.
        videos: number of videos in the input.
        ignored: number of files of other kinds.
        missing: number of files that lists name and the input lacks.
        unfinished: videos that other machines are still to prepare; the rest is empty then.
        clips, frames, seconds: of the data set.
        identities: names of those who are seen.
        reasons: number of pieces and files that were not kept, by reason.
        examples: the first (file, start in seconds or None, reason, detail) of them.
    """

    root: Path
    layout: str
    videos: int
    ignored: int
    missing: int
    unfinished: int = 0
    clips: int = 0
    frames: int = 0
    seconds: float = 0.0
    identities: set[str] = field(default_factory=set)
    reasons: Counter[Reason] = field(default_factory=Counter)
    examples: list[tuple[str, float | None, Reason, str]] = field(default_factory=list)

    @classmethod
    def of_all(cls, order: Order, inventory: Inventory) -> Summary:
        """Return a summary in which nothing is counted yet."""
        videos, missing = len(inventory.jobs), len(inventory.missing)
        return cls(order.root, inventory.layout, videos, inventory.ignored, missing)

    @classmethod
    def of_part(cls, order: Order, inventory: Inventory, unfinished: int) -> Summary:
        """Return the summary of one machine's part while others are not done."""
        summary = cls.of_all(order, inventory)
        summary.unfinished = unfinished
        return summary

    def count(self, decision: Decision, clip: Clip | None) -> None:
        """Count a decision, with its clip if it was kept."""
        if clip is not None:
            self.clips += 1
            self.frames += clip.frames
            self.seconds += float(clip.frames / clip.rate)
            self.identities.add(clip.identity)
            return
        self.reasons[decision.reason] += 1
        if len(self.examples) < _EXAMPLES:
            start = None if decision.piece == WHOLE_FILE else decision.start
            self.examples.append((decision.source, start, decision.reason, decision.detail))

    def text(self) -> str:
        """Return the lines for the terminal."""
        if self.unfinished:
            return (
                f"this part is done; {self.unfinished} of {self.videos} videos are other parts'. "
                f"The machine that completes the last one writes the manifest: {self.root}"
            )
        lines = [
            f"{self.clips} clips of {self.videos} videos (layout: {self.layout}, identities: "
            f"{len(self.identities)}, frames: {self.frames}, minutes: {self.seconds / 60:.1f}): "
            f"{self.root}"
        ]
        if self.ignored:
            lines.append(f"{self.ignored} files of other kinds were left alone")
        if self.missing:
            lines.append(f"{self.missing} that the lists name are missing, see missing.csv")
        return "\n".join(lines + self._rejects())

    def nothing(self) -> str:
        """Return the message that no clip is left."""
        return (
            f"none of the {self.videos} videos gives a clip.\n" + "\n".join(self._rejects())
        ).rstrip()

    def _rejects(self) -> list[str]:
        total = self.reasons.total()
        if not total:
            return []
        where = self.root / REJECTS_FILE
        lines = [f"not kept: {total}, see {where} and {self.root / 'rejects' / 'index.html'}:"]
        lines += [f"  {count:>7} {reason}" for reason, count in self.reasons.most_common()]
        lines.append("the first of them:" if total > len(self.examples) else "they are:")
        for source, start, reason, detail in self.examples:
            place = "" if start is None else f" at {start:.2f} s"
            lines.append(f"  {source}{place}: {reason}{': ' if detail else ''}{detail}")
        return lines
