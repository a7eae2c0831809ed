"""A frame's cost beside the first-order motion model, LIA and LivePortrait, on this machine.

    python benchmarks/peers.py --fomm CLONE --lia CLONE --liveportrait CLONE

CLONE is a folder with the authors' code, such as a git clone; whichever is named is measured.
All networks have random weights, which makes them no quicker, and float32. Each contender runs in a
process of its own; they take turns, and the others wait meanwhile.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

import torch
from animating import contenders
from animating.machine import machine

OTHERS = {
    "fomm": contenders.first_order,
    "lia": contenders.lia,
    "liveportrait": contenders.live_portrait,
}
# The one that the others are compared with comes first.
OURS = {
    "ours, small, 8 at a time": partial(contenders.ours, "small", 8),
    "ours, small, 1 at a time": partial(contenders.ours, "small", 1),
    "ours, tiny, 8 at a time": partial(contenders.ours, "tiny", 8),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name in OTHERS:
        parser.add_argument(f"--{name}", type=Path, metavar="CLONE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="at least, of a turn")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    if given.worker:
        serve(given)
        return
    clones = {name: getattr(given, name) for name in OTHERS if getattr(given, name)}
    if not clones:
        print("No clone is named, so there is nobody to compare with: see --help.")
        return
    print(machine())
    race(given, clones)


def race(given: argparse.Namespace, clones: dict[str, Path]) -> None:
    """Let all contenders take turns, and print."""
    shared = ["--threads", str(given.threads), "--seconds", str(given.seconds)]
    workers = {}
    for name in [*OURS, *clones]:
        own = [f"--{name}", str(clones[name])] if name in clones else []
        command = [sys.executable, "-W", "ignore", __file__, "--worker", name, *own, *shared]
        workers[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in workers}
    for _ in range(given.rounds):
        for name, worker in workers.items():
            turns[name].append(turn(name, worker))
    for worker in workers.values():
        worker.communicate()
    print(f"milliseconds a frame, median of {given.rounds} turns, {given.threads} threads")
    base = None
    for name, taken in turns.items():
        wall, cores = (median(column) for column in zip(*taken, strict=True))
        base = base or wall
        print(f"  {name:26}{wall:10.1f} ms {cores:10.1f} core-ms  ratio {wall / base:8.2f}")


def turn(name: str, worker: subprocess.Popen[str]) -> tuple[float, float]:
    """Return milliseconds a frame by the clock, and of all cores together."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write("go\n")
        worker.stdin.flush()
        answer = worker.stdout.readline().split()
    except BrokenPipeError:
        answer = []
    if len(answer) != 2:
        raise SystemExit(f"{name}: its process has failed, see above.")
    return float(answer[0]), float(answer[1])


@torch.inference_mode()
def serve(given: argparse.Namespace) -> None:
    """Be one contender: a turn for each line that comes in."""
    name = given.worker
    work = OURS[name]() if name in OURS else OTHERS[name](getattr(given, name))
    warm = False
    for _ in sys.stdin:
        if not warm:
            work()
            warm = True
        frames, wall, cores = 0, time.perf_counter(), time.process_time()
        while not frames or time.perf_counter() - wall < given.seconds:
            frames += work()
        spent = time.process_time() - cores, time.perf_counter() - wall
        print(spent[1] / frames * 1e3, spent[0] / frames * 1e3, flush=True)


if __name__ == "__main__":
    main()
