"""What an evaluation writes comes back, and a killed write leaves a whole set."""

import dataclasses
import json
import math
import os
import signal
from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.evaluation.metric_table import METRICS, describe, in_table_order
from talkingface.evaluation.result_files import (
    read_results,
    rows_from_csv,
    rows_to_csv,
    write_results,
)
from talkingface.evaluation.results import summarise
from talkingface.evaluation.summary_text import format_summary
from tests.evaluation.outcomes import a_protocol, a_row, four_rows, some_results

FILES = ["protocol.json", "summary.json", "summary.md", "videos.csv"]


def test_rows_come_back_from_the_table_bit_for_bit() -> None:
    rows = [*four_rows(), a_row('odd "name",\nwith a line', lpips=0.1 + 0.2)]
    text = rows_to_csv(rows)
    heads = ["case", "identity", "source", "driving", "frames"]
    assert text.splitlines()[0].split(",")[:6] == [*heads, "l1"]
    assert text.splitlines()[4].split(",")[-3] == ""
    back = rows_from_csv(text)
    assert [row.case for row in back] == [row.case for row in rows]
    for row, again in zip(rows, back, strict=True):
        for name, value in again.values.items():
            expected = row.values.get(name, math.nan)
            assert value == expected or (math.isnan(value) and math.isnan(expected))
    assert rows_to_csv(back) == text


def test_a_folder_comes_back_whole(tmp_path: Path) -> None:
    results = some_results()
    write_results(tmp_path / "new" / "folder", results)
    back = read_results(tmp_path / "new" / "folder")
    assert back.scores == results.scores
    assert back.protocol.digest == results.protocol.digest
    assert (back.of, back.timings, back.failed) == (
        results.of,
        results.timings,
        results.failed,
    )
    assert rows_to_csv(back.rows) == rows_to_csv(results.rows)
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == FILES
    summary = json.loads((tmp_path / "new" / "folder" / "summary.json").read_text())
    assert summary["protocol"] == results.protocol.digest
    assert summary["timings"]["generate"] == {
        "frames": 80,
        "seconds": 4.0,
        "frames_per_second": 20.0,
    }


def test_a_score_counts_videos_and_people_and_is_measured_against_the_ruler() -> None:
    scores = some_results().scores
    assert (scores["l1"].videos, scores["l1"].identities) == (4, 3)
    assert scores["l1"].mean == pytest.approx(0.025)
    assert (scores["aed"].videos, scores["aed"].identities) == (3, 2)
    assert scores["aed"].below_ruler
    assert not scores["l1"].below_ruler
    assert (scores["fid"].mean, scores["fid"].low) == (12.5, None)
    assert scores["csim"].missing == "no face embedder is configured"
    assert list(scores) == ["l1", "lpips", "fid", "csim", "aed", "l1_still", "l1_mean"]


def test_intervals_may_be_drawn_over_people(tmp_path: Path) -> None:
    rows = [a_row(f"{p}{k}", p, l1=v) for p, v in (("a", 0.1), ("b", 0.3)) for k in range(20)]
    by_video = summarise(a_protocol(), {}, rows)
    by_person = summarise(a_protocol(), {}, rows, unit="identity")
    assert by_person.scores["l1"].mean == by_video.scores["l1"].mean == pytest.approx(0.2)
    assert (by_person.scores["l1"].low, by_person.scores["l1"].high) == pytest.approx((0.1, 0.3))
    assert (by_video.scores["l1"].low or 0) > 0.15
    write_results(tmp_path, by_person)
    assert read_results(tmp_path).unit == "identity"
    assert "true ones are wider" not in format_summary(by_person)
    assert "fewer than 10" in format_summary(by_person)
    assert "fewer than 10" not in format_summary(by_video)


def test_the_ruler_marks_what_is_as_good_as_its_reading_of_true_frames() -> None:
    assert describe("aed").is_below(0.02, 0.02)
    assert not describe("aed").is_below(0.021, 0.02)
    assert not describe("face_share").is_below(1.0, 1.0)
    assert describe("mouth_amplitude").is_below(1.01, 0.98)
    assert not describe("mouth_amplitude").is_below(0.95, 0.98)
    assert not describe("face_share_target").is_below(0.5, 0.5)
    assert not describe("aed").is_below(0.0, None)


