"""`talkingface inspect` as a command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.command import talkingface


def test_the_page_is_written_without_torch_and_its_path_is_said(
    talking_heads: Path, tmp_path: Path
) -> None:
    code = (
        "import sys; from talkingface.cli.main import main; status = main()\n"
        "print([name for name in ('torch', 'lightning') if name in sys.modules]); sys.exit(status)"
    )
    page = tmp_path / "pages/my, page.html"
    words = ["inspect", str(talking_heads), f"output='{page}'", "clips=1"]
    command = [sys.executable, "-c", code, *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    said, modules = ended.stdout.splitlines()[-2:]
    assert said.startswith(f"{page} (")
    assert modules == "[]"
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing"], "missing: not a data set"),
        ([], "inspect needs dataset=..."),
        ([".", "labels=0"], "labels=0: must be at least 1"),
    ],
)
def test_what_cannot_be_inspected_is_one_line(words: list[str], message: str) -> None:
    assert message in talkingface("inspect", *words, status=2)
