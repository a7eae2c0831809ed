"""What the page says, and that it stays one page whatever the runs are called."""

import csv
import io
import re
from pathlib import Path

from talkingface.report.collect import collect
from talkingface.report.numbers import MINUS
from talkingface.report.page import PageSettings, page
from talkingface.report.results import result_blocks
from talkingface.report.table import csv_table, markdown
from tests.report.html_text import HOSTILE, Elements, read, text_of
from tests.report.run_folders import write_evaluation, write_run, write_sweep


def made_page(root: Path, video_mb: float = 1.0, page_mb: float = 10.0) -> str:
    collected = collect(root)
    settings = PageSettings(["val/*"], 300, None, video_mb, page_mb)
    return page(collected, result_blocks(collected.arms), settings)


def write_sample(run: Path, step: int, clip: str = "anna", size: int = 900) -> None:
    (run / "samples").mkdir(exist_ok=True)
    (run / f"samples/step-{step:08d}_{clip}.mp4").write_bytes(b"v" * size)


def half_finished(root: Path) -> None:
    """Two arms done, one failed on the way, one running, one not begun."""
    write_run(root, seed=0, l1=0.11)
    write_run(root, cra=True, seed=0, l1=0.10)
    failed = write_run(root, stac=True, seed=0, l1=None)
    running = write_run(root, cra=True, stac=True, seed=0, l1=None)
    both = ["model.cra.enabled=true", "model.stac.enabled=true", "seed=1"]
    write_sweep(
        root,
        {"state": "failed", "folder": str(failed), "error": "out of memory <at> step 60"},
        {"state": "running", "folder": str(running)},
        {"overrides": both},
        {"overrides": ["model.cra.enabled=false", "seed=1"], "state": "failed", "error": "no disk"},
    )


def test_a_half_finished_sweep_names_what_failed_and_what_is_missing(tmp_path: Path) -> None:
    half_finished(tmp_path)
    text = text_of(made_page(tmp_path))
    for words in (
        "STAC, seed 0 failed at step 50 of 100: out of memory <at> step 60 [",
        "CRA+STAC, seed 1 has not begun",
        "model.cra.enabled=false seed=1, seed 1 failed: no disk",
        "2 finished",
        "1 running",
        "1 waiting",
        "2 failed",
        "nothing finished",
    ):
        assert words in text, words


def test_a_run_that_no_sweep_knows_is_called_unfinished(tmp_path: Path) -> None:
    write_run(tmp_path, seed=0)
    write_run(tmp_path, seed=1, l1=None)
    assert "baseline, seed 1 is unfinished at step 50 of 100" in text_of(made_page(tmp_path))


def test_a_sweep_of_which_nothing_has_begun_has_a_page(tmp_path: Path) -> None:
    write_sweep(
        tmp_path, {"overrides": ["seed=0", "steps=9"]}, {"overrides": ["seed=1", "steps=9"]}
    )
    text = text_of(made_page(tmp_path))
    assert "2 waiting" in text
    assert "No run has finished yet" in text


def test_a_moved_sweep_still_finds_its_runs(tmp_path: Path) -> None:
    run = write_run(tmp_path, seed=0, l1=None)
    write_sweep(tmp_path, {"state": "failed", "folder": f"/gone/{run.parent.name}/{run.name}"})
    (standing,) = collect(tmp_path).standings
    assert (standing.state, standing.folder) == ("failed", str(run))


def test_the_page_has_no_address_but_its_own_data(tmp_path: Path) -> None:
    half_finished(tmp_path)
    for run in collect(tmp_path).runs:
        write_sample(run.folder, 50)
    html = made_page(tmp_path)
    addresses = read(html).addresses
    assert len(addresses) == 4
    assert all(address.startswith("data:video/mp4;base64,") for address in addresses)
    assert re.findall(r"https?:|//[a-z]|url\(|@import|<link|<iframe", html) == []


