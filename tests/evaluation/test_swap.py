"""A swap takes the head pose of one clip and the facial motion of another, and is scored so."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from talkingface.evaluation.backbones import Backbones
from talkingface.evaluation.cases import Case, cross_cases, swap_cases
from talkingface.evaluation.donors import aligned, joined, shared_frames
from talkingface.evaluation.evaluation import evaluate_suite
from talkingface.evaluation.generate import generate
from talkingface.evaluation.items import cases_of, item_of_case
from talkingface.evaluation.job import Bench, Job
from talkingface.evaluation.scoring import OF_SWAPS
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, read_dataset, read_track
from talkingface.metrics.ruler import Ruler
from talkingface.metrics.ruler_network import RulerNetwork
from talkingface.motion.path import MotionPath
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.video.footage import read_footage

SWAP = Suite.named("swap")
PAIRS = [("p1_c1", "p4_c0"), ("p4_c0", "p5_c1"), ("p5_c1", "p1_c0")]


@pytest.fixture(scope="module")
def network() -> TalkingFace:
    torch.manual_seed(0)
    return TalkingFace(NetworkConfig(size=64, width="tiny")).eval().requires_grad_(False)


def test_swaps_have_a_list_of_pairs_of_their_own_that_never_changes() -> None:
    clips = [Clip(f"p{p}_c{n}", f"p{p}", "", 10, 25, 1, 0, 0, 64, False)
             for p in range(6) for n in range(2)]  # fmt: skip
    pairs = [(case.source.clip, case.driving.clip) for case in swap_cases(clips)]
    assert pairs[:3] == PAIRS
    assert pairs != [(case.source.clip, case.driving.clip) for case in cross_cases(clips)]
    assert all(case.source.identity != case.driving.identity for case in swap_cases(clips))


def test_the_head_follows_one_clip_and_the_face_another(
    network: TalkingFace, talking_heads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (one, other, *_) = read_dataset(talking_heads)
    seen: dict[str, torch.Tensor] = {}
    for name, task, case in (
        ("swap", "swap", Case("x", one, other)),
        ("head", "clean", Case("x", one, one)),
        ("face", "clean", Case("x", other, other)),
    ):

        def kept(_: TalkingFace, __: torch.Tensor, code: torch.Tensor, name: str = name) -> list:
            seen[name] = code
            return list(torch.zeros(len(code), 3, 64, 64))

        monkeypatch.setattr("talkingface.evaluation.generate.generate_frames", kept)
        suite = Suite.named(task)
        generate(network, talking_heads, case, suite, MotionPath(), tmp_path / f"{name}.mkv")
    head = network.pose_dim
    assert torch.equal(seen["swap"][:, :head], seen["head"][:, :head])
    assert torch.equal(seen["swap"][:, head:], seen["face"][:, head:])
    assert not torch.equal(seen["head"], seen["face"])


def test_the_shorter_clip_ends_a_swap_and_other_rates_are_resampled(talking_heads: Path) -> None:
    _, (one, other, *_) = read_dataset(talking_heads)
    short = replace(other, frames=12)
    assert (shared_frames(one, short), shared_frames(short, one)) == (12, 12)
    slow = replace(other, frames=6, rate_num=25, rate_den=2)
    assert shared_frames(one, slow) == 11
    label = read_track(talking_heads, one.clip)
    half = read_track(talking_heads, one.clip, range(0, 12, 2))
    _, face = aligned(label, half, Fraction(25), Fraction(25, 2), 11)
    assert face.expression[::2] == pytest.approx(half.expression)
    middle = (half.expression[:-1] + half.expression[1:]) / 2
    assert face.expression[1::2] == pytest.approx(middle, abs=1e-6)


def test_a_swap_is_compared_with_one_head_and_the_other_face(
    network: TalkingFace, talking_heads: Path, tmp_path: Path
) -> None:
    _, clips = read_dataset(talking_heads)
    cases = cases_of(clips[:2], SWAP, None)
    made = [tmp_path / "made" / f"{case.name}.mkv" for case in cases]
    items = [
        item_of_case(talking_heads, case, SWAP, 64, path, tmp_path)
        for case, path in zip(cases, made, strict=True)
    ]
    item, case = items[0], cases[0]
    assert item.exact is not None
    head, face = (read_track(talking_heads, c.clip) for c in (case.source, case.driving))
    assert np.array_equal(item.exact.pose, head.pose)
    assert np.array_equal(item.exact.expression, face.expression)
    assert not list(tmp_path.glob("*.mkv")), "no target is rendered"
    by_name = {c.name: c for c in cases}
    ruler = Ruler(RulerNetwork(64).eval().requires_grad_(False), 64, {}, {})
    bench = Bench(Backbones(ruler=ruler), None, torch.device("cpu"), 64, 16, True, None, 4)
    job = Job(
        SWAP, items, tmp_path, {},
        lambda i: generate(network, talking_heads, by_name[i.name], SWAP, MotionPath(), i.made),
        pair_list=1,
    )  # fmt: skip
    results, _ = evaluate_suite(job, bench)
    assert set(results.rows[0].values) == OF_SWAPS
    assert "l1" not in results.rows[0].values
    assert "no true video" in (results.scores["l1"].missing or "")
    for name in ("aed", "apd", "apd_translation", "leak_head", "leak_face"):
        assert (results.scores[name].mean or 0) > 0, name
        assert results.scores[name].ruler is not None
    read = [ruler.read(read_footage(path, 64)) for path in (made[0], item.source, item.driving)]
    error = np.abs(read[0].expression - face.expression).mean()
    assert results.rows[0].values["aed"] == pytest.approx(error, rel=1e-5)
    perfect = joined(read[1], read[2])
    assert np.array_equal(perfect.pose, read[1].pose)
    fields = results.protocol.fields
    assert (fields["task"], fields["pair_list"]) == ("swap", 1)
    assert fields["cases"][0]["given"].count(" ") == 2, "both clips belong to the protocol"
