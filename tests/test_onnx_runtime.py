"""What runs exported networks does not report to its makers."""

import os
import subprocess
import sys
from pathlib import Path


def test_loading_a_network_leaves_no_trace_of_telemetry(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    code = "import talkingface.animation.load_parts, onnxruntime"
    subprocess.run(
        [sys.executable, "-c", code], check=True, env=environment | {"TMPDIR": str(tmp_path)}
    )
    assert not (tmp_path / ".ses").exists()
