"""Peak memory of the command with a short and with a long reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from animating.material import random_checkpoint, repeated, talking_head

# The child's children are what counts: this process is itself large.
_PEAK = (
    "import resource, subprocess, sys; "
    "quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}; "
    "subprocess.run(sys.argv[1:], check=True, **quiet); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def compare_memory(folder: Path, seconds: tuple[float, float], size: int) -> None:
    """Print the peaks and their ratio."""
    checkpoint = random_checkpoint(folder / "random.ckpt", size, "tiny")
    head = talking_head(folder / "heads", size)
    peaks = []
    for length in seconds:
        driving = repeated(head, folder / f"{length:.0f}.mp4", round(25 * length))
        words = [
            f"source={head}", f"driving={driving}", f"checkpoint={checkpoint}", "crop=whole",
            f"output={folder / 'out.mp4'}", "device=cpu",
        ]  # fmt: skip
        command = [sys.executable, "-m", "talkingface.cli", "animate", *words]
        printed = subprocess.check_output([sys.executable, "-c", _PEAK, *command], text=True)
        peaks.append(int(printed) / 1024)
        print(f"{length:.0f} s: {peaks[-1]:.0f} MB at the most")
    print(f"ratio {peaks[1] / peaks[0]:.3f}")
