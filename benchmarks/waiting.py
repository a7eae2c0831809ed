"""Share of a training's time in which it waits for data, by the throughput callback.

Trains the default model at 64 px from clips that are kept in memory once decoded, and from clips
that are decoded anew each time, with the loader processes asked for.
"""

import argparse
import csv
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hydra import compose, initialize_config_module

from talkingface.cli.train import train
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset


def speeds(root: Path, runs: Path, given: argparse.Namespace, memory: int) -> Iterator[dict]:
    """Train and yield the callback's figures, the first left out: its steps are warm-up."""
    words = (
        f"data.root={root}", f"runs={runs}", f"steps={given.steps}", f"data.memory={memory}",
        f"data.workers={given.workers}", f"model.network.width={given.width}",
        f"batch_size={given.batch}", f"trainer.accelerator={given.accelerator}",
        f"trainer.val_every={given.steps}", "model.guidance.steps=1",
        f"callbacks.throughput.every={max(given.steps // 5, 1)}", "data.size=64",
        "data.val_identities=1", "data.test_identities=1", "~callbacks.progress",
        "~callbacks.samples",
    )  # fmt: skip
    with initialize_config_module("conf", version_base="1.3"):
        train(compose("train", overrides=list(words)))
    (log,) = runs.glob("*/*/metrics/*/metrics.csv")
    rows = [row for row in csv.DictReader(log.open()) if row.get("speed/waiting_for_data")]
    yield from rows[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1, help="loader processes")
    parser.add_argument("--width", default="small", help="of the model: tiny, small or large")
    parser.add_argument("--batch", type=int, default=4, help="samples a step")
    parser.add_argument("--root", type=Path, default=None, help="a data set; else one is made")
    parser.add_argument("--accelerator", default="auto")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = given.root or Path(folder) / "data"
        if not given.root:
            synthesize_dataset(root, SynthesisSettings(16, 1, 0, 4.0, "25", 64, 0), workers=2)
        for name, memory in (("kept in memory", 600), ("decoded each time", 0)):
            found = list(speeds(root, Path(folder) / name, given, memory))
            shares = [float(row["speed/waiting_for_data"]) for row in found]
            frames = statistics.median(float(row["speed/frames_per_second"]) for row in found)
            print(
                f"{name}: waits for data {100 * statistics.median(shares):.2f} % of the time "
                f"(at most {100 * max(shares):.2f} %), {given.workers} loader processes, "
                f"{frames:.0f} frames/s",
                flush=True,
            )


if __name__ == "__main__":
    main()
