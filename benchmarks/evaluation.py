"""How fast an evaluation is, stage by stage, and whether its memory grows with a video's length.

    python benchmarks/evaluation.py speed     # a network with random weights, synthetic heads
    python benchmarks/evaluation.py ssim      # image metrics beside torchmetrics' SSIM, one thread
    python benchmarks/evaluation.py memory    # peak memory of the command, short and long videos

MediaPipe reads the faces where its model is found; else that stage is missing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from hydra import compose, initialize_config_module

import talkingface.torchvision_guard  # noqa: F401  before lightning, torchmetrics and lpips
from talkingface.cli.evaluate import evaluations
from talkingface.metrics.image import frame_metrics
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset

WIDTHS = {64: "tiny", 128: "small", 256: "small"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", default="speed", choices=["speed", "ssim", "memory"])
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.what == "ssim":
        for size in given.sizes:
            ssim(size)
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.what == "memory":
            memory(Path(folder))
            return
        for size in given.sizes:
            print(f"{size} px, {WIDTHS[size]}, {given.workers} MediaPipe processes:")
            speed(Path(folder) / str(size), size, given.seconds, given.workers)


def prepared(folder: Path, size: int, seconds: float, identities: int = 4) -> list[str]:
    """Make people and a network with random weights; return the words that evaluate them."""
    settings = SynthesisSettings(identities, 1, 0, seconds, "25", size, 0)
    synthesize_dataset(folder / "heads", settings, workers=2)
    config = NetworkConfig(size=size, width=WIDTHS[size])
    network = TalkingFace(config).state_dict()
    state = {f"network.{name}": value for name, value in network.items()}
    checkpoint = folder / "random.ckpt"
    torch.save({"network": vars(config), "state_dict": state}, checkpoint)
    return [
        f"checkpoint={checkpoint}", f"data.root={folder / 'heads'}", "split=all",
        f"output={folder / 'results'}", "reader=mediapipe", "device=cpu",
    ]  # fmt: skip


def speed(folder: Path, size: int, seconds: float, workers: int) -> None:
    words = prepared(folder, size, seconds)
    with initialize_config_module("conf", version_base="1.3"):
        cfg = compose("evaluate", overrides=[*words, f"workers={workers}"])
    ((_, results),) = evaluations(cfg)
    for stage, timing in results.timings.items():
        print(f"  {stage:18} {timing.frames:6} frames {timing.seconds:7.1f} s", end="")
        print(f" {timing.frames / max(timing.seconds, 1e-9):8.1f} frames/s")
    for name, score in results.scores.items():
        if score.missing:
            print(f"  {name} is missing, so its stage was not measured")


def ssim(size: int, frames: int = 32, rounds: int = 3) -> None:
    # torchmetrics can be imported only once the guard above has run.
    from torchmetrics.functional.image import (  # noqa: PLC0415
        structural_similarity_index_measure,
    )

    torch.set_num_threads(1)
    made, true = torch.rand(2, frames, 3, size, size, generator=torch.Generator().manual_seed(0))
    ways = {
        "l1, psnr, ssim and ms_ssim here": lambda: frame_metrics(made, true),
        "ssim alone by torchmetrics": lambda: structural_similarity_index_measure(
            made, true, data_range=1.0, sigma=1.5, kernel_size=11, reduction="none"
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    print(f"{size} px, one thread, in turn, best of {rounds} after one to warm up:")
    for name, taken in seconds.items():
        print(f"  {name:32} {frames / min(taken[1:]):8.1f} frames/s")


def memory(folder: Path) -> None:
    for seconds in (8.0, 80.0):
        place = folder / str(seconds)
        words = [w.replace("data.root", "data") for w in prepared(place, 64, seconds, 2)]
        command = [sys.executable, "-m", "talkingface.cli", "evaluate", *words, "workers=1"]
        code = (
            "import resource, subprocess, sys; "
            "ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        peak = subprocess.check_output([sys.executable, "-c", code, *command], text=True)
        # The largest process of those that the command had: itself, or its MediaPipe worker.
        print(f"{seconds * 25:.0f} frames a video: {int(peak) / 1024:.0f} MB at the most")


if __name__ == "__main__":
    main()
