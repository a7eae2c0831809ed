"""The videos that are asked for: of a data set, or of folders of footage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from talkingface.errors import UserError
from talkingface.evaluation.cases import (
    Case,
    cross_cases,
    listed_cases,
    names_in,
    self_cases,
    swap_cases,
)
from talkingface.evaluation.donors import Donors, aligned, joined, shared_frames
from talkingface.evaluation.generate import rendered_target
from talkingface.evaluation.item import Item
from talkingface.evaluation.results import Failure
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, Track, clip_path, read_track
from talkingface.synthetic.clip import frame_times, identity_seed_of, track_of
from talkingface.video.footage import count_frames, find_footage

# Of folders, only the order of frames is known.
_UNKNOWN_RATE = Fraction(25)


def cases_of(clips: Sequence[Clip], suite: Suite, pairs: Path | None) -> list[Case]:
    """Return the cases of a suite: each clip by itself, or the list of pairs.

    Raises:
        UserError: no clips, or no such pairs.
    """
    if not clips:
        raise UserError("no clips to evaluate: this split has no identities. Choose another one.")
    if suite.task == "self":
        return self_cases(clips)
    if pairs:
        return listed_cases(pairs, clips)
    return swap_cases(clips) if suite.task == "swap" else cross_cases(clips)


def item_of_case(
    root: Path, case: Case, suite: Suite, size: int, made: Path, rendered: Path | None
) -> Item:
    """Return what scoring has to know of a case.

    Args:
        root: data set folder.
        case: see `cases_of`.
        suite: what happens to the driving frames.
        size: side of the frames, pixels.
        made: where its video is or will be.
        rendered: folder for exact targets of cross-reenactment, where motions and people are known
            exactly; else None.

    Raises:
        UserError: the labels of the clip cannot be read.
    """
    if suite.task == "swap":
        return _swap_item(root, case, suite, made, exact=rendered is not None)
    clip, target = clip_path(root, case.driving.clip), None
    if case.source is case.driving:
        target = clip
    elif rendered is not None:
        target = rendered_target(case, size, rendered)
    return Item(
        name=case.name,
        identity=case.source.identity,
        source_name=case.source.clip,
        driving_name=case.driving.clip,
        made=made,
        source=clip_path(root, case.source.clip),
        driving=clip,
        target=target,
        rate=case.driving.rate,
        frames=case.driving.frames,
        exact=_exact(root, case, size) if rendered is not None else None,
        scored=suite.scored_frames(case.driving.frames),
    )


def _swap_item(root: Path, case: Case, suite: Suite, made: Path, *, exact: bool) -> Item:
    head, face = case.source, case.driving
    frames, rates = shared_frames(head, face), (head.rate, face.rate)
    paths = clip_path(root, head.clip), clip_path(root, face.clip)
    labels = None
    if exact:
        tracks = read_track(root, head.clip), read_track(root, face.clip)
        labels = aligned(*tracks, *rates, frames)
    return Item(
        name=case.name,
        identity=head.identity,
        source_name=head.clip,
        driving_name=face.clip,
        made=made,
        source=paths[0],
        driving=paths[1],
        target=None,
        rate=head.rate,
        frames=frames,
        exact=joined(*labels) if labels else None,
        scored=suite.scored_frames(frames),
        donors=Donors(*paths, *rates, frames, labels),
    )


@dataclass(frozen=True)
class Folders:
    """Another system's videos and what belongs to them, matched by name.

    Attributes:
        predictions: folder of the videos.
        targets: folder of true videos; None where there are none.
        sources: folder of portraits; None takes each target's first frame.
        drivings: folder of driving videos, for cross-reenactments without a target.
    """

    predictions: Path
    targets: Path | None = None
    sources: Path | None = None
    drivings: Path | None = None

    def items(self, suite: Suite) -> tuple[list[Item], list[Failure]]:
        """Return what scoring has to know of each video, and what cannot be scored.

        Args:
            suite: what the system has seen, which decides on the frames that are scored.

        Raises:
            UserError: a folder cannot be used.
        """
        if self.targets is None and self.drivings is None:
            raise UserError("predictions=... needs targets=..., drivings=... or data=...")
        if self.targets is None and (suite.task == "self" or self.sources is None):
            raise UserError(
                "drivings=... is for cross-reenactment without true videos: add suites=[cross] "
                "and the portraits as sources=..."
            )
        made = find_footage(self.predictions)
        true = find_footage(self.targets or self.drivings or self.predictions)
        portraits = find_footage(self.sources) if self.sources else true
        items, failed = [], []
        for name, path in made.items():
            try:
                items.append(self._item(name, path, true, portraits, suite))
            except UserError as error:
                failed.append(Failure(name, str(error)))
        absent = [name for name in true if self.targets and name not in made]
        reason = f"{self.predictions}: holds no video of this name."
        return items, [*failed, *(Failure(name, reason) for name in absent)]

    def _item(
        self,
        name: str,
        made: Path,
        true: Mapping[str, Path],
        portraits: Mapping[str, Path],
        suite: Suite,
    ) -> Item:
        source, driving = name, name
        if suite.task == "cross":
            source, driving = self._pair(name, true, portraits)
        target = true.get(name if self.targets else driving)
        portrait = portraits.get(name, portraits.get(source))
        if target is None or portrait is None:
            places = self.sources if target is not None else self.targets or self.drivings
            raise UserError(
                f"{made}: nothing in {places} belongs to it. Targets have the prediction's name, "
                "drivings and portraits the parts of <source>--<driving>."
            )
        frames = count_frames(target)
        return Item(
            name=name,
            identity=source,
            source_name=source,
            driving_name=driving,
            made=made,
            source=portrait,
            driving=target,
            target=target if self.targets else None,
            rate=_UNKNOWN_RATE,
            frames=frames,
            scored=suite.scored_frames(frames),
        )

    def _pair(
        self, name: str, true: Mapping[str, Path], portraits: Mapping[str, Path]
    ) -> tuple[str, str]:
        pairs = names_in(name)
        if self.targets is not None:
            return pairs[0]
        known = [(s, d) for s, d in pairs if s in portraits and d in true]
        return (known or pairs)[0]


def _exact(root: Path, case: Case, size: int) -> Track:
    if case.source is case.driving:
        return read_track(root, case.driving.clip)
    times = frame_times(case.driving.frames, case.driving.rate)
    return track_of(identity_seed_of(case.source), int(case.driving.motion), times, size)