def test_a_name_made_of_markup_is_text_and_nothing_else_of_the_page(tmp_path: Path) -> None:
    def made(root: Path, name: str, error: str) -> Elements:
        for own in (name, f"{name}2"):
            write_sample(write_run(root, seed=0, name=own), 100, name)
        failed = {"overrides": [f"name={error}"], "state": "failed", "error": error}
        write_sweep(root, failed, {"overrides": ["name=last"], "folder": name})
        return read(made_page(root))

    tame = made(tmp_path / "tame", "tame", "wrong")
    wild = made(tmp_path / "<i>&", "<b>&\"'", HOSTILE)
    assert wild.names == tame.names
    text = " ".join(wild.text)
    assert "baseline, name=<b>&\"'" in text
    assert f"name={HOSTILE}" in text


def test_a_video_above_the_limit_is_left_out_and_the_page_says_why(tmp_path: Path) -> None:
    small, large = write_run(tmp_path, seed=0), write_run(tmp_path, cra=True, seed=0)
    write_sample(small, 100)
    write_sample(large, 100, size=3000)
    html = made_page(tmp_path, video_mb=0.002)
    assert len(read(html).addresses) == 1
    assert "above largest_video_mb=0.002" in text_of(html)
    html = made_page(tmp_path, page_mb=0.002)
    assert len(read(html).addresses) == 1
    assert "above largest_page_mb" in text_of(html)


def test_the_newest_sample_of_the_clip_of_most_arms_is_shown(tmp_path: Path) -> None:
    for arm, clips in (((False, False), ("anna", "bert")), ((True, False), ("bert", "carl"))):
        run = write_run(tmp_path, *arm, seed=3)
        for clip in clips:
            write_sample(run, 25, clip)
            write_sample(run, 100, clip)
    text = text_of(made_page(tmp_path))
    assert "Clip bert" in text
    assert "CRA , seed 3, step 100 source driving generated" in text


def test_without_a_baseline_there_are_no_differences_and_a_sentence(tmp_path: Path) -> None:
    for seed in (0, 1):
        write_run(tmp_path, cra=True, seed=seed)
    html = made_page(tmp_path)
    assert "there is no baseline" in text_of(html)
    assert "Δ" not in text_of(html)


def test_few_seeds_and_changed_code_are_said(tmp_path: Path) -> None:
    run = write_run(tmp_path, seed=0)
    (run / "environment.json").write_text('{"code": "", "code_changed": true, "packages": {}}')
    text = text_of(made_page(tmp_path))
    assert "Fewer than 3 finished seeds: baseline (1)" in text
    assert "The code had uncommitted changes when 1 of 1 runs began" in text
    assert "version is not known of 1 of 1 runs" in text


def test_a_difference_is_judged_by_the_direction_that_is_better(tmp_path: Path) -> None:
    for seed in range(3):
        base, arm = write_run(tmp_path, seed=seed), write_run(tmp_path, cra=True, seed=seed)
        noise = 1e-4 * seed
        write_evaluation(base, "jitter-2", {"l1": 0.2, "psnr": 20.0})
        write_evaluation(arm, "jitter-2", {"l1": 0.1 + noise, "psnr": 19.0 + noise})
    collected = collect(tmp_path)
    blocks = result_blocks(collected.arms)
    text = text_of(made_page(tmp_path))
    assert "Evaluation, test identities, jitter-2 reference" in text
    assert re.search(rf"Δ {MINUS}0\.0999 ± 0\.0002 better", text)
    assert re.search(rf"Δ {MINUS}1\.00 ± 0\.00 worse", text)
    table = markdown(collected, blocks)
    assert f"Δ {MINUS}0.0999 ± 0.0002 better" in table
    rows = list(csv.DictReader(io.StringIO(csv_table(blocks))))
    (row,) = [
        r for r in rows if (r["arm"], r["metric"], r["reference"]) == ("CRA", "l1", "jitter-2")
    ]
    assert (row["seeds"], row["pairs"], row["baseline"], row["split"]) == (
        "3",
        "3",
        "baseline",
        "test",
    )
    assert float(row["difference_low"]) < float(row["difference"]) < float(row["difference_high"])


def test_a_name_with_a_bar_stays_in_its_markdown_cell(tmp_path: Path) -> None:
    write_sweep(
        tmp_path, {"overrides": ["name=a|<b>"], "state": "failed", "error": "one\ntwo | three"}
    )
    collected = collect(tmp_path)
    lines = [line for line in markdown(collected, []).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {7}
    assert "<b>" not in "".join(lines)
