"""Arms by metrics: means over seeds, and differences to the baseline paired by seed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talkingface.evaluation.metric_table import FLOORS
from talkingface.report.arms import ArmRuns, baseline_of, differing_fields, value_text
from talkingface.report.metric_names import in_order, is_main
from talkingface.report.run_files import Evaluation
from talkingface.report.statistics import Estimate, estimate, paired_difference
from talkingface.runs.arm_names import BASELINE

BySeed = dict[int, dict[str, float]]


@dataclass(frozen=True)
class Cell:
    """One metric of one arm.

    Attributes:
        own: over the arm's finished seeds.
        difference: the arm minus its baseline over the seeds of both; None without a baseline.
    """

    own: Estimate
    difference: Estimate | None


@dataclass(frozen=True)
class Row:
    """One arm, or a floor that needs no model.

    Attributes:
        label: of the arm or floor.
        arm: None for a floor.
        baseline: label of what it is compared to, "" without.
        cells: by metric; empty while nothing is finished.
    """

    label: str
    arm: ArmRuns | None
    baseline: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Block:
    """The arms under one condition.

    Attributes:
        split: which identities: train, val or test.
        reference: what happened to the driving frames, "" for the final validation.
        protocol: how these evaluations differ from others of the same split and reference.
        metrics: the columns.
        rows: arms, then floors.
    """

    split: str
    reference: str
    protocol: str
    metrics: Sequence[str]
    rows: Sequence[Row]

    @property
    def title(self) -> str:
        """What the block is about, in words."""
        if not self.reference:
            return "Final validation"
        title = f"Evaluation, {self.split} identities, {self.reference} reference"
        return f"{title} ({self.protocol})" if self.protocol else title

    @property
    def shown(self) -> list[str]:
        """The metrics that a page has room for; the CSV file holds all."""
        return [metric for metric in self.metrics if is_main(metric)]

    @property
    def compares(self) -> bool:
        """Whether any row has a difference to a baseline."""
        return any(cell.difference for row in self.rows for cell in row.cells.values())


def result_blocks(arms: Sequence[ArmRuns]) -> list[Block]:
    """Return the final validation, and a block for each condition of the evaluations.

    Only finished runs count. Evaluations made in different ways are never averaged together.
    """
    finals = [
        {seed: dict(run.final) for seed, run in arm.runs.items() if run.final is not None}
        for arm in arms
    ]
    blocks = [_block("val", "", "", arms, finals)]
    groups: dict[tuple[str, str], dict[str, list[BySeed]]] = defaultdict(dict)
    protocols: dict[str, Evaluation] = {}
    for place, arm in enumerate(arms):
        for seed, run in arm.runs.items():
            for evaluation in run.evaluations if run.final is not None else ():
                key = json.dumps(evaluation.protocol, sort_keys=True)
                protocols[key] = evaluation
                group = groups[evaluation.split, evaluation.reference]
                values = group.setdefault(key, [{} for _ in arms])
                values[place][seed] = dict(evaluation.mean)
    for split, reference in sorted(groups, key=lambda key: (key[1] != "clean", key)):
        group = groups[split, reference]
        differing = differing_fields([protocols[key].protocol for key in group])
        for k, (_, values) in enumerate(group.items()):
            words = [f"{name}={value_text(column[k])}" for name, column in differing.items()]
            blocks.append(_block(split, reference, ", ".join(words), arms, values))
    return [block for block in blocks if block.metrics]


def _block(
    split: str, reference: str, protocol: str, arms: Sequence[ArmRuns], values: Sequence[BySeed]
) -> Block:
    everything = [mean for by_seed in values for mean in by_seed.values()]
    metrics = in_order({metric for mean in everything for metric in mean})
    of = {arm.label: by_seed for arm, by_seed in zip(arms, values, strict=True)}
    rows = [_row(arm, baseline_of(arm, arms), of, metrics) for arm in arms]
    rows += _floors(everything, metrics)
    return Block(split, reference, protocol, metrics, rows)


def _row(
    arm: ArmRuns, baseline: ArmRuns | None, of: Mapping[str, BySeed], metrics: Sequence[str]
) -> Row:
    cells = {}
    for metric in metrics:
        own = _values(of[arm.label], metric)
        if own:
            base = _values(of[baseline.label], metric) if baseline else {}
            cells[metric] = Cell(estimate(list(own.values())), paired_difference(own, base))
    return Row(arm.label, arm, baseline.label if baseline else "", cells)


def _values(by_seed: BySeed, metric: str) -> dict[int, float]:
    return {seed: mean[metric] for seed, mean in by_seed.items() if metric in mean}


def _floors(everything: Sequence[Mapping[str, float]], metrics: Sequence[str]) -> list[Row]:
    """What scores without a model; the same for all runs, so that the first says it."""
    rows = []
    for suffix, label in FLOORS.items():
        found = {m: mean[m + suffix] for mean in everything for m in metrics if m + suffix in mean}
        if found:
            cells = {metric: Cell(Estimate(v, None, 1), None) for metric, v in found.items()}
            rows.append(Row(label, None, "", cells))
    return rows


def has_baseline(arms: Sequence[ArmRuns]) -> bool:
    """Whether any arm has both techniques off."""
    return any(arm.technique == BASELINE for arm in arms)
