import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.prepare.conftest import Preparation

WORKERS = 2
ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
from tests.prepare.conftest import Preparation
if __name__ == "__main__":
    Preparation(Path(sys.argv[1])).run(workers=2)
"""


def killed_after(preparation, opened):
    """Kill a run the moment it has opened so many videos; return how many it finished."""
    already = done(preparation)
    script = preparation.folder / "run.py"
    script.write_text(SCRIPT)
    command = [sys.executable, script, preparation.folder]
    with (preparation.folder / "err.txt").open("w") as err:
        process = subprocess.Popen(command, stderr=err, env=os.environ | {"PYTHONPATH": str(ROOT)})
        limit = time.monotonic() + 60
        while len(calls(preparation)) < opened and process.poll() is None:
            assert time.monotonic() < limit, (preparation.folder / "err.txt").read_text()
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        ended = process.wait()
    # It may just have finished.
    assert ended in (0, -signal.SIGKILL), (preparation.folder / "err.txt").read_text()
    return done(preparation) - already


def calls(preparation):
    return preparation.log.read_text().splitlines() if preparation.log.exists() else []


def done(preparation):
    journals = preparation.root.glob(".work/*/*.journal")
    return sum(path.read_bytes().count(b"\n") for path in journals)


def interrupted(tmp_path, moments, count):
    for part in ("killed", "whole"):
        (tmp_path / part).mkdir()
    killed, whole = Preparation(tmp_path / "killed"), Preparation(tmp_path / "whole")
    for number in range(count):
        for preparation in (killed, whole):
            path = preparation.add(f"{number:02}.mp4", kind="slow", height=40 + number)
            # The same in both, since the time of a file is on record.
            os.utime(path, (1_700_000_000, 1_700_000_000 + number))
    opened = 0
    for step in moments:
        opened += step
        killed_after(killed, opened)
        opened = len(calls(killed))
    killed.run(workers=WORKERS)
    whole.run(workers=1)
    return killed, whole, len(calls(killed))


def test_a_killed_prepare_loses_only_the_videos_in_flight(tmp_path):
    killed, whole, opened = interrupted(tmp_path, [2, 3], 7)
    assert opened <= 7 + 2 * WORKERS
    assert killed.contents() == whole.contents()


@pytest.mark.slow
@pytest.mark.long
def test_twenty_kills_at_any_moment_change_nothing(tmp_path):
    moments = [random.Random(4).randint(1, 4) for _ in range(20)]
    killed, whole, opened = interrupted(tmp_path, moments, 60)
    assert opened <= 60 + 20 * WORKERS
    assert killed.contents() == whole.contents()


@pytest.mark.slow
def test_no_worker_outlives_a_killed_prepare(tmp_path):
    preparation = Preparation(tmp_path)
    for number in range(4):
        preparation.add(f"{number}.mp4", kind="crawl")
    killed_after(preparation, 2)
    limit = time.monotonic() + 10
    while alive := [pid for pid in pids(preparation) if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < limit, alive
        time.sleep(0.1)


def pids(preparation):
    return (preparation.folder / "pids.txt").read_text().split()
