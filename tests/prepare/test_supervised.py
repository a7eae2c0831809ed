import os
import time

import pytest

from talkingface.errors import UserError
from talkingface.prepare.supervised import DiskFullError, Supervised
from talkingface.prepare.worker import Casualty, Limits
from talkingface.reasons import Reason
from tests.prepare.jobs import misbehave

QUICK = Limits(stall_seconds=1.5, file_seconds=3, memory=400)


def outcome(names, folder, workers=2, limits=QUICK):
    pool = Supervised(misbehave, workers, limits)
    return {name: answer for (name, _), answer in pool.run([(name, folder) for name in names])}


def test_a_video_that_kills_its_process_is_named_and_the_others_go_on(tmp_path):
    answers = outcome(["good-1", "segfault", "good-2"], tmp_path)
    assert answers.pop("segfault") == Casualty(Reason.CRASHED, "its process was ended by SIGSEGV")
    assert not any(isinstance(answer, Casualty) for answer in answers.values())


@pytest.mark.slow
def test_whatever_a_process_does_is_named_and_the_others_go_on(tmp_path):
    bad = {
        "hang": (Reason.TOO_SLOW, "no progress for 1.5 s"),
        "hang_natively": (Reason.TOO_SLOW, "no progress for 1.5 s"),
        "crawl": (Reason.TOO_SLOW, "not done after 3 s"),
        "segfault": (Reason.CRASHED, "SIGSEGV"),
        "exit": (Reason.CRASHED, "status 3"),
        "hog": (Reason.OUT_OF_MEMORY, "more than 400 MB"),
        "raise": (Reason.CRASHED, "ValueError: of raise"),
    }
    good = [f"good-{number}" for number in range(12)]
    names = [*good[:4], *bad, *good[4:]]
    answers = outcome(names, tmp_path, workers=3)
    assert answers.keys() == set(names)
    assert all(answers[name].startswith(f"{name} by") for name in good)
    for name, (reason, detail) in bad.items():
        assert isinstance(answers[name], Casualty), name
        assert answers[name].reason is reason, name
        assert detail in answers[name].detail


def test_a_video_that_failed_once_is_tried_again_alone(tmp_path):
    answers = outcome(["exit_once-a", "good", "exit_once-b"], tmp_path)
    assert not any(isinstance(answer, Casualty) for answer in answers.values())
    alone = [answers[name].split()[-1] for name in ("exit_once-a", "exit_once-b")]
    assert alone[0] == alone[1]


def test_a_full_disk_stops_everything_at_once(tmp_path):
    began = time.monotonic()
    with pytest.raises(DiskFullError, match="No space left on device"):
        outcome(["full", "hang"], tmp_path, limits=Limits())
    assert time.monotonic() - began < 30


def test_a_fault_of_the_machine_is_not_blamed_on_the_videos(tmp_path, monkeypatch):
    monkeypatch.setattr("talkingface.prepare.supervised._HOPELESS", 4)
    with pytest.raises(UserError, match="the first 4 videos all failed in the same way"):
        outcome([f"exit-{number}" for number in range(9)], tmp_path)


def test_processes_are_renewed_before_leaks_add_up(tmp_path):
    answers = outcome([f"good-{number}" for number in range(450)], tmp_path, workers=1)
    assert len({answer.split()[-1] for answer in answers.values()}) == 3


def test_no_process_outlives_a_run_that_is_left(tmp_path):
    run = Supervised(misbehave, 2, QUICK).run([("good", tmp_path), ("hang", tmp_path)])
    _, answer = next(run)
    run.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(answer.split()[-1]), 0)
