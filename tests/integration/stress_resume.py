"""Kill trainings at random moments, start them again, and count how often nothing has changed.

    python -m tests.integration.stress_resume --times 50 --ranks 1 --workers 2

Every trial is one training, killed with SIGKILL once or twice and continued by the same command.
Its weights, running average, optimizers' states and logged losses have to be bit for bit those of
a training that nobody disturbed, with CRA, STAC and the adversarial phase on, over several epochs.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from talkingface.runs.checkpoint import load_checkpoint
from tests.conftest import TINY_RUN

_STEPS = 16
_COMPARED = ("state_dict", "current_model_state", "optimizer_states", "step", "callbacks")


def main() -> int:
    """Run the trials; return 0 if all of them held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=50, help="number of trials")
    parser.add_argument("--ranks", type=int, default=1, help="processes of a training")
    parser.add_argument("--workers", type=int, default=0, help="loader processes of each")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments to kill at")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        heads = ("identities=8", "clips_per_identity=1", "shared_motions=0", "seconds=1.2")
        _finish(["synthesize", f"output={root / 'heads'}", *heads, "size=64", "seed=7"])
        reference = _train(root, "reference", options, [])
        held = 0
        for trial in range(options.times):
            rows = sorted(rng.sample(range(1, _STEPS), rng.choice((1, 1, 2))))
            moments = [(row, rng.uniform(0, 1)) for row in rows]
            run = _train(root, f"trial-{trial}", options, moments)
            differing = [*_differences(reference, run)]
            held += not differing
            starts = sorted(path.name for path in (run / "metrics").iterdir())
            print(f"trial {trial}: {', '.join(starts)}: {differing[:3] or 'the same'}", flush=True)
    print(f"{held} of {options.times} held ({options.ranks} ranks, {options.workers} workers)")
    return 0 if held == options.times else 1


def _train(
    root: Path, name: str, options: argparse.Namespace, moments: list[tuple[int, float]]
) -> Path:
    """Train to the end, killed some seconds after some logged rows; return the folder."""
    words = [
        "train", *TINY_RUN, f"data.root={root / 'heads'}", f"runs={root / name}",
        f"steps={_STEPS}", "trainer.val_every=7", "callbacks.checkpoints.every=3",
        "callbacks.checkpoints.keep=99", f"data.workers={options.workers}",
        f"batch_size={2 * options.ranks}", f"trainer.devices={options.ranks}",
        "model.adversarial.enabled=true", "model.adversarial.start=0.3",
        "model.cra.enabled=true", "model.stac.enabled=true", "model.decodes=4",
        "data.clip_length=5", "data.stride=1", "trainer.threads=1",
    ]  # fmt: skip
    for rows, seconds in moments:
        with subprocess.Popen(
            _command(words), start_new_session=True, stdout=subprocess.DEVNULL
        ) as process:
            while process.poll() is None and _rows(root / name) < rows:
                time.sleep(0.1)
            time.sleep(seconds)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    _finish(words)
    (run,) = (root / name).glob("*/*")
    return run


def _rows(runs: Path) -> int:
    logs = runs.glob("*/*/metrics/*/metrics.csv")
    return sum(log.read_text().count("\n") - 1 for log in logs)


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "talkingface.cli", *words]


def _finish(words: list[str]) -> None:
    subprocess.run(_command(words), check=True, stdout=subprocess.DEVNULL)


def _differences(reference: Path, run: Path) -> Iterator[str]:
    """Yield the names of what differs between two finished runs."""
    last = f"checkpoints/step-{_STEPS:08d}.ckpt"
    one, two = (load_checkpoint(folder / last) for folder in (reference, run))
    for name in _COMPARED:
        yield from _unequal(one.get(name), two.get(name), name)
    logged = [_logged(folder) for folder in (reference, run)]
    for step, column in sorted(logged[0].keys() | logged[1].keys()):
        values = [log.get((step, column)) for log in logged]
        if values[0] != values[1]:
            yield f"{column} at step {step}"


def _unequal(one: Any, two: Any, name: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in one:
            yield from _unequal(one[key], two[key], f"{name}.{key}")
    elif isinstance(one, list | tuple) and isinstance(two, list | tuple) and len(one) == len(two):
        for place, pair in enumerate(zip(one, two, strict=True)):
            yield from _unequal(*pair, f"{name}.{place}")
    elif isinstance(one, torch.Tensor) and isinstance(two, torch.Tensor):
        if not torch.equal(one, two):
            yield name
    elif one != two:
        yield name


def _logged(run: Path) -> dict[tuple[int, str], str]:
    """Return every logged loss by step and name; steps seen twice count as seen last."""
    found = {}
    for log in sorted(run.glob("metrics/*/metrics.csv"), key=lambda path: path.stat().st_mtime):
        for row in csv.DictReader(log.open()):
            for column, value in row.items():
                if value and row["step"] and column.startswith(("train/", "val/", "codes/")):
                    found[int(float(row["step"])), column] = value
    return found


if __name__ == "__main__":
    sys.exit(main())
