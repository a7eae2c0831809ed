"""torchvision, and all that imports it, can be imported after the guard."""

import subprocess
import sys

import pytest


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=False
    )


def test_torchvision_imports_after_the_guard_even_when_it_ran_twice() -> None:
    done = run_python(
        "import importlib, talkingface.torchvision_guard as guard\n"
        "importlib.reload(guard)\n"
        "import torchvision.ops"
    )
    assert done.returncode == 0, done.stderr


def test_a_compiled_part_that_loads_is_left_alone() -> None:
    done = run_python(
        "import torch\n"
        "torch.ops.load_library = lambda path: print('loaded', path)\n"
        "import talkingface.torchvision_guard\n"
        "print('declared', hasattr(torch.ops.torchvision, 'nms'))"
    )
    assert "_C" in done.stdout.splitlines()[0]
    assert "declared False" in done.stdout


@pytest.mark.parametrize(("cuda", "warns"), [("'13.0'", True), ("None", False)])
def test_a_stub_beside_a_torch_with_cuda_is_warned_about(cuda: str, warns: bool) -> None:
    done = run_python(
        "import torch\n"
        f"torch.version.cuda = {cuda}\n"
        "def refuse(path): raise OSError('no CUDA libraries')\n"
        "torch.ops.load_library = refuse\n"
        "import talkingface.torchvision_guard\n"
        "print('declared', hasattr(torch.ops.torchvision, 'nms'))"
    )
    assert "declared True" in done.stdout
    assert ("do not match" in done.stderr) == warns


@pytest.mark.slow
def test_lightning_torchmetrics_and_lpips_import_after_the_guard() -> None:
    done = run_python(
        "import talkingface.torchvision_guard\nimport lightning, torchmetrics, lpips, torchvision"
    )
    assert done.returncode == 0, done.stderr
