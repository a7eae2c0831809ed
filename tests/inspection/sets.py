"""A data set as `prepare` leaves it: the project's own clips, with records of what was left out."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from talkingface.manifest import Measures, read_dataset, write_dataset

Decision = tuple[str, float, float, str, str, str]


def prepared_copy(heads: Path, root: Path, identities: str = "person") -> Path:
    """Copy a synthetic data set and describe it as a prepared one, half of it measured."""
    shutil.copytree(heads, root)
    info, clips = read_dataset(heads)
    rows = []
    for number, clip in enumerate(clips):
        measured = Measures(
            face_px=100.0 + number, sharpness=0.1 * number, yaw_low=-5.0 - number, yaw_high=9.0,
            pitch_low=-2.0, pitch_high=3.0 + number, face_share=1.0, movement=0.01 * number,
        )  # fmt: skip
        half = measured if number % 2 else Measures()
        split = "train" if number < 6 else "test"
        rows.append(replace(clip, split=split, recording=f"r{number // 2}", measures=half))
    write_dataset(root, replace(info, kind="prepared", identities=identities), rows)
    return root


def write_decisions(root: Path, rows: Sequence[Decision]) -> None:
    names = ("source", "start", "seconds", "decision", "reason", "detail")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), root / "decisions.parquet")


def write_sheet(root: Path, reason: str, side: int = 96) -> None:
    (root / "rejects").mkdir(exist_ok=True)
    Image.new("RGB", (side, side), "grey").save(root / "rejects" / f"{reason}.jpg")
