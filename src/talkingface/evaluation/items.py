"""The videos that are asked for: of a data set, or of folders of footage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from talkingface.errors import UserError
from talkingface.evaluation.cases import Case, cross_cases, listed_cases, names_of, self_cases
from talkingface.evaluation.fingerprints import frames_digest
from talkingface.evaluation.generate import render_target
from talkingface.evaluation.item import Item
from talkingface.evaluation.protocol import ProtocolCase
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, Track, clip_path, read_track
from talkingface.synthetic.clip import frame_times, identity_seed_of, track_of
from talkingface.video.footage import count_frames, find_footage, read_footage

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
    return listed_cases(pairs, clips) if pairs else cross_cases(clips)


def items_of_dataset(
    root: Path,
    cases: Sequence[Case],
    suite: Suite,
    size: int,
    made: Mapping[str, Path],
    rendered: Path,
    *,
    synthetic: bool,
) -> list[Item]:
    """Return what scoring has to know of each case.

    Args:
        root: data set folder.
        cases: see `cases_of`.
        suite: what happens to the driving frames.
        size: side of the frames, pixels.
        made: where the video of each case is or will be, by the case's name.
        rendered: folder for exact targets of cross-reenactment, which are rendered where missing.
        synthetic: whether motions and people are known exactly.
    """
    items = []
    for case in cases:
        clip, target = clip_path(root, case.driving.clip), None
        if case.source is case.driving:
            target = clip
        elif synthetic:
            target = rendered / f"{case.name}.mkv"
            render_target(case, size, target)
        items.append(
            Item(
                name=case.name,
                identity=case.source.identity,
                source_name=case.source.clip,
                driving_name=case.driving.clip,
                made=made[case.name],
                source=clip_path(root, case.source.clip),
                driving=clip,
                target=target,
                rate=case.driving.rate,
                frames=case.driving.frames,
                exact=_exact(root, case, size) if synthetic else None,
                scored=suite.scored_frames(case.driving.frames),
            )
        )
    return items


def items_of_folders(
    predictions: Path,
    suite: Suite,
    *,
    targets: Path | None,
    sources: Path | None,
    drivings: Path | None,
) -> tuple[list[Item], list[str]]:
    """Return what scoring has to know of another system's videos, matched by name.

    Args:
        predictions: folder of the videos.
        suite: what the system has seen, which decides on the frames that are scored.
        targets: folder of true videos; None where there are none.
        sources: folder of portraits; None takes each target's first frame.
        drivings: folder of driving videos; used without `targets` alone.

    Returns:
        The items, and the names of targets that have no prediction.

    Raises:
        UserError: a folder cannot be used, or nothing matches.
    """
    made = find_footage(predictions)
    true = find_footage(targets or _needed(drivings, "targets or drivings"))
    portraits = find_footage(sources) if sources else {}
    items = []
    for name, path in made.items():
        source, driving = (name, name) if suite.task == "self" else names_of(name)
        target = true.get(name if targets else driving)
        if target is None:
            raise UserError(
                f"{path}: nothing named {name if targets else driving} in {targets or drivings}. "
                "A prediction is named as its target."
            )
        portrait = portraits.get(source, portraits.get(name)) if sources else target
        if portrait is None or (sources is None and not targets):
            raise UserError(f"{path}: give its portrait as {source} in sources=...")
        frames = count_frames(target)
        items.append(
            Item(
                name=name,
                identity=source,
                source_name=source,
                driving_name=driving,
                made=path,
                source=portrait,
                driving=target,
                target=target if targets else None,
                rate=_UNKNOWN_RATE,
                frames=frames,
                scored=suite.scored_frames(frames),
            )
        )
    return items, [name for name in true if targets and name not in made]


def protocol_cases(items: Sequence[Item], size: int) -> list[ProtocolCase]:
    """Return what a protocol says of items; reads each target once."""
    cases = []
    for item in items:
        digest = None
        if item.target is not None:
            digest, _ = frames_digest(read_footage(item.target, size))
        scored = item.frames if item.scored is None else int(item.scored.sum())
        cases.append(ProtocolCase(item.name, item.source_name, item.driving_name, scored, digest))
    return cases


def _needed(path: Path | None, name: str) -> Path:
    if path is None:
        raise UserError(f"predictions=... needs {name}, or data=... to compare with.")
    return path


def _exact(root: Path, case: Case, size: int) -> Track:
    if case.source is case.driving:
        return read_track(root, case.driving.clip)
    times = frame_times(case.driving.frames, case.driving.rate)
    return track_of(identity_seed_of(case.source), int(case.driving.motion), times, size)
