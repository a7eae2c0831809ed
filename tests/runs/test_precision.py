"""Mixed precision is taken where the processor has it, and never against the user's word."""

from pathlib import Path

import pytest
import torch

from talkingface.runs import precision
from talkingface.runs.device import choose_device


def test_a_named_precision_is_kept() -> None:
    assert precision.resolve_precision("bf16-mixed", "cpu") == "bf16-mixed"


def test_auto_follows_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    for has, expected in ((True, "bf16-mixed"), (False, "32-true")):
        monkeypatch.setattr(precision, "cpu_has_bf16", lambda has=has: has)
        assert precision.resolve_precision("auto", "cpu") == expected


def test_the_processors_flags_are_read_where_linux_gives_them() -> None:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        pytest.skip("no /proc/cpuinfo on this system")
    words = set(info.read_text().split())
    assert precision.cpu_has_bf16() == bool(words & {"amx_bf16", "avx512_bf16"})


def test_auto_takes_a_gpu_where_there_is_one() -> None:
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
