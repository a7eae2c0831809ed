"""Speed of a training that logs to CSV alone, and to W&B in its good and bad hours.

Trainings alternate, each in a process of its own; a step is one optimisation of a tiny network with
numbers logged every step, so that logging weighs more than in any real run. Processor time, that of
W&B's own processes included, can be believed on a busy machine too.
"""

import argparse
import csv
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset

TINY = [
    "batch_size=2",
    "data.clip_length=2",
    "model.decodes=2",
    "data.workers=0",
    "data.val_identities=1",
    "data.test_identities=2",
    "data.val_batches=1",
    "model.network.width=tiny",
    "model.guidance.steps=1",
    "trainer.accelerator=cpu",
    "trainer.threads=1",
    "trainer.log_every=1",
    "callbacks.samples.clips=1",
    "callbacks.samples.frames=5",
    "~callbacks.progress",
]


def train(
    root: Path, name: str, steps: int, overrides: list[str], url: str
) -> tuple[float, float, float]:
    """Train once; return steps a second after the first ones, wall clock and processor seconds."""
    words = [sys.executable, "-m", "talkingface.cli", "train", *TINY, f"steps={steps}"]
    words += [f"trainer.val_every={steps}", f"data.root={root / 'data'}", f"name={name}"]
    words += [f"runs={root / 'runs'}", "callbacks.throughput.every=10", *overrides]
    environment = os.environ | {"WANDB_BASE_URL": url, "WANDB_API_KEY": "a" * 40}
    began, before = time.perf_counter(), _processor()
    subprocess.run(words, check=True, env=environment, capture_output=True)
    wall, processor = time.perf_counter() - began, _processor() - before
    (file,) = (root / "runs" / name).glob("*/metrics/*/metrics.csv")
    with file.open() as rows:
        frames = [float(r["speed/frames_per_second"] or 0) for r in csv.DictReader(rows)]
    # Two clips of two frames a step; the first figure holds what starts slowly.
    figures = [rate / 4 for rate in frames if rate][1:]
    return statistics.harmonic_mean(figures), wall, processor


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=150, help="steps of a training")
    parser.add_argument("--rounds", type=int, default=4, help="trainings of each kind")
    given = parser.parse_args()
    live = ["logger=wandb", "logger.wandb.offline=false"]
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as silent:
        root = Path(folder)
        settings = SynthesisSettings(
            identities=8, clips_per_identity=1, shared_motions=0,
            seconds=1.2, rate="25", size=64, seed=7,
        )  # fmt: skip
        synthesize_dataset(root / "data", settings, workers=2)
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{bound.getsockname()[1]}"
        quiet = f"http://127.0.0.1:{silent.getsockname()[1]}"
        kinds = {
            "csv": ([], refused),
            "wandb-offline": (["logger=wandb"], refused),
            "live-refused": (live, refused),
            "live-silent": (live, quiet),
        }
        figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in kinds}
        for turn in range(given.rounds):
            for name, (overrides, url) in kinds.items():
                figures[name].append(train(root, f"{name}-{turn}", given.steps, overrides, url))
                rate, wall, processor = figures[name][-1]
                print(
                    f"round {turn + 1} {name:14} {rate:6.2f} steps/s {wall:6.1f} s, "
                    f"{processor:.1f} s of processor",
                    flush=True,
                )
    for name, pairs in figures.items():
        both = list(zip(pairs, figures["csv"], strict=True))
        ratios = [own[0] / base[0] for own, base in both]
        extra = [own[1] - base[1] for own, base in both]
        more = [own[2] - base[2] for own, base in both]
        print(
            f"{name:14} {statistics.median(pair[0] for pair in pairs):6.2f} steps/s, to csv's "
            f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}), "
            f"{statistics.median(extra):+.1f} s a run ({min(extra):+.1f} to {max(extra):+.1f}), "
            f"{statistics.median(more):+.1f} s of processor ({min(more):+.1f} to {max(more):+.1f})"
        )


if __name__ == "__main__":
    main()
