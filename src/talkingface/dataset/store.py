"""Writing and opening a data set: its description, the manifest and the manifest's map."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from platformdirs import user_cache_dir

from talkingface.dataset.clip import Clip
from talkingface.dataset.description import (
    DESCRIPTION_FILE,
    FORMAT,
    DatasetInfo,
    read_description,
    write_description,
)
from talkingface.dataset.files import CLIP_NAME
from talkingface.dataset.schema import CLIP_SCHEMA, CONTENT_COLUMNS, clips_to_table
from talkingface.dataset.table import ClipTable
from talkingface.dataset.whole_files import replaced_file
from talkingface.errors import UserError

MANIFEST_FILE = "manifest.parquet"
MAP_FILE = "manifest.arrow"
# Hashes: of what a training follows from, and of all columns, which a map must have.
_CONTENT = b"talkingface.content"
_ROWS = b"talkingface.rows"
_FORMAT = b"talkingface.format"
_ROW_GROUP = 65_536


def write_dataset(root: Path, info: DatasetInfo, clips: Iterable[Clip]) -> None:
    """Write what describes a data set whose clips and tracks are there.

    Each file is replaced atomically. The manifest comes last and marks completion. The same clips
    in any order give the same bytes.

    Args:
        root: folder of the data set.
        info: what all clips share.
        clips: the rows, in any order; read once, and never many of them in memory.

    Raises:
        ValueError: a name that no clip may have, or one given twice.
    """
    table = clips_to_table(clips)
    table = table.take(pc.sort_indices(table, [("clip", "ascending")])).combine_chunks()
    _check_names(table)
    told = {
        _FORMAT: str(FORMAT).encode(),
        _CONTENT: _hash_of(table, CONTENT_COLUMNS).encode(),
        _ROWS: _hash_of(table, table.column_names).encode(),
    }
    table = table.replace_schema_metadata(told)
    write_description(root, info)
    _write_map(table, root / MAP_FILE)
    with replaced_file(root / MANIFEST_FILE) as partial:
        pq.write_table(table, partial, compression="zstd", row_group_size=_ROW_GROUP)


def read_dataset(root: Path) -> tuple[DatasetInfo, ClipTable]:
    """Open a data set: its description and its clips, sorted by name.

    The clips stand in a memory map beside the manifest. One that is missing or belongs to another
    manifest is made anew, in the user's cache where the folder cannot be written to.

    Raises:
        UserError: the folder is no data set, or of another format version.
    """
    info = read_description(root)
    rows = _stored(root, _ROWS)
    for path in _map_places(root, rows):
        if (table := _mapped(path, rows)) is not None:
            return info, table
    return info, _mapped_again(root, rows)


def dataset_fingerprint(root: Path) -> str:
    """Return a hash of what a data set's description and manifest say, wherever it lies.

    It follows the columns in CONTENT_COLUMNS, by their hash in the manifest: no row is read.

    Raises:
        UserError: as read_dataset.
    """
    said = json.dumps([asdict(read_description(root)), _stored(root, _CONTENT)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _stored(root: Path, name: bytes) -> str:
    """Return a hash from the manifest's metadata."""
    path = root / MANIFEST_FILE
    try:
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"{root}: not a data set: needs {DESCRIPTION_FILE} and {MANIFEST_FILE} ({error}). "
            "Make one with `talkingface synthesize` or `talkingface prepare`."
        ) from error
    found = (schema.metadata or {}).get(name)
    if found is None or not schema.equals(CLIP_SCHEMA):
        raise UserError(
            f"{path}: not a manifest as talkingface writes it. Run the command that made the "
            "data set again."
        )
    return found.decode()


def _map_places(root: Path, rows: str) -> tuple[Path, Path]:
    cache = Path(user_cache_dir("talkingface")) / "manifests"
    return root / MAP_FILE, cache / f"{rows}.arrow"


def _mapped(path: Path, rows: str) -> ClipTable | None:
    """Return a map of the manifest with this hash, None if it is missing, torn or of another."""
    try:
        found = pa.ipc.open_file(pa.memory_map(str(path))).schema.metadata or {}
        return ClipTable.mapped(path) if found.get(_ROWS) == rows.encode() else None
    except (OSError, pa.ArrowInvalid):
        return None


def _mapped_again(root: Path, rows: str) -> ClipTable:
    for path in _map_places(root, rows):
        try:
            with _alone(path):
                # Another process may have made it while this one waited.
                if (found := _mapped(path, rows)) is not None:
                    return found
                _write_map(_read_parquet(root / MANIFEST_FILE), path)
                pa.default_memory_pool().release_unused()
                return ClipTable.mapped(path)
        except OSError:
            continue
    return ClipTable(_read_parquet(root / MANIFEST_FILE), None)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process of this machine makes the file, and keep others from it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def _read_parquet(path: Path) -> pa.Table:
    """Return a manifest, column after column: all at once would take twice the memory."""
    try:
        schema = pq.read_schema(path)
        columns = [
            pq.read_table(path, columns=[name], use_threads=False).column(0).combine_chunks()
            for name in schema.names
        ]
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            f"{path}: damaged ({error}). Run the command that made the data set again."
        ) from error
    return pa.table(columns, schema)


def _write_map(table: pa.Table, path: Path) -> None:
    with replaced_file(path) as partial, pa.ipc.new_file(str(partial), table.schema) as writer:
        # One batch, so that each column is one stretch of the file.
        writer.write_table(table, max_chunksize=max(len(table), 1))


def _check_names(table: pa.Table) -> None:
    names = table.column("clip")
    wrong = names.filter(pc.invert(pc.match_substring_regex(names, f"^{CLIP_NAME}$")))
    if len(wrong):
        raise ValueError(f"no names of clips: {wrong.slice(0, 3).to_pylist()}")
    # Sorted, so equal names are neighbours.
    twice = names.slice(1).filter(pc.equal(names.slice(1), names.slice(0, max(len(names) - 1, 0))))
    if len(twice):
        raise ValueError(f"given twice: {twice.slice(0, 3).to_pylist()}")


def _hash_of(table: pa.Table, columns: Iterable[str]) -> str:
    """Return the SHA-256 of some columns."""
    digest = hashlib.sha256()
    for name in columns:
        column = table.column(name).combine_chunks()
        digest.update(f"{name} {column.type} {len(column)}\n".encode())
        if pa.types.is_string(column.type):
            digest.update(pc.binary_length(column).to_numpy().astype("<i4").tobytes())
            digest.update(_letters(column))
        else:
            digest.update(np.ascontiguousarray(column.to_numpy(zero_copy_only=False)).tobytes())
    return digest.hexdigest()


def _letters(column: pa.StringArray) -> memoryview:
    """Return the text of all rows, one after another."""
    if not len(column):
        return memoryview(b"")
    _, offsets, text = column.buffers()
    ends = np.frombuffer(offsets, "<i4")[column.offset : column.offset + len(column) + 1]
    return memoryview(text)[ends[0] : ends[-1]]
