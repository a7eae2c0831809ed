"""Milliseconds a training sample with and without decoded clips in memory, in turn."""

import argparse
import tempfile
import time
from pathlib import Path

from hydra import compose, initialize_config_module
from hydra.utils import instantiate

from data_modules.dataset import ClipDataset
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset


def dataset(root: Path, megabytes: int) -> ClipDataset:
    """Return the demo's training samples."""
    with initialize_config_module("conf", version_base="1.3"):
        given = [f"data.root={root}", f"data.memory={megabytes}", "data.test_identities=2"]
        cfg = compose("train", overrides=["experiment=demo", *given])
    samples: ClipDataset = instantiate(cfg.data).dataset("train")
    return samples


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=16, help="clips of the data set")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each kind")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        settings = SynthesisSettings(
            identities=given.people, clips_per_identity=1, shared_motions=0,
            seconds=8, rate="5", size=64, seed=0,
        )  # fmt: skip
        synthesize_dataset(root, settings, workers=2)
        kinds = {"decoded each time": dataset(root, 0), "kept in memory": dataset(root, 600)}
        spent = dict.fromkeys(kinds, 0.0)
        for epoch in range(given.rounds + 1):
            for name, samples in kinds.items():
                start = time.perf_counter()
                for index in range(len(samples)):
                    samples[(epoch, index)]
                # The first round fills the memory.
                spent[name] += (time.perf_counter() - start) * (epoch > 0)
        count = given.rounds * len(samples)
        for name, seconds in spent.items():
            print(f"{name:18} {1000 * seconds / count:6.1f} ms a sample")
        first, second = spent.values()
        print(f"ratio {first / second:.1f}")


if __name__ == "__main__":
    main()
