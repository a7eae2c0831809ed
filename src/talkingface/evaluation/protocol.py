"""What two evaluations must share before their figures may be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import Any

from talkingface.errors import UserError

FORMAT = 1


@dataclass(frozen=True)
class ProtocolCase:
    """One video that is asked for.

    Attributes:
        case: its name, the same in every evaluation.
        source, driving: names of the clips, not paths.
        frames: how many are scored.
        target: SHA-256 of the target's decoded frames; None where there is no target.
        given: SHA-256 of the portrait and of the driving video's decoded frames.
    """

    case: str
    source: str
    driving: str
    frames: int
    target: str | None
    given: str = ""


@dataclass(frozen=True)
class Protocol:
    """How figures were made: nothing of the model under test, of paths, machines or times.

    Attributes:
        fields: plain JSON values; see `make_protocol`.
    """

    fields: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the fields, in whatever order."""
        text = json.dumps(self.fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make_protocol(
    *,
    task: str,
    suite: str,
    metrics: Mapping[str, Mapping[str, Any]],
    reader: str | None,
    libraries: Iterable[str],
    models: Mapping[str, Mapping[str, str]],
    size: int,
    cases: Sequence[ProtocolCase],
    pair_list: int | str | None,
    definitions: Mapping[str, int] | None = None,
) -> Protocol:
    """Return a protocol of plain JSON values.

    Args:
        task: "self", "cross" or "swap".
        suite: what happened to the driving frames, such as "clean".
        metrics: the parameters of each metric by its name.
        reader: "mediapipe", "ruler", or None where no face is read.
        libraries: packages that took part; their versions are looked up.
        models: "name" and "sha256" of each model that scores, by its role.
        size: side of the frames compared, pixels.
        cases: in order.
        definitions: versions of what this project itself defines.
        pair_list: version of the list that pairs sources and drivers; None without one.

    Raises:
        UserError: a library is not installed.
        ValueError: a value that JSON cannot hold, or a path where a name belongs.
    """
    for case in cases:
        for name in (case.case, case.source, case.driving):
            if PurePath(name).is_absolute():
                raise ValueError(f"{name}: a protocol holds names, not paths")
    fields = {
        "format": FORMAT,
        "task": task,
        "suite": suite,
        "metrics": metrics,
        "reader": reader,
        "libraries": {name: _version(name) for name in libraries},
        "models": models,
        "size": size,
        "pair_list": pair_list,
        "definitions": definitions or {},
        "cases": [asdict(case) for case in cases],
    }
    # Tuples become lists and keys strings, as when the protocol comes back from its file.
    return Protocol(json.loads(json.dumps(fields, allow_nan=False)))


def _version(library: str) -> str:
    try:
        # What follows a plus tells for which processors a package was built.
        return version(library).partition("+")[0]
    except PackageNotFoundError as error:
        raise UserError(f"{library}: not installed. Install it, or leave it out.") from error
