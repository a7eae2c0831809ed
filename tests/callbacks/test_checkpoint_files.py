"""Whatever happens while a checkpoint is written, a whole one can be read afterwards."""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from callbacks.checkpoint_files import WholeCheckpoints
from talkingface.errors import UserError
from talkingface.tensor_files import read_tensors

WRITER = """\
import sys; import talkingface.torchvision_guard; import torch
from callbacks.checkpoint_files import WholeCheckpoints
number = 0
while True:
    number += 1
    WholeCheckpoints().save_checkpoint({"x": torch.full((4_000_000,), number)}, sys.argv[1])
    print(number, flush=True)
"""


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / "step-00000001.ckpt"
    WholeCheckpoints().save_checkpoint({"x": torch.ones(10)}, path)
    large = {"x": torch.zeros(1_000_000)}
    with (
        largest_file(2**20),
        pytest.raises(UserError, match=r"step-00000001\.ckpt: the checkpoint could not be written"),
    ):
        WholeCheckpoints().save_checkpoint(large, path)
    assert torch.equal(read_tensors(path)["x"], torch.ones(10))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    WholeCheckpoints().save_checkpoint(large, path)
    assert torch.equal(read_tensors(path)["x"], large["x"])


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "best.ckpt"
    rng = random.Random(0)
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "1\n"
            time.sleep(rng.uniform(0, 0.2))
            writer.kill()
        values = read_tensors(path)["x"]
        assert values.min() == values.max() >= 1
