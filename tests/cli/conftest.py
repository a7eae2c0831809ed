"""A small configuration, and the command run in a process of its own with a verb made up."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

PRIMARY = """\
# A primary configuration.
defaults:
  - hydra/settings
  - model: small
  - _self_
  - optional experiment: null

steps: 10  # Steps of the run.
tags: {}  # Labels of the run, any names.
sizes: [1, 2]  # Sides of the pyramid.
trainer:
  max_steps: 5  # When to stop.
  val_every: ${steps}  # When to look.
"""

FILES = {
    "__init__.py": "",
    "synthesize.yaml": PRIMARY,
    "prepare.yaml": "# Needs a value.\ndefaults: [hydra/settings]\ninput: ???  # A folder.\n",
    "model/small.yaml": "# Few weights.\nwidth: 8  # Channels.\n",
    "model/large.yaml": "# Many weights.\nwidth: 64  # Channels.\ndepth: 3  # Layers.\n",
    "experiment/quick.yaml": "# @package _global_\n# Soon over.\nsteps: 1  # Steps of the run.\n",
}

# The verb's code is replaced by the text that follows, so that nothing heavy is imported.
COMMAND = """\
import os, sys, types
from talkingface.errors import UserError
module = types.ModuleType("talkingface.cli.synthesize")
def run(cfg):
{body}
module.run = run
sys.modules["talkingface.cli.synthesize"] = module
from talkingface.cli.main import main
status = main()
print("imported:", *(name for name in ("torch", "hydra") if name in sys.modules))
sys.exit(status)
"""


@dataclass
class Finished:
    """A process that ended: status, outputs, and the CPU seconds that it took."""

    status: int
    out: str
    err: str
    cpu_seconds: float


def run_process(arguments: list[str], cwd: Path, **environment: str) -> Finished:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Finished(done.returncode, done.stdout, done.stderr, cpu)


def write_package(folder: Path) -> None:
    """Write the small configuration as a Python package."""
    shutil.copytree(REPOSITORY / "conf" / "hydra", folder / "hydra")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture
def tiny_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The importable name of a package that holds the small configuration."""
    name = "tiny_conf"
    write_package(tmp_path / name)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


@pytest.fixture
def talkingface(tmp_path: Path) -> Callable[..., Finished]:
    """Runs `talkingface` on the small configuration, `body` being the code of synthesize."""
    write_package(tmp_path / "path" / "conf")
    work = tmp_path / "work"
    work.mkdir()

    def run(*arguments: str, body: str = "print(cfg.steps)") -> Finished:
        code = COMMAND.format(body="\n".join(f"    {line}" for line in body.splitlines()))
        return run_process(
            ["-c", code, *arguments], work, PYTHONPATH=str(tmp_path / "path"), HYDRA_FULL_ERROR=""
        )

    return run
