"""Key frame distances, qualities and decoding effort of prepared clips against each other."""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np

from decoding.racer import WINDOWS, Racer
from decoding.sets import png_frames, size_on_disk, write_clip
from decoding.shapes import Shapes
from talkingface.video.clips import read_clip_frames

CODINGS = [
    *({"gop": gop, "crf": 18, "tune": "fastdecode"} for gop in (1, 2, 4, 6, 8, 12)),
    *({"gop": 4, "crf": crf, "tune": "fastdecode"} for crf in (16, 20)),
    {"gop": 4, "crf": 18, "tune": None},
    {"gop": 12, "crf": 16, "tune": None},
]


def compare_codings(root: Path, sets: list[Shapes], size: int, rounds: int, seconds: float) -> None:
    """Print bytes, likeness and clips/s of each coding."""
    png = size_on_disk([shapes.pngs for shapes in sets])
    racers, rows = [], []
    for number, coding in enumerate(CODINGS):
        coded = [
            replace(shapes, prepared=root / f"coding{number}/{k}.mp4")
            for k, shapes in enumerate(sets)
        ]
        wrong = []
        for shapes in coded:
            frames = png_frames(shapes)
            write_clip(shapes.prepared, list(frames), **coding)
            every = read_clip_frames(shapes.prepared, range(len(frames)), backend="pyav")
            wrong.append(((every - frames.astype(float)) ** 2).mean())
        likeness = 10 * np.log10(255**2 / np.mean(wrong))
        share = size_on_disk([shapes.prepared for shapes in coded]) / png
        rows.append(f"| {coding['gop']} | {coding['crf']} | {coding['tune'] or 'none'} "
                    f"| 1/{1 / share:.0f} | {likeness:.1f} ")  # fmt: skip
        racers.append(
            [Racer(f"prepared clips, {name}", coded, size) for name in ("pyav", "decord")]
        )
    rates: dict[tuple[int, int, str], list[float]] = {}
    for turn in range(rounds + 1):
        for window in WINDOWS:
            for number, pair in enumerate(racers):
                for which, racer in enumerate(pair):
                    lap = racer.lap(window, turn, seconds)
                    if turn:
                        rates.setdefault((number, which, window), []).append(
                            lap.clips / lap.seconds
                        )
    columns = [f"{name}, {window}" for window in WINDOWS for name in ("pyav", "decord")]
    print(f"| gop | crf | tune | of PNG's bytes | PSNR dB | {' | '.join(columns)} |")
    print("|---" * (5 + len(columns)) + "|")
    for number, row in enumerate(rows):
        cells = [
            f"{statistics.median(rates[number, which, window]):.0f}"
            for window in WINDOWS
            for which in (0, 1)
        ]
        print(row + "| " + " | ".join(cells) + " |")
    for pair in racers:
        for racer in pair:
            racer.stop()