def test_metrics_keep_the_order_of_the_table_and_unknown_ones_come_last() -> None:
    assert in_table_order(["zebra", "jite", "l1"]) == ["l1", "jite", "zebra"]
    assert describe("zebra").better == ""
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.meaning.endswith(".")


def test_what_cannot_be_a_result_is_refused() -> None:
    with pytest.raises(ValueError, match="two rows"):
        summarise(a_protocol(), {}, [a_row("anna", l1=0.1), a_row("anna", l1=0.2)])
    score = summarise(a_protocol(), {}, four_rows(), of_set={"fid": math.nan}).scores["fid"]
    assert score.mean is None
    assert score.missing == "fid of these frames is not a finite number"


def write_until(folder: Path, replacements: int) -> None:
    """Write other results in a process that kills itself before a replacement of a file."""
    child = os.fork()
    if child:
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
        return
    # The child leaves by its own hand even where nothing kills it, lest two runs go on.
    try:
        _write_and_die(folder, replacements)
    finally:
        os._exit(1)


def _write_and_die(folder: Path, replacements: int) -> None:
    replace, left = Path.replace, replacements

    def replace_or_die(self: Path, target: Path) -> Path:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return replace(self, target)

    Path.replace = replace_or_die  # type: ignore[method-assign, assignment]
    write_results(folder, some_results(rows=four_rows()[:2], of={"checkpoint": "new"}))


@pytest.mark.parametrize("replacements", range(4))
def test_a_killed_write_leaves_the_old_results_or_the_new_ones(
    tmp_path: Path, replacements: int
) -> None:
    write_results(tmp_path, some_results())
    for _ in range(2):
        write_until(tmp_path, replacements)
        back = read_results(tmp_path)
        assert (back.of["checkpoint"], len(back.rows)) in [("runs/mine", 4), ("new", 2)]
    write_results(tmp_path, dataclasses.replace(some_results(), of={"checkpoint": "third"}))
    assert read_results(tmp_path).of == {"checkpoint": "third"}
    assert sorted(p.name for p in tmp_path.iterdir()) == FILES


def test_a_write_killed_while_files_grow_leaves_the_old_results(tmp_path: Path) -> None:
    write_results(tmp_path, some_results())
    (tmp_path / "videos.csv.partial").write_text("case,iden")
    (tmp_path / "summary.json.partial").write_text('{"format": 1, "fi')
    assert len(read_results(tmp_path).rows) == 4
    write_results(tmp_path, some_results())
    assert sorted(p.name for p in tmp_path.iterdir()) == FILES


def test_an_unfinished_or_changed_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no finished evaluation"):
        read_results(tmp_path)
    write_results(tmp_path, some_results())
    table = tmp_path / "videos.csv"
    table.write_text(table.read_text().replace("0.01", "0.001"))
    with pytest.raises(UserError, match=r"summary\.json: damaged, of another version, or not of"):
        read_results(tmp_path)
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(UserError, match="damaged"):
        read_results(tmp_path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    write_results(tmp_path, some_results())
    summary = tmp_path / "summary.json"
    summary.write_text(summary.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(UserError, match="format 99, this version reads format 1"):
        read_results(tmp_path)


def test_the_summary_says_value_interval_ruler_floors_and_what_is_missing(tmp_path: Path) -> None:
    write_results(tmp_path, some_results())
    for text in (format_summary(some_results()), (tmp_path / "summary.md").read_text()):
        lines = {line.strip("| ").split(" ")[0]: line for line in text.splitlines()}
        assert "0.025" in lines["l1"]
        assert " to " in lines["l1"]
        assert "0.05" in lines["l1"]
        assert "0.04" in lines["l1"]
        assert "not above the ruler's error; 3 of 4 videos have a value" in lines["aed"]
        assert "missing: no face embedder is configured" in lines["csim"]
        assert " to " not in lines["fid"]
        assert "dora failed: no face in the portrait" in text
        assert "80 frames in 4.0 s, 20.0 frames/s" in text
        assert "4 videos of 3 identities, 1 failed." in text
        assert "as people have several, the true ones are wider" in text
        assert "Intervals from fewer than 10 are too narrow." in text
        assert "l1_still" not in text


def test_names_cannot_break_the_markdown_table(tmp_path: Path) -> None:
    write_results(tmp_path, some_results(of={"a|b": "<script>\n| x |"}))
    text = (tmp_path / "summary.md").read_text()
    assert "<script>" not in text
    assert "- a\\|b: &lt;script> \\| x \\|" in text
