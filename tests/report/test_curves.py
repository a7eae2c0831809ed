"""Learning curves: every step once, nothing half written, few points."""

import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from talkingface.report.chart import Line, draw
from talkingface.report.chart_file import chart_file, file_name
from talkingface.report.curves import mean_curve, read_curves, thinned
from talkingface.report.seed_curves import seed_curves
from tests.report.html_text import HOSTILE
from tests.report.run_folders import write_log


def test_a_resumed_run_has_each_step_once_as_seen_last(tmp_path: Path) -> None:
    write_log(tmp_path, 0, [{"step": s, "train/pixel": 1.0} for s in (10, 20, 30, 40)])
    write_log(tmp_path, 20, [{"step": s, "train/pixel": 2.0} for s in (30, 40)])
    write_log(tmp_path, 100, [{"step": s, "train/pixel": 3.0} for s in (40, 50)])
    assert read_curves(tmp_path) == {
        "train/pixel": [(10, 1.0), (20, 1.0), (30, 2.0), (40, 3.0), (50, 3.0)]
    }


def test_training_and_validation_of_one_step_stand_in_rows_of_their_own(tmp_path: Path) -> None:
    write_log(tmp_path, 0, [{"step": 5, "train/pixel": 1.0}, {"step": 5, "val/l1": 2.0}])
    assert read_curves(tmp_path) == {"train/pixel": [(5, 1.0)], "val/l1": [(5, 2.0)]}


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    file = write_log(tmp_path, 0, [{"step": 10, "val/l1": 0.5}])
    with file.open("a") as text:
        text.write("20,0.04")
    assert read_curves(tmp_path) == {"val/l1": [(10, 0.5)]}


def test_long_curves_become_means_of_neighbours_and_keep_their_last_step() -> None:
    curve = [(step, float(step)) for step in range(1, 1001)]
    points, width = thinned(curve, 300)
    assert (len(points), width) == (250, 4)
    assert points[0] == (4, 2.5)
    assert points[-1][0] == 1000


def test_short_curves_stay_as_they_are_without_what_is_not_finite() -> None:
    assert thinned([(1, 2.0), (2, math.nan), (3, math.inf)], 300) == ([(1, 2.0)], 1)


def test_a_mean_is_only_where_all_seeds_are() -> None:
    assert mean_curve([[(1, 1.0), (2, 2.0)], [(2, 4.0), (3, 9.0)]]) == [(2, 3.0)]


def test_a_chart_without_values_is_not_drawn() -> None:
    assert draw("val/l1", [Line("CRA", 0, [(0, [(1, math.nan)])])], 10, 300) is None


def test_the_mean_of_a_finished_and_a_running_seed_reaches_as_far_as_both() -> None:
    seeds = [
        (seed, [(step, 1.0) for step in range(1, steps)]) for seed, steps in ((0, 901), (1, 98))
    ]
    drawn = draw("train/pixel", [Line("CRA", 0, seeds)], 1000, 10)
    assert drawn is not None
    marks = re.findall(r"<circle[^>]*><title>CRA, mean of 2 seeds", drawn.parts)
    assert len(marks) == 10, "though the seeds' own points are at different steps"


def test_a_chart_of_one_constant_value_has_finite_places() -> None:
    drawn = draw("val/l1", [Line("CRA", 0, [(0, [(5, 0.0), (10, 0.0)])])], 10, 300)
    assert drawn is not None
    assert "nan" not in drawn.parts
    assert "CRA, seed 0" in drawn.parts


def test_three_seeds_are_a_mean_between_their_lowest_and_highest() -> None:
    seeds = [(seed, [(5, float(seed)), (10, 3.0 - seed)]) for seed in range(3)]
    curves = seed_curves(seeds, 300)
    assert (curves.thin, curves.count) == ([], 3)
    assert curves.mean == [(5, 1.0), (10, 2.0)]
    assert curves.low == [(5, 0.0), (10, 1.0)]
    assert curves.high == [(5, 2.0), (10, 3.0)]


def test_two_seeds_are_lines_without_a_band() -> None:
    seeds = [(seed, [(5, float(seed))]) for seed in range(2)]
    curves = seed_curves(seeds, 300)
    assert (curves.thin, curves.low, curves.high) == (seeds, [], [])
    drawn = draw("val/l1", [Line("CRA", 0, seeds)], 10, 300)
    assert drawn is not None
    assert not drawn.banded
    assert "spread" not in drawn.parts


def test_seeds_that_are_ahead_of_the_others_stay_visible_beyond_the_band() -> None:
    def curve(last: int) -> list[tuple[int, float]]:
        return [(step, float(last)) for step in range(10, last + 1, 10)]

    curves = seed_curves([(0, curve(40)), (1, curve(20)), (2, curve(30))], 300)
    assert [step for step, _ in curves.mean] == [10, 20]
    assert curves.thin == [(0, curve(40)[1:]), (2, curve(30)[1:])]


def test_a_seed_that_has_just_begun_takes_nothing_of_the_others_away() -> None:
    seeds = [(seed, [(5, 1.0), (10, 2.0)]) for seed in range(3)]
    curves = seed_curves([*seeds, (3, [(1, math.nan)])], 300)
    assert (len(curves.mean), curves.count) == (2, 3)
    curves = seed_curves([*seeds, (3, [(1, 4.0)])], 300)
    assert [seed for seed, _ in curves.thin] == [0, 1, 2, 3]


def test_the_file_of_a_chart_is_whole_xml_with_colours_of_its_own() -> None:
    seeds = [(seed, [(5, float(seed)), (10, 1.0)]) for seed in range(3)]
    drawn = draw("val/l1", [Line(HOSTILE, 0, seeds)], 10, 300)
    assert drawn is not None
    text = chart_file(drawn, [HOSTILE, "CRA"])
    root = ET.fromstring(text.encode())
    said = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {HOSTILE, "CRA", "val/l1 ↓"} <= set(said)
    assert any("lowest to the highest seed" in (words or "") for words in said)
    assert "var(" not in text
    assert "#ffffff" in text
    assert file_name("val/l1") == "curves-val-l1.svg"
