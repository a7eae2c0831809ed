"""The verdicts on the claims, from files of known effects."""

import csv
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talkingface.report.claims.bootstrap import Figure
from talkingface.report.claims.controls import ENDPOINTS
from talkingface.report.claims.declared import BASELINE, BOTH, CRA, FILTERED, STAC
from talkingface.report.claims.findings import Findings, find
from talkingface.report.claims.judge import JudgedClaim
from talkingface.report.claims.rules import AtLeastLower, NotHigher, NotWorse, Within
from talkingface.report.collect import collect
from tests.integration.command import talkingface
from tests.report import ablations
from tests.report.ablations import write_ablation, write_arm
from tests.report.html_text import read, text_of


def found(root: Path) -> Findings:
    findings = find(collect(root))
    assert findings is not None
    return findings


def by_name(root: Path) -> dict[str, JudgedClaim]:
    return {claim.claim.name: claim for claim in found(root).claims}


def verdicts(root: Path) -> dict[str, str]:
    return {name: claim.verdict for name, claim in by_name(root).items()}


def a_figure(value: float, low: float, high: float) -> Figure:
    return Figure(value, low, high, 0.001, 3, 8)


@pytest.mark.parametrize(
    ("rule", "values", "p", "verdict"),
    [
        (AtLeastLower(0.1), (-0.12, -0.2, -0.05), None, "holds"),
        (AtLeastLower(0.1), (-0.12, -0.2, -0.05), 0.2, "undecided"),
        (AtLeastLower(0.1), (-0.08, -0.2, -0.05), None, "undecided"),
        (AtLeastLower(0.1), (-0.12, -0.3, 0.01), None, "fails"),
        (AtLeastLower(0.1), (-0.07, -0.09, -0.05), None, "fails"),
        (AtLeastLower(0.1), (0.2, 0.1, 0.3), None, "fails"),
        (NotWorse(0.02), (0.01, -0.01, 0.02), None, "holds"),
        (NotWorse(0.02), (0.01, -0.01, 0.03), None, "undecided"),
        (NotWorse(0.02), (0.05, 0.03, 0.07), None, "fails"),
        (NotHigher("difference"), (0.01, -0.01, 0.03), None, "holds"),
        (NotHigher("difference"), (0.02, 0.01, 0.03), None, "fails"),
        (Within(0.95, 1.05), (1.0, 0.96, 1.04), None, "holds"),
        (Within(0.95, 1.05), (0.96, 0.94, 1.0), None, "undecided"),
        (Within(0.95, 1.05), (1.1, 1.06, 1.2), None, "fails"),
        (Within(0.9), (0.8, 0.7, 0.89), None, "fails"),
        (Within(0.9), (1.5, 1.4, 1.6), None, "holds"),
    ],
)
def test_a_rule_says_what_its_interval_allows(
    rule: Any, values: tuple[float, float, float], p: float | None, verdict: str
) -> None:
    assert rule.judge(a_figure(*values), p) == verdict


def test_effects_as_promised_make_every_claim_hold(tmp_path: Path) -> None:
    write_ablation(tmp_path)
    assert set(verdicts(tmp_path).values()) == {"holds"}


def test_without_an_effect_the_claims_of_an_improvement_fail(tmp_path: Path) -> None:
    write_ablation(tmp_path, effect=ablations.none)
    said = verdicts(tmp_path)
    assert [said[name] for name in ("C1", "C2", "S1", "S3")] == ["fails"] * 4
    assert [said[name] for name in ("C3", "S4")] == ["holds"] * 2


def test_two_seeds_decide_nothing(tmp_path: Path) -> None:
    write_ablation(tmp_path, seeds=(0, 1))
    claims = by_name(tmp_path)
    assert {claim.verdict for claim in claims.values()} == {"undecided"}
    assert claims["C1"].conditions[0].figure is not None
    assert "2 of the 3 seeds" in claims["C1"].conditions[0].reason


def test_a_missing_suite_leaves_its_claim_undecided_and_is_named(tmp_path: Path) -> None:
    for arm in (BASELINE, CRA):
        write_arm(tmp_path, arm, suites=("clean", "rate-3"))
    claims = by_name(tmp_path)
    assert (claims["C1"].verdict, claims["C2"].verdict) == ("undecided", "undecided")
    assert claims["C2"].conditions[0].reason == "no swap evaluation of CRA"
    assert claims["S1"].conditions[0].reason == "no jitter-2 evaluation of STAC"


