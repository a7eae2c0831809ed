"""What the framework costs: a training step, a sweep's arm, a checkpoint, a resume."""

import argparse
import tempfile
import time
from pathlib import Path

from overheads import checkpoint, launch, resume, step
from overheads.command import Command

PARTS = ("step", "launch", "checkpoint", "resume")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"of {', '.join(PARTS)}")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of blocks of steps")
    parser.add_argument("--block", type=int, default=10, help="steps of a block")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1], help="loader processes")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of commands")
    parser.add_argument("--saves", type=int, default=4, help="checkpoints of each size")
    parser.add_argument("--override", nargs="*", default=[], help="fields of the measured steps")
    parser.add_argument("--folder", type=Path, help="where to work; data in it are used again")
    given = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = Command(given.folder or Path(folder))
        if given.folder is None or not (given.folder / "data").exists():
            command.synthesize()
        if "step" in given.parts:
            step.report(command, given.workers, given.pairs, given.block, *given.override)
        if "launch" in given.parts:
            launch.report(command, given.rounds)
        if "checkpoint" in given.parts:
            checkpoint.report(command, given.saves)
        if "resume" in given.parts:
            resume.report(command, given.rounds)
    print(f"{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
