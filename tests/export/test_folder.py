"""A folder that is not what was exported is refused in one line."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from talkingface.errors import UserError
from talkingface.export.folder import DESCRIPTION, Export, is_export, read_export
from talkingface.networks.config import NetworkConfig

NUMBERS = tuple(k / 3 for k in range(76))


@pytest.fixture
def export(tmp_path: Path) -> Export:
    files = {f"{part}.onnx": part.encode() for part in ("portrait", "read", "render")}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    network = NetworkConfig(width="tiny")
    made = Export(tmp_path, network, "encoder", NUMBERS, NUMBERS, sums, {"opset": "20"}, {})
    made.write()
    return made


def changed(export: Export, **fields: Any) -> None:
    path = export.root / DESCRIPTION
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_what_was_written_is_read(export: Export) -> None:
    assert is_export(export.root)
    assert not is_export(export.root / "render.onnx")
    found = read_export(export.root)
    assert found == export
    assert found.formats == ("onnx",)
    assert found.content("render", "onnx") == b"render"


def test_a_file_with_one_changed_byte_is_refused(export: Export) -> None:
    (export.root / "render.onnx").write_bytes(b"rendeR")
    with pytest.raises(UserError, match=r"render\.onnx.*SHA-256"):
        read_export(export.root).content("render", "onnx")


def test_a_missing_file_is_named(export: Export) -> None:
    (export.root / "read.onnx").unlink()
    with pytest.raises(UserError, match=r"read\.onnx.*Export again"):
        read_export(export.root).content("read", "onnx")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": "talkingface-export-0"}, "another version"),
        ({"network": {"size": 65}}, "65"),
        ({"network": {"depth": 3}}, "damaged"),
        ({"network": NetworkConfig(corrector=True).__dict__}, "damaged"),
        ({"files": {}}, "damaged"),
        ({"files": ["render.onnx"]}, "damaged"),
        ({"mean": [1.0]}, "damaged"),
        ({"scale": "wide"}, "damaged"),
        ({"added": 1}, "damaged"),
    ],
)
def test_a_description_that_does_not_fit_is_one_line(
    export: Export, fields: dict[str, Any], words: str
) -> None:
    changed(export, **fields)
    with pytest.raises(UserError, match=words) as caught:
        read_export(export.root)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_a_description_that_is_none_is_one_line(export: Export, text: str) -> None:
    (export.root / DESCRIPTION).write_text(text)
    with pytest.raises(UserError, match="not the description of an export"):
        read_export(export.root)
