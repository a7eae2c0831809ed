"""An arm of a sweep against the same `talkingface train` alone, in turn."""

from __future__ import annotations

from overheads.command import Command, spread


def report(command: Command, rounds: int) -> None:
    """Measure and print."""
    first, trained = 0, {"train": [], "sweep": []}
    for _ in range(rounds):
        # Two new runs each way, of seeds that nobody has used.
        for seed in (first, first + 1):
            trained["train"].append(command.seconds("train", "steps=1", f"seed={seed}"))
        both = command.seconds("sweep", "steps=1", f"seed={first + 2},{first + 3}")
        trained["sweep"].append(both / 2)
        first += 4
    alone, swept = [], []
    for _ in range(rounds):
        alone.append(command.seconds("train", "steps=1", "seed=0"))
        one = command.seconds("sweep", "steps=1", "seed=0")
        four = command.seconds("sweep", "steps=1", "seed=0,1,2,3")
        swept.append((one, (four - one) / 3))
    print(f"a run of one step: train {spread(trained['train'])} s")
    print(f"  in a sweep of two {spread(trained['sweep'])} s a run, the sweep's start included")
    print(
        f"a finished run: train {spread(alone)} s, sweep of one {spread([x for x, _ in swept])} s"
    )
    print(f"  each further arm {spread([x for _, x in swept])} s; {rounds} rounds", flush=True)
