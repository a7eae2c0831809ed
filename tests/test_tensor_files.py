"""Only plain tensors are read, and everything else is refused in one line."""

import os
import pickle
from pathlib import Path

import pytest
import torch

from talkingface.errors import UserError
from talkingface.tensor_files import read_tensors


class _Harmful:
    def __reduce__(self) -> tuple:
        return os.mkdir, ("harm",)


def test_plain_tensors_come_back(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    torch.save({"step": 3, "weights": {"w": torch.arange(4)}}, path)
    read = read_tensors(path)
    assert read["step"] == 3
    assert torch.equal(read["weights"]["w"], torch.arange(4))


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 and no more"])
def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.ckpt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"some\.ckpt: not a checkpoint of plain tensors"):
        read_tensors(path)


def test_a_file_that_would_run_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, save in (("new.ckpt", torch.save), ("old.ckpt", _old_save)):
        save({"network": _Harmful(), "state_dict": {}}, tmp_path / name)
        with pytest.raises(UserError, match="plain tensors"):
            read_tensors(tmp_path / name)
    assert not (tmp_path / "harm").exists()


def _old_save(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value))