def test_with_a_primary_endpoint_missing_the_others_are_corrected_for_four(tmp_path: Path) -> None:
    for arm in (BASELINE, CRA):
        write_arm(tmp_path, arm)
    first = by_name(tmp_path)["C1"].conditions[0]
    assert first.condition.primary
    assert first.p == pytest.approx(4 * 2 / 10_001)


def test_lpips_is_judged_only_where_there_is_one(tmp_path: Path) -> None:
    write_ablation(tmp_path, without=("lpips",))
    claims = by_name(tmp_path)
    assert {c.verdict for c in claims.values()} == {"holds"}
    metrics = {m for c in claims.values() for it in c.conditions for m in it.condition.metrics}
    assert "lpips" not in metrics


def test_an_arm_that_spoils_the_other_is_antagonism(tmp_path: Path) -> None:
    def effect(arm: str, suite: str, metric: str) -> float:
        spoilt = arm == BOTH and (suite, metric) == ("cross", "apd")
        return ablations.promised(arm, suite, metric) * (1.1 if spoilt else 1)

    write_ablation(tmp_path, effect=effect)
    claim = by_name(tmp_path)["X1"]
    failed = [it.condition.name for it in claim.conditions if it.verdict == "fails"]
    assert (claim.verdict, failed) == ("fails", ["apd at cross"])
    assert {it.against for it in claim.conditions} <= {CRA, STAC}


def test_stac_has_to_beat_the_filter_too(tmp_path: Path) -> None:
    def effect(arm: str, suite: str, metric: str) -> float:
        as_good = arm == FILTERED and metric == "jite"
        return 0.5 if as_good else ablations.promised(arm, suite, metric)

    write_ablation(tmp_path, effect=effect)
    claim = by_name(tmp_path)["S1"]
    assert [it.verdict for it in claim.conditions] == ["holds", "fails"]
    assert any("gaussian, strength 2.0" in note for note in found(tmp_path).notes)


def test_a_young_baseline_outside_the_band_is_said_beside_the_claim(tmp_path: Path) -> None:
    write_ablation(
        tmp_path, effect=lambda a, s, m: 0.7 if (a, m) == (BASELINE, "mouth_amplitude") else 1.0
    )
    (line,) = [text for text in by_name(tmp_path)["C3"].details if "mouth_amplitude" in text]
    assert "baseline: mouth_amplitude at clean 0.70" in line
    assert "outside itself" in line


def test_videos_without_a_value_are_left_out_of_both_arms(tmp_path: Path) -> None:
    runs = write_ablation(tmp_path)
    for seed, run_folder in enumerate(runs[CRA]):
        videos = ablations.rows(CRA, "rate-3", seed, ablations.promised, ablations.LEVELS, 0.004)
        broken = replace(videos[0], values=dict(videos[0].values) | {"aed": math.nan})
        worst = replace(videos[1], values=dict(videos[1].values) | {"aed": math.nan})
        ablations.write_suite(
            run_folder / "evaluation/test", "rate-3", [broken, worst, *videos[2:]]
        )
    first = by_name(tmp_path)["C1"].conditions[0]
    assert first.figure is not None
    assert (first.verdict, first.figure.people) == ("holds", len(ablations.PEOPLE) - 1)


def test_a_control_arm_is_not_taken_for_an_arm(tmp_path: Path) -> None:
    write_ablation(tmp_path)
    write_arm(tmp_path, BASELINE, effect=lambda *_: 0.1, lr=5e-4)
    assert set(verdicts(tmp_path).values()) == {"holds"}
    assert any("the others are controls" in note for note in found(tmp_path).notes)


