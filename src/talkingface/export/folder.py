"""The folder of an exported network: what it holds, and whether it still holds that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from talkingface.errors import UserError
from talkingface.networks.config import NetworkConfig

Format = Literal["onnx", "torch"]
Part = Literal["portrait", "read", "render", "correct", "recombine"]
DESCRIPTION = "export.json"
#: Raised whenever the parts take or give something else.
VERSION = "talkingface-export-2"
_SUFFIXES: dict[str, str] = {"onnx": ".onnx", "torch": ".pt2"}


@dataclass(frozen=True)
class Export:
    """What is known of an exported network.

    Attributes:
        root: its folder.
        network: the network's numbers.
        encoder: fingerprint of its motion encoder.
        mean, scale: mean and spread of the codes over the training data, (Z,).
        files: SHA-256 of each file by name.
        versions: of the libraries that wrote it.
        check: how far each format was from PyTorch when it was written.
    """

    root: Path
    network: NetworkConfig
    encoder: str
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    files: dict[str, str]
    versions: dict[str, str]
    check: dict[str, Any]

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats that it was written in."""
        names: tuple[Format, ...] = ("onnx", "torch")
        return tuple(name for name in names if file_name("render", name) in self.files)

    def content(self, part: Part, kind: Format) -> bytes:
        """Return the content of a part's file, known to be what was written.

        Raises:
            UserError: the file is not there, or was changed.
        """
        name = file_name(part, kind)
        path = self.root / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror}). Export again.") from error
        if hashlib.sha256(content).hexdigest() != self.files.get(name):
            raise UserError(
                f"{path}: not the file that was exported, its SHA-256 is another one. Export again."
            )
        return content

    def write(self) -> None:
        """Write the description, which makes a folder of files an export."""
        fields = {name: value for name, value in asdict(self).items() if name != "root"}
        text = json.dumps({"format": VERSION, **fields}, indent=2)
        (self.root / DESCRIPTION).write_text(text + "\n")


def part_names(network: NetworkConfig) -> tuple[Part, ...]:
    """Return the parts that a network has."""
    parts: tuple[Part, ...] = ("portrait", "read", "render")
    if network.corrector:
        parts = (*parts, "correct")
    return (*parts, "recombine") if network.recombines else parts


def file_name(part: Part, kind: Format) -> str:
    """Return the name of a part's file."""
    return part + _SUFFIXES[kind]


def is_export(path: Path) -> bool:
    """Return whether a path means an exported network rather than a checkpoint or a run."""
    return (path / DESCRIPTION).is_file()


def read_export(root: Path) -> Export:
    """Return what a folder says about itself; its files are checked when they are read.

    Raises:
        UserError: not an export of this version.
    """
    path = root / DESCRIPTION
    try:
        fields = json.loads(path.read_text())
        version = fields.pop("format")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: not the description of an export. Export again.") from error
    if version != VERSION:
        raise UserError(
            f"{path}: made by another version ({version}, here {VERSION}). Export again."
        )
    try:
        network = NetworkConfig(**fields.pop("network"))
        mean, scale = (tuple(float(x) for x in fields.pop(name)) for name in ("mean", "scale"))
        export = Export(root, network, mean=mean, scale=scale, **fields)
        whole = len(mean) == len(scale) == network.code_dim and _has_its_files(export)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}). Export again.") from error
    if not whole:
        raise UserError(f"{path}: damaged (it does not fit its own network). Export again.")
    return export


def _has_its_files(export: Export) -> bool:
    wanted = [file_name(p, kind) for p in part_names(export.network) for kind in export.formats]
    return bool(wanted) and all(isinstance(export.files[name], str) for name in wanted)
