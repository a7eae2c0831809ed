"""Frames a second of the whole `talkingface synthesize`: start, drawing, sound, encoding."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(size: int, clips: int, seconds: float, workers: int) -> tuple[float, float]:
    """Run the command into a temporary folder.

    Returns frames a second by the clock and frames a second of one core's time.
    """
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
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True)
        clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        frames = clips * seconds * 25
        return frames / clock, frames / used


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
    clock, core = measure(given.size, given.clips, given.seconds, given.workers)
    print(f"{clock:.1f} frames/s at {given.size} px with {given.workers} processes")
    print(f"{core:.1f} frames a second of one core's time")


if __name__ == "__main__":
    main()
