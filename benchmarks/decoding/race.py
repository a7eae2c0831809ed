"""The contenders run in turn; a table of what they did."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import numpy as np

from decoding.codings import compare_codings
from decoding.contenders import CONTENDERS
from decoding.racer import WINDOWS, Lap, Racer
from decoding.sets import make_sets, png_frames, size_on_disk
from decoding.shapes import Shapes

# Grey levels between two ways to decode, scale and convert the same picture, on average.
_SAME = 8.0


def check(racer: Racer, sets: list[Shapes]) -> None:
    """End if a contender returns other pictures than the PNG files hold."""
    for number in (0, len(sets) - 1):
        wanted = [sets[number].frames - 1, 0, 17]
        true = png_frames(sets[number])[wanted].astype(int)
        apart = np.abs(racer.frames(number, wanted) - true).mean()
        if apart > _SAME:
            raise SystemExit(f"{racer.name}: returns other frames, {apart:.1f} levels apart")


def race(racers: list[Racer], rounds: int, seconds: float) -> dict[str, dict[str, list[Lap]]]:
    """Return each contender's laps by window; the first round warms up and is left out."""
    laps: dict[str, dict[str, list[Lap]]] = {
        racer.name: {window: [] for window in WINDOWS} for racer in racers
    }
    for turn in range(rounds + 1):
        for window in WINDOWS:
            for racer in racers:
                lap = racer.lap(window, turn, seconds)
                if turn:
                    laps[racer.name][window].append(lap)
    return laps


def report(racers: list[Racer], laps: dict[str, dict[str, list[Lap]]], sets: list[Shapes]) -> None:
    """Print the table."""
    disk = {
        "prepared": size_on_disk([shapes.prepared for shapes in sets]),
        "PNG": size_on_disk([shapes.pngs for shapes in sets]),
        "raw": size_on_disk([shapes.raw for shapes in sets]),
    }
    for window in WINDOWS:
        print(f"\nwindow: {window}")
        print("| reader | clips/s (lowest to highest) | CPU ms a clip | of PNG's bytes | peak MB |")
        print("|---|---|---|---|---|")
        for racer in racers:
            rates = [lap.clips / lap.seconds for lap in laps[racer.name][window]]
            cost = [1000 * lap.cpu_seconds / lap.clips for lap in laps[racer.name][window]]
            share = disk[racer.name.partition(" ")[0].rstrip(",")] / disk["PNG"]
            print(
                f"| {racer.name} | {statistics.median(rates):.1f} "
                f"({min(rates):.1f} to {max(rates):.1f}) | {statistics.median(cost):.2f} "
                f"| {share:.3f} (1/{1 / share:.0f}) | {racer.peak_megabytes():.0f} |"
            )
    _summary(laps, sets)


def _summary(laps: dict[str, dict[str, list[Lap]]], sets: list[Shapes]) -> None:
    def rate(name: str, window: str) -> float:
        return statistics.median(lap.clips / lap.seconds for lap in laps[name][window])

    frames = statistics.mean(shapes.frames for shapes in sets)
    print()
    for window in WINDOWS:
        wanted = WINDOWS[window][0] + 1
        bulk = rate("prepared clips, in bulk", window) * frames
        print(f"bulk decoding, {window}: {bulk:.0f} frames/s")
        for backend in ("pyav", "decord"):
            own = rate(f"prepared clips, {backend}", window)
            raw = max(rate(name, window) for name in laps if name.startswith("raw"))
            png = max(rate(name, window) for name in laps if name.startswith("PNG"))
            print(
                f"  {backend}: {own / raw:.1f} times the best on raw video, {own / png:.2f} times "
                f"PNG folders, {own * wanted / bulk:.0%} of bulk decoding"
            )


def main(description: str) -> None:
    """Make the recordings, let the contenders race, print."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("what", nargs="?", default="race", choices=("race", "codings"))
    parser.add_argument("--raw", type=Path, help="folder of real videos; none: synthetic scenes")
    parser.add_argument("--clips", type=int, default=6, help="recordings")
    parser.add_argument("--frames", type=int, default=150, help="frames of each")
    parser.add_argument("--size", type=int, default=128, help="side of the prepared clips")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a contender's turn")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sets = make_sets(Path(folder), given.clips, given.frames, given.size, given.raw)
        print(f"{len(sets)} recordings, {sum(shapes.frames for shapes in sets)} frames, "
              f"{given.size} px, one core", flush=True)  # fmt: skip
        if given.what == "codings":
            compare_codings(Path(folder), sets, given.size, given.rounds, given.seconds)
            return
        racers = [Racer(name, sets, given.size) for name in CONTENDERS]
        for racer in racers:
            if racer.trouble:
                print(f"not measured: {racer.name}: {racer.trouble}")
        racers = [racer for racer in racers if not racer.trouble]
        for racer in racers:
            check(racer, sets)
        report(racers, race(racers, given.rounds, given.seconds), sets)
        for racer in racers:
            racer.stop()