def test_a_control_stands_beside_the_arm_that_it_changes(tmp_path: Path) -> None:
    write_ablation(tmp_path)
    assert not found(tmp_path).controls
    control = write_arm(tmp_path, CRA, seeds=(0, 1), effect=ablations.none, ramp=50)
    for run in control:
        videos = ablations.rows(CRA, "swap", 0, ablations.none, ablations.LEVELS, 0.004)
        ablations.write_suite(run / "evaluation/test_filtered", "swap", videos)
    rows = {(row.arm, row.against): row for row in found(tmp_path).controls}
    name = "CRA, ramp=50"
    assert list(rows) == [
        (CRA, BASELINE), (name, BASELINE), (name, CRA),
        (f"{name} + filter", BASELINE), (f"{name} + filter", CRA),
    ]  # fmt: skip
    swap = [metrics for _, metrics in ENDPOINTS].index(("apd", "aed"))
    values = [rows[pair].changes[swap] for pair in list(rows)[:3]]
    assert [v and v.value for v in values] == pytest.approx([-0.2, 0, 0.25], abs=0.01)
    assert [v and v.seeds for v in values] == [3, 2, 2]
    other = rows[f"{name} + filter", BASELINE].changes
    assert [place for place, change in enumerate(other) if change] == [swap]
    talkingface("report", tmp_path)
    assert "## Controls" in (tmp_path / "report/report.md").read_text()
    lines = list(csv.DictReader((tmp_path / "report/controls.csv").open()))
    (line,) = [li for li in lines if (li["arm"], li["against"], li["suite"]) == (name, CRA, "swap")]
    assert float(line["value"]) == pytest.approx(0.25, abs=0.01)
    assert "Controls" in text_of((tmp_path / "report/report.html").read_text())


def test_controls_of_like_names_stay_apart_and_replace_no_arm(tmp_path: Path) -> None:
    write_ablation(tmp_path)
    write_arm(tmp_path, CRA, effect=ablations.none, name="again")
    for name in ("ablation", "again"):
        write_arm(tmp_path, CRA, effect=ablations.none, name=name, ramp=50)
    findings = found(tmp_path)
    assert {claim.verdict for claim in findings.claims} == {"holds"}
    names = [row.arm for row in findings.controls if row.against == CRA]
    assert len(names) == 3
    assert {"CRA, name=again", "CRA, ramp=50"} < {*names}


def test_an_only_arm_that_differs_in_more_is_judged_and_said(tmp_path: Path) -> None:
    write_arm(tmp_path, BASELINE)
    write_arm(tmp_path, CRA, ramp=50)
    assert any("more than switches (model.cra.ramp=50)" in note for note in found(tmp_path).notes)


def test_an_evaluation_made_in_another_way_is_not_compared(tmp_path: Path) -> None:
    runs = write_ablation(tmp_path)
    videos = ablations.rows(CRA, "swap", 1, ablations.none, ablations.LEVELS, 0.004)
    ablations.write_suite(runs[CRA][1] / "evaluation/test", "swap", videos, size=128)
    claim = by_name(tmp_path)["C2"]
    assert claim.conditions[0].reason == "2 of the 3 seeds that are the least"
    assert any("CRA at swap, seed 1, evaluated in another way" in n for n in found(tmp_path).notes)


def test_without_a_technique_there_is_nothing_to_judge(tmp_path: Path) -> None:
    write_arm(tmp_path, BASELINE)
    assert find(collect(tmp_path)) is None


def test_the_report_says_the_verdicts_first_and_writes_its_tables(tmp_path: Path) -> None:
    runs = write_ablation(tmp_path)
    (runs[CRA][0] / "cost.json").write_text('{"parameters": 1234567, "ms_per_frame": 7.5}')
    printed = talkingface("report", tmp_path)
    assert "C1 holds      CRA improves in-between frames" in printed
    report = tmp_path / "report"
    html = (report / "report.html").read_text()
    text = text_of(html)
    assert text.index("Claims") < text.index("Suites") < text.index("Cost") < text.index("Results")
    assert "test_filtered" not in text, "the filtered baseline is no split of its own"
    assert read(html).names.count("svg") >= 1
    alone = (report / "claims.svg").read_text()
    assert 'xmlns="http://www.w3.org/2000/svg"' in alone
    assert "var(" not in alone
    claims = list(csv.DictReader((report / "claims.csv").open()))
    assert {row["claim_verdict"] for row in claims} == {"holds"}
    assert sum(row["primary"] == "1" for row in claims) == 4
    suites = list(csv.DictReader((report / "suites.csv").open()))
    (row,) = [r for r in suites if (r["suite"], r["arm"], r["metric"]) == ("swap", "CRA", "aed")]
    assert float(row["change"]) == pytest.approx(-0.2, abs=0.01)
    assert any(row["arm"] == FILTERED for row in suites)
    costs = {row["arm"]: row for row in csv.DictReader((report / "cost.csv").open())}
    assert (costs["CRA"]["parameters"], costs["STAC"]["parameters"]) == ("1234567.0", "")
    markdown = (report / "report.md").read_text()
    assert markdown.index("## Claims") < markdown.index("## Suites") < markdown.index("## Cost")
