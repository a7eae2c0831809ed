"""Which runs are averaged together, and with what they are compared."""

import json
from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.report.collect import collect
from talkingface.report.results import result_blocks
from talkingface.report.run_files import read_run
from tests.report.run_folders import write_evaluation, write_run


def test_two_learning_rates_are_never_averaged_together(tmp_path: Path) -> None:
    for seed in (0, 1):
        for lr, l1 in ((1e-3, 0.1), (3e-4, 0.5)):
            write_run(tmp_path, seed=seed, lr=lr, l1=l1)
            write_run(tmp_path, cra=True, seed=seed, lr=lr, l1=l1 - 0.02 * (seed + 1))
    collected = collect(tmp_path)
    (block,) = result_blocks(collected.arms)
    rows = {row.label: row.cells["val/l1"] for row in block.rows if row.arm}
    assert list(rows) == [
        "baseline, lr=0.0003",
        "baseline, lr=0.001",
        "CRA, lr=0.0003",
        "CRA, lr=0.001",
    ]
    assert rows["baseline, lr=0.0003"].own.mean == pytest.approx(0.5)
    assert rows["baseline, lr=0.001"].own.mean == pytest.approx(0.1)
    difference = rows["CRA, lr=0.0003"].difference
    assert difference is not None
    assert difference.mean == pytest.approx(-0.03), "paired with the same learning rate"
    assert difference.count == 2


def test_seeds_of_one_arm_are_one_row(tmp_path: Path) -> None:
    for seed in range(3):
        write_run(tmp_path, stac=True, seed=seed, l1=0.1 * seed)
    (arm,) = collect(tmp_path).arms
    assert (arm.label, list(arm.runs)) == ("STAC", [0, 1, 2])


def test_copies_of_a_run_count_as_one_seed_and_are_named(tmp_path: Path) -> None:
    write_run(tmp_path / "one", seed=0, l1=None)
    finished = write_run(tmp_path / "two", seed=0)
    collected = collect(tmp_path)
    assert [run.folder for run in collected.runs] == [finished]
    assert any("repeats" in note and "one" in note for note in collected.notes)


def test_evaluations_of_different_protocols_have_tables_of_their_own(tmp_path: Path) -> None:
    write_evaluation(write_run(tmp_path, seed=0), "clean", {"l1": 0.1, "l1_still": 0.3})
    write_evaluation(write_run(tmp_path, seed=1), "clean", {"l1": 0.2}, smoothing="kalman")
    blocks = result_blocks(collect(tmp_path).arms)[1:]
    assert [block.title for block in blocks] == [
        "Evaluation, test identities, clean reference (path.smoothing=none)",
        "Evaluation, test identities, clean reference (path.smoothing=kalman)",
    ]
    assert [block.rows[0].cells["l1"].own.count for block in blocks] == [1, 1]
    assert blocks[0].rows[-1].label == "source held still"


def test_evaluations_of_unfinished_runs_are_not_results(tmp_path: Path) -> None:
    write_run(tmp_path, seed=0)
    write_evaluation(write_run(tmp_path, seed=1, l1=None), "clean", {"l1": 0.1})
    assert [block.title for block in result_blocks(collect(tmp_path).arms)] == ["Final validation"]


def test_hidden_folders_and_foreign_configurations_are_no_runs(tmp_path: Path) -> None:
    write_run(tmp_path / ".replaced", seed=1)
    kept = write_run(tmp_path, seed=0)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/config.json").write_text('{"hidden_size": 768}')
    assert [run.folder for run in collect(tmp_path).runs] == [kept]


def test_a_folder_that_cannot_be_read_is_named_and_the_others_stay(tmp_path: Path) -> None:
    kept = write_run(tmp_path, seed=0)
    broken = write_run(tmp_path, seed=1)
    (broken / "config.json").write_text('{"model": ')
    collected = collect(tmp_path)
    assert [run.folder for run in collected.runs] == [kept]
    assert any(str(broken) in note for note in collected.notes)


@pytest.mark.parametrize("name", ["absent", ""])
def test_a_folder_without_runs_is_one_message(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="no such folder" if name else "no run here"):
        collect(tmp_path / name)


def test_seeds_that_each_have_a_start_of_their_own_are_one_arm(tmp_path: Path) -> None:
    identities = []
    for seed in (0, 1):
        folder = write_run(tmp_path, seed=seed)
        config = json.loads((folder / "config.json").read_text())
        start = tmp_path / f"night_start/cra-0_stac-0_seed-{seed}_def/checkpoints/best.ckpt"
        config["pretrained"] = {"path": str(start), "content": f"digest{seed}"}
        (folder / "config.json").write_text(json.dumps(config))
        run = read_run(folder)
        assert run is not None
        identities.append(run.identity)
    assert identities[0] == identities[1]
    assert identities[0]["pretrained.content"] == "night_start"
    config["pretrained"]["path"] = str(tmp_path / "elsewhere.ckpt")
    (folder / "config.json").write_text(json.dumps(config))
    other = read_run(folder)
    assert other is not None
    assert other.identity["pretrained.content"] == "digest1"
