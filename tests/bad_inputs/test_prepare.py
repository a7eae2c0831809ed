"""`talkingface prepare` over everything that is bad: it ends well, and good videos are unharmed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from talkingface.prepare.walk import printable_name
from talkingface.reasons import Reason
from talkingface.synthetic.clip import frame_times, render_motion

from .collection import all_recipes, make_inputs
from .material import encode
from .recipe import Recipe

GOOD = 6
# What a video that can be read may end with: the inputs are small, short and often one picture.
PEOPLE = frozenset(
    {
        Reason.KEPT, Reason.TOO_SHORT, Reason.NO_FACE, Reason.FACE_LOST, Reason.FACE_SMALL,
        Reason.FACE_BLURRED, Reason.FACE_TURNED, Reason.FACE_COVERED, Reason.FACE_CUT_OFF,
        Reason.SEVERAL_FACES, Reason.STATIC, Reason.DUPLICATE,
    }
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of videos that become clips, in folders named as some families of bad inputs."""
    root = tmp_path_factory.mktemp("good")
    for number, family in enumerate(sorted({r.family for r in all_recipes()})[::3][:GOOD]):
        heads = render_motion(number, number, frame_times(40, Fraction(25)), 256)
        (root / family).mkdir()
        encode(root / family / f"good{number}.mp4", heads)
    return root


def prepare(
    given: Path, output: Path, model: Path, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a session of its own, so that what it leaves behind can be found."""
    command = [sys.executable, "-m", "talkingface.cli", "prepare", "size=64", "workers=2"]
    return subprocess.run(
        [*command, f"input={given}", f"output={output}", f"landmarker={model}"],
        capture_output=True, text=True, check=False, start_new_session=True, preexec_fn=before,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MARK": str(output)},
    )  # fmt: skip


def children_of(output: Path) -> list[str]:
    """Return the processes that a command for this output has left running."""
    mark = f"MARK={output}".encode()
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                left.append((process / "cmdline").read_text())
        except OSError:
            continue
    return left


def written(root: Path) -> dict[str, bytes]:
    """Return the clips and their labels, by their paths below the data set."""
    files = [path for part in ("clips", "tracks") for path in (root / part).rglob("*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.is_file()}


def decisions_of(root: Path) -> dict[str, list[dict[str, object]]]:
    """Return the rows of the record by source."""
    rows = defaultdict(list)
    for row in pq.read_table(root / "decisions.parquet").to_pylist():
        rows[row["source"]].append(row)
    return rows


def wrong_decisions(
    recipes: Sequence[Recipe], folder: Path, decided: dict[str, list[dict[str, object]]]
) -> list[str]:
    """Return a line for each input that is not named, named twice, or with a wrong reason."""
    wrong = []
    for recipe in recipes:
        name = printable_name(recipe.path(folder).relative_to(folder).as_posix())
        rows = decided.get(name, [])
        said = {row["reason"] for row in rows}
        pieces = [row["piece"] for row in rows]
        if not rows or len(set(pieces)) != len(pieces) or (-1 in pieces and len(pieces) > 1):
            wrong.append(f"{name}: rows {pieces}")
        # What comes before the damage is judged as any video.
        readable = bool(recipe.reasons & {Reason.KEPT, Reason.DAMAGED})
        unexpected = said - recipe.reasons - (PEOPLE if readable else set())
        missing = Reason.KEPT not in recipe.reasons and not said & recipe.reasons
        if unexpected or missing:
            wrong.append(f"{name}: {[(row['reason'], row['detail']) for row in rows]}")
    return wrong


def test_every_bad_input_is_named_and_its_good_neighbours_are_whole(
    tmp_path: Path, good: Path, model: Path
) -> None:
    alone, among, bad = tmp_path / "alone", tmp_path / "among", tmp_path / "bad"
    recipes = make_inputs(bad)
    names = [path.relative_to(good) for path in good.rglob("*.mp4")]
    for name in names:
        (bad / name).write_bytes((good / name).read_bytes())
    for given, output in ((good, alone), (bad, among)):
        result = prepare(given, output, model)
        assert result.returncode == 0, result.stderr[-3000:]
        assert "Traceback" not in result.stderr
        assert not children_of(output)
        assert not list(output.rglob("*.partial"))
    decided = decisions_of(among)
    assert not wrong_decisions(recipes, bad, decided)
    assert len(decided) == len(recipes) + len(names)
    expected, found = written(alone), written(among)
    assert len(expected) == 2 * GOOD
    assert {name: found.get(name) for name in expected} == expected
    assert prepare(bad, among, model).returncode == 0
    # Not a number equals nothing, itself included.
    assert repr(decisions_of(among)) == repr(decided)


def test_a_full_disk_is_one_message_and_the_next_run_completes(
    tmp_path: Path, good: Path, model: Path
) -> None:
    whole, cut_off = tmp_path / "whole", tmp_path / "cut-off"
    assert prepare(good, whole, model).returncode == 0

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))

    result = prepare(good, cut_off, model, small_files_only)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert not children_of(cut_off)
    assert not list(cut_off.rglob("*.partial"))
    assert prepare(good, cut_off, model).returncode == 0
    assert written(cut_off) == written(whole)
