"""Filters are compared by the figure that an evaluation gives them, and a run knows its cost."""

from pathlib import Path

import pytest
import torch

from talkingface.evaluation.backbones import Backbones
from talkingface.evaluation.cases import self_cases
from talkingface.evaluation.cost import inference_cost
from talkingface.evaluation.evaluation import evaluate_suite
from talkingface.evaluation.filter_choice import steadiness_of
from talkingface.evaluation.generate import generate
from talkingface.evaluation.items import item_of_case
from talkingface.evaluation.job import Bench, Job
from talkingface.evaluation.reading import RulerReader
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.evaluation.suites import Suite
from talkingface.manifest import read_dataset
from talkingface.metrics.ruler import Ruler
from talkingface.metrics.ruler_network import RulerNetwork
from talkingface.motion.path import MotionPath
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from tests.trained import trained_network

SUITE = Suite.named("jitter-2")


def test_a_filters_figure_is_that_of_its_evaluation(talking_heads: Path, tmp_path: Path) -> None:
    network, ruler = trained_network(), Ruler(RulerNetwork(64).eval(), 64, {}, {})
    clips = read_dataset(talking_heads)[1][:1]
    paths = [MotionPath(), MotionPath(smoothing="gaussian", strength=2.0)]
    reader = RulerReader(ruler, Stopwatch())
    found = steadiness_of(network, talking_heads, clips, SUITE, paths, reader)
    assert found[0] != found[1]
    cases = {case.name: case for case in self_cases(clips)}
    items = [
        item_of_case(talking_heads, case, SUITE, 64, tmp_path / f"made/{name}.mkv", tmp_path)
        for name, case in cases.items()
    ]
    job = Job(
        SUITE, items, tmp_path, {},
        lambda x: generate(network, talking_heads, cases[x.name], SUITE, paths[1], x.made),
    )  # fmt: skip
    bench = Bench(Backbones(ruler=ruler), None, torch.device("cpu"), 64, 16, False, None, 4)
    results, _ = evaluate_suite(job, bench)
    assert found[1] == pytest.approx(results.scores["jite"].mean, rel=1e-6)


def test_cost_counts_what_runs_at_inference_and_leaves_the_threads_alone() -> None:
    threads = torch.get_num_threads()
    costs = {
        corrector: inference_cost(
            TalkingFace(NetworkConfig(size=64, width="tiny", corrector=corrector)).eval()
        )
        for corrector in (False, True)
    }
    assert costs[True]["parameters"] > costs[False]["parameters"] > 1e6
    assert all(cost["ms_per_frame"] > 0 for cost in costs.values())
    assert torch.get_num_threads() == threads
