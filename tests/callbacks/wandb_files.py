"""Reads what the W&B client wrote: the records of a .wandb file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import wandb
from wandb.proto import wandb_internal_pb2

_BLOCK, _HEADER = 32768, 7
_FULL, _LAST = 1, 4


def records(run_folder: Path) -> list[Any]:
    """Return the records of all W&B runs below a folder, oldest first.

    W&B's service closes a finished run's file a moment later; tearing it down waits for it.
    """
    wandb.teardown()
    files = sorted(run_folder.rglob("*run-*/*.wandb"))
    return [record for file in files if "latest" not in str(file) for record in _read(file)]


def history(found: list[Any]) -> list[dict[str, str]]:
    """Return the logged rows, names to JSON."""
    return [
        {item.key or "/".join(item.nested_key): item.value_json for item in record.history.item}
        for record in found
        if record.HasField("history")
    ]


def config(found: list[Any]) -> dict[str, str]:
    """Return the configuration, first-level names to JSON."""
    parts = [r.run.config for r in found if r.HasField("run")]
    parts += [r.config for r in found if r.HasField("config")]
    return {item.key: item.value_json for part in parts for item in part.update}


def _read(file: Path) -> Iterator[Any]:
    """Yield the records of a file in LevelDB's log format: chunks that stay within blocks."""
    data, at, whole = file.read_bytes(), _HEADER, b""
    while at + _HEADER <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _HEADER:
            at += left
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        whole += data[at + _HEADER : at + _HEADER + length]
        at += _HEADER + length
        if kind in (_FULL, _LAST):
            yield wandb_internal_pb2.Record.FromString(whole)
            whole = b""
