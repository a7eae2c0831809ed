"""Whatever a file holds, reading it ends soon, with all its frames or with the right reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from .collection import all_recipes, make_inputs
from .recipe import Recipe

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS_A_FILE = 20


def read_all(folder: Path, recipes: Iterable[Recipe]) -> list[str]:
    """Return a line for each file that hangs, crashes its reader or ends with a wrong reason."""
    wrong = []
    reader = _reader()
    for recipe in recipes:
        path = recipe.path(folder)
        answer = _answer(reader, os.fsencode(path).hex() + "\n")
        if not answer:
            reader.kill()
            wrong.append(f"{path!r}: hangs or crashes, status {reader.wait()}")
            reader = _reader()
            continue
        reason, message, _ = json.loads(answer)
        # A name that is not UTF-8 comes back in another form.
        named = path.name in message or reason == "kept" or not path.name.isprintable()
        if reason not in recipe.reasons or not named:
            wrong.append(f"{path!r}: {reason}: {message}")
    reader.kill()
    reader.wait()
    return wrong


def _reader() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bad_inputs.reading"],
        cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _answer(reader: subprocess.Popen[str], asked: str) -> str:
    """Return the reader's line, or "" if it died; a reader that hangs is killed."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(asked)
    reader.stdin.flush()
    timer = threading.Timer(SECONDS_A_FILE, reader.kill)
    timer.start()
    try:
        return reader.stdout.readline()
    finally:
        timer.cancel()


def test_there_are_at_least_two_hundred_different_inputs() -> None:
    recipes = all_recipes()
    assert len({(recipe.family, recipe.name) for recipe in recipes}) == len(recipes) >= 200
    assert len({recipe.family for recipe in recipes}) >= 20


def test_a_sample_of_bad_and_hard_inputs_ends_with_the_right_reason(tmp_path: Path) -> None:
    sample = make_inputs(tmp_path, slice(3, None, 6))
    assert not read_all(tmp_path, sample)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="no such priorities here")
def test_making_inputs_leaves_the_priority_of_the_tests_alone(tmp_path: Path) -> None:
    number = [recipe.name for recipe in all_recipes()].index("av1.mp4")
    make_inputs(tmp_path, slice(number, number + 1))
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.slow
def test_every_bad_and_hard_input_ends_with_the_right_reason(tmp_path: Path) -> None:
    recipes = make_inputs(tmp_path)
    assert not read_all(tmp_path, recipes)
