"""Frames a second of the whole command `talkingface synthesize`: start, drawing, sound, encoding."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(size: int, clips: int, seconds: float, workers: int) -> float:
    """Run the command into a temporary folder and return frames a second."""
    with tempfile.TemporaryDirectory() as folder:
        fields = {
            "output": Path(folder) / "data",
            "identities": clips // 2,
            "clips_per_identity": 2,
            "seconds": seconds,
            "size": size,
            "workers": workers,
        }
        command = [sys.executable, "-m", "talkingface.cli", "synthesize"]
        command += [f"{name}={value}" for name, value in fields.items()]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        return clips * seconds * 25 / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=128, help="side of the frames, pixels")
    parser.add_argument("--clips", type=int, default=16, help="clips to make, even")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a clip")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    given = parser.parse_args()
    # The first run compiles; later ones find the compiled code.
    measure(32, 2, 0.2, 1)
    rate = measure(given.size, given.clips, given.seconds, given.workers)
    print(f"{rate:.1f} frames/s at {given.size} px with {given.workers} processes")


if __name__ == "__main__":
    main()
