"""The command as a user meets it: quick help, one-line errors, exit statuses, no stray files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talkingface.cli.verbs import VERBS

Command = Callable[..., Any]


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_overview_names_every_verb_within_half_a_second_without_hydra_or_torch(
    talkingface: Command,
) -> None:
    runs = [talkingface("--help") for _ in range(3)]
    assert all(f"  {verb} " in runs[0].out for verb in VERBS)
    assert last_line(runs[0].out) == "imported:"
    assert min(run.cpu_seconds for run in runs) < 0.5


def test_version_is_printed(talkingface: Command) -> None:
    assert talkingface("--version").out.startswith("talkingface 0.")


def test_help_of_a_verb_is_quick_and_imports_no_torch(talkingface: Command) -> None:
    runs = [talkingface("synthesize", "--help") for _ in range(3)]
    assert runs[0].status == 0, runs[0].err
    assert last_line(runs[0].out) == "imported: hydra"
    assert min(run.cpu_seconds for run in runs) < 1.5


def test_a_misspelt_verb_is_answered_with_the_nearest_one(talkingface: Command) -> None:
    done = talkingface("sinthesize")
    assert done.status == 2
    assert done.err.startswith("error: no verb 'sinthesize'. Did you mean 'synthesize'?")


@pytest.mark.parametrize(
    ("override", "meant"),
    [
        ("trainer.max_step=5", "trainer.max_steps"),
        ("model=smal", "small"),
        ("modle=small", "model"),
    ],
)
def test_a_misspelt_override_fails_at_once_in_one_line(
    talkingface: Command, override: str, meant: str
) -> None:
    done = talkingface("synthesize", override, body="print('ran')")
    assert (done.status, "ran" in done.out) == (2, False)
    assert done.err.count("\n") == 1
    assert f"Did you mean '{meant}'?" in done.err
    assert done.cpu_seconds < 2


def test_an_unknown_option_is_explained(talkingface: Command) -> None:
    done = talkingface("synthesize", "--steps", "5")
    assert done.status == 2
    assert "steps=VALUE" in done.err


def test_overrides_reach_the_verb_and_no_file_is_written(
    talkingface: Command, tmp_path: Path
) -> None:
    done = talkingface("synthesize", "steps=77", body="print('steps', cfg.steps, os.getcwd())")
    assert f"steps 77 {tmp_path / 'work'}" in done.out
    assert list((tmp_path / "work").iterdir()) == []


def test_options_may_stand_between_overrides(talkingface: Command) -> None:
    done = talkingface("synthesize", "steps=77", "--cfg", "job", "model=large")
    assert "steps: 77" in done.out
    assert "width: 64" in done.out


def test_a_verb_sees_the_command_as_typed_so_that_other_ranks_start_the_same(
    talkingface: Command,
) -> None:
    done = talkingface("synthesize", "steps=7", body="print('argv', sys.argv[1:])")
    assert "argv ['synthesize', 'steps=7']" in done.out


def test_the_overrides_that_lightning_adds_for_other_ranks_are_accepted(
    talkingface: Command,
) -> None:
    added = ['hydra.run.dir="."', "hydra.job.name=train_ddp_process_1", "hydra.output_subdir=null"]
    assert talkingface("synthesize", "steps=7", *added).status == 0


def test_a_user_error_is_one_line_and_status_2(talkingface: Command) -> None:
    done = talkingface("synthesize", body="raise UserError('x.mp4: no such file.')")
    assert (done.status, done.err) == (2, "error: x.mp4: no such file.\n")


def test_any_other_error_keeps_its_traceback_and_status_1(talkingface: Command) -> None:
    done = talkingface("synthesize", body="raise ZeroDivisionError('inside')")
    assert done.status == 1
    assert "Traceback" in done.err
    assert "ZeroDivisionError: inside" in done.err


def test_an_interrupt_is_short_and_status_130(talkingface: Command) -> None:
    done = talkingface("synthesize", body="raise KeyboardInterrupt")
    assert (done.status, done.err) == (130, "interrupted\n")


def test_a_field_without_a_value_is_asked_for(talkingface: Command) -> None:
    done = talkingface("prepare")
    assert done.status == 2
    assert "prepare needs input=..." in done.err


def test_a_failing_job_of_a_multirun_leaves_the_others_running_and_is_named(
    talkingface: Command, tmp_path: Path
) -> None:
    body = "if cfg.steps == 2:\n    raise UserError('too few')\nprint('did', cfg.steps)"
    done = talkingface("synthesize", "--multirun", "steps=1,2,3", body=body)
    assert done.status == 2
    assert ["did 1" in done.out, "did 2" in done.out, "did 3" in done.out] == [True, False, True]
    assert "error: steps=2: too few" in done.err
    assert last_line(done.err) == "error: failed, of the multirun's jobs: steps=2"
    assert "Traceback" not in done.err
    written = [path.relative_to(tmp_path / "work") for path in (tmp_path / "work").rglob("*.*")]
    assert all(path.parts[:2] == ("runs", ".multirun") for path in written)


def test_a_further_rank_of_a_job_does_not_run_the_whole_multirun(
    talkingface: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    done = talkingface("synthesize", "--multirun", "steps=1,2", body="print('ran')")
    assert (done.status, "ran" in done.out) == (2, False)
    assert "LOCAL_RANK=1" in done.err
