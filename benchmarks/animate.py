"""How fast `animate` is, end to end and stage by stage, and whether its memory is flat.

    python benchmarks/animate.py           # random networks at 256 px, a synthetic talking head
    python benchmarks/animate.py --driving clip.mp4 --source portrait.jpg --checkpoint runs/mine
    python benchmarks/animate.py memory    # the command with references of 10 s and of 10 min

Contenders take turns. bf16 is measured only where the processor has instructions for it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from animating.machine import machine
from animating.material import random_checkpoint, talking_head
from animating.memory import compare_memory
from animating.stages import Rounds, Stages, face_framing, median

from talkingface.animation.framing import Framing
from talkingface.animation.load_parts import load_parts
from talkingface.animation.parts import Parts
from talkingface.runs.precision import cpu_has_bf16


@dataclass
class Contender:
    """A network in a runtime, and what was measured of it."""

    name: str
    parts: Parts
    rounds: Rounds


def main() -> None:
    given = arguments()
    if given.threads:
        torch.set_num_threads(given.threads)
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        if given.what == "memory":
            compare_memory(Path(name), given.seconds, given.size)
        else:
            speed(given, Path(name))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("what", nargs="?", default="speed", choices=["speed", "memory"])
    parser.add_argument("--widths", nargs="+", default=["tiny", "small"])
    parser.add_argument("--checkpoint", type=Path, nargs="+", help="instead of random networks")
    parser.add_argument("--runtimes", nargs="+", default=["torch", "onnx"])
    parser.add_argument("--source", type=Path, help="portrait; else the reference's first frame")
    parser.add_argument("--driving", type=Path, help="reference; else a synthetic talking head")
    parser.add_argument("--crop", choices=["face", "whole"], default="face")
    parser.add_argument("--landmarker", type=Path)
    parser.add_argument("--size", type=int, help="256 px by default, 64 px for memory")
    parser.add_argument("--frames", type=int, default=96, help="for the stages alone")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seconds", type=float, nargs=2, default=[10, 600], help="for memory")
    given = parser.parse_args()
    given.size = given.size or (64 if given.what == "memory" else 256)
    return given


def speed(given: argparse.Namespace, folder: Path) -> None:
    driving = given.driving or talking_head(folder / "heads", given.size)
    source = given.source or driving
    framing = (
        face_framing(source, driving, given.landmarker)
        if given.crop == "face"
        else Framing("whole")
    )
    contenders = enter(given, folder)
    stages = Stages(source, driving, framing, contenders[0].parts.size, given.frames)
    shared: Rounds = {}
    for k in range(given.rounds + 1):
        # The first round warms up.
        stages.without_network(shared if k else {})
        for contender in contenders:
            rounds = contender.rounds if k else {}
            stages.network(contender.parts, rounds)
            stages.end_to_end(contender.parts, rounds)
    print(f"{driving.name}: {stages.total} frames, crop={framing.crop}; batches of {given.batch}")
    print(f"milliseconds a frame, median of {given.rounds} rounds; frames/s by the clock")
    show("every contender", shared)
    for contender in contenders:
        show(contender.name, contender.rounds)


def enter(given: argparse.Namespace, folder: Path) -> list[Contender]:
    """Load every network in every runtime."""
    checkpoints = {str(path): path for path in given.checkpoint or []} or {
        width: random_checkpoint(folder / f"{width}.ckpt", given.size, width)
        for width in given.widths
    }
    precisions = ["fp32", "bf16"] if cpu_has_bf16() else ["fp32"]
    contenders = []
    for number, (name, checkpoint) in enumerate(checkpoints.items()):
        for runtime in given.runtimes:
            place = exported(checkpoint, folder / f"{number}-export", runtime)
            # Exported files hold their precision.
            for precision in precisions if place == checkpoint else ["fp32"]:
                parts = load_parts(
                    place, runtime=runtime, precision=precision, device="cpu", batch=given.batch
                )
                contenders.append(Contender(f"{name}, {runtime}, {precision}", parts, {}))
    if len({each.parts.size for each in contenders}) > 1:
        raise SystemExit("the networks' frames differ in size: give those of one size.")
    return contenders


def exported(checkpoint: Path, folder: Path, runtime: str) -> Path:
    """Return what a runtime runs from: the checkpoint, or files that are exported once."""
    if runtime not in ("onnx", "exported"):
        return checkpoint
    if not folder.exists():
        words = [f"checkpoint={checkpoint}", f"output={folder}", "formats=[onnx,torch]"]
        command = [sys.executable, "-m", "talkingface.cli", "export", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def show(title: str, rounds: Rounds) -> None:
    print(f"{title}:")
    for stage, times in rounds.items():
        row(stage, median(times.wall), median(times.cores))
    if "render" in rounds:
        read, made = rounds["encode motion"], rounds["render"]
        walls = [sum(both) for both in zip(read.wall, made.wall, strict=True)]
        cores = [sum(both) for both in zip(read.cores, made.cores, strict=True)]
        row("network alone", median(walls), median(cores))


def row(stage: str, wall: float, cores: float) -> None:
    print(f"  {stage:46}{wall:8.2f} ms {cores:8.2f} core-ms {1e3 / wall:8.1f} frames/s")


if __name__ == "__main__":
    main()
