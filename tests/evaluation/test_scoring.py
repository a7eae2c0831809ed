"""Videos are scored alike whoever made them, with whatever networks there are."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from talkingface.errors import UserError
from talkingface.evaluation.backbones import Backbones, BackboneSettings, find_backbones
from talkingface.evaluation.evaluation import evaluate_suite
from talkingface.evaluation.item import Item
from talkingface.evaluation.job import Bench, Job
from talkingface.evaluation.reading import RulerReader
from talkingface.evaluation.scoring import ACROSS_PEOPLE, Scores, Tools, score
from talkingface.evaluation.stopwatch import Stopwatch
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, clip_path, read_dataset, read_track
from talkingface.metrics.face_embedding import FaceEmbedder
from talkingface.metrics.ruler import Ruler
from talkingface.metrics.ruler_network import RulerNetwork
from talkingface.video.footage import read_footage, write_lossless


@pytest.fixture(scope="module")
def ruler() -> Ruler:
    torch.manual_seed(0)
    network = RulerNetwork(64).eval().requires_grad_(False)
    return Ruler(network, 64, {}, {})


def item_of(root: Path, clip: Clip, made: Path) -> Item:
    path = clip_path(root, clip.clip)
    return Item(
        name=clip.clip, identity=clip.identity, source_name=clip.clip, driving_name=clip.clip,
        made=made, source=path, driving=path, target=path, rate=clip.rate, frames=clip.frames,
        exact=read_track(root, clip.clip),
    )  # fmt: skip


@pytest.fixture
def items(talking_heads: Path) -> list[Item]:
    """Two perfect videos: the targets themselves."""
    _, clips = read_dataset(talking_heads)
    return [item_of(talking_heads, c, clip_path(talking_heads, c.clip)) for c in clips[:2]]


def scored(items: list[Item], ruler: Ruler, embedder: FaceEmbedder | None = None) -> Scores:
    clock = Stopwatch()
    tools = Tools(64, torch.device("cpu"), embedder=embedder, reader=RulerReader(ruler, clock))
    return score(items, tools, clock)


def embedder_of(path: Path) -> FaceEmbedder:
    path.write_bytes(b"mean colour")
    return FaceEmbedder(path, lambda faces: faces.mean(dim=(2, 3)) + 2, 112)


def test_a_perfect_video_has_the_rulers_own_error_and_no_other(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    scores = scored(items, ruler, embedder_of(tmp_path / "colour.onnx"))
    assert not scores.failed
    for row, k in zip(scores.rows, (0, 1), strict=True):
        assert row.values["l1"] == 0
        assert row.values["csim"] == pytest.approx(1)
        # An untrained ruler reads nonsense, of the true video the same nonsense.
        for name in ("aed", "apd", "akd", "jite"):
            assert row.values[name] == scores.rulers[name][k] > 0


def test_a_folder_of_pictures_is_scored_as_the_video_that_it_holds(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    (tmp_path / "frames").mkdir()
    for number, frame in enumerate(next(read_footage(items[0].made))):
        Image.fromarray(frame).save(tmp_path / f"frames/{number}.png")
    (row,) = scored([replace(items[0], made=tmp_path / "frames")], ruler).rows
    assert (row.values["l1"], row.values["psnr"]) == (0, 100)


def test_between_real_people_only_what_people_share_is_compared(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    one, other = items
    crossed = replace(one, driving=other.driving, target=None, exact=None)
    scores = scored([crossed], ruler, embedder_of(tmp_path / "colour.onnx"))
    (row,) = scores.rows
    assert set(row.values) == {*ACROSS_PEOPLE, "csim"}
    assert row.values["csim"] > 0.99
    assert not scores.rulers


def test_only_scored_frames_count_and_the_row_says_how_many(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    mask = Suite.named("rate-3").scored_frames(items[0].frames)
    assert mask is not None
    frames = np.concatenate(list(read_footage(items[0].made)))
    frames[~mask] = 0
    write_lossless(tmp_path / "made.mkv", frames, Fraction(25))
    damaged = replace(items[0], made=tmp_path / "made.mkv")
    (row,) = scored([replace(damaged, scored=mask)], ruler).rows
    assert (row.frames, row.values["l1"]) == (mask.sum(), 0)
    assert scored([damaged], ruler).rows[0].values["l1"] > 0.01


def test_a_video_that_cannot_be_scored_is_listed_with_its_reason(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    write_lossless(tmp_path / "short.mkv", next(read_footage(items[0].made))[:9], Fraction(25))
    (tmp_path / "bad.mp4").write_text("no video")
    bad = [replace(items[0], name=p, made=tmp_path / p) for p in ("short.mkv", "bad.mp4")]
    scores = scored([*bad, items[1]], ruler)
    assert [row.case for row in scores.rows] == [items[1].name]
    assert "short.mkv: 9 frames, but 30 are asked for" in scores.failed[0].reason
    assert "bad.mp4: cannot be read as video" in scores.failed[1].reason


def bench(backbones: Backbones, keep: bool = False) -> Bench:
    return Bench(backbones, None, torch.device("cpu"), 64, 16, keep, None, 4)


def test_an_interrupted_evaluation_takes_up_the_videos_that_it_has(
    items: list[Item], ruler: Ruler, tmp_path: Path
) -> None:
    made: list[str] = []

    def make(item: Item) -> int:
        if len(made) == 1:
            raise KeyboardInterrupt
        made.append(item.name)
        shutil.copy(item.driving, item.made)
        return item.frames

    def job(weights: str) -> Job:
        folder = tmp_path / "results"
        there = [replace(x, made=folder / "predictions" / f"{x.name}.mp4") for x in items]
        return Job(Suite.named("clean"), there, folder, {"weights": weights}, make)

    with pytest.raises(KeyboardInterrupt):
        evaluate_suite(job("a"), bench(Backbones(ruler=ruler)))
    made.append("interrupted")
    results, known = evaluate_suite(job("a"), bench(Backbones(ruler=ruler)))
    assert not known
    assert made == [items[0].name, "interrupted", items[1].name]
    assert results.scores["apd"].below_ruler
    assert (tmp_path / "results/page.html").exists()
    assert not (tmp_path / "results/predictions").exists()
    again, known = evaluate_suite(job("a"), bench(Backbones(ruler=ruler)))
    assert known
    assert again.scores == results.scores
    # Videos of other weights are made anew.
    evaluate_suite(job("b"), bench(Backbones(ruler=ruler), keep=True))
    assert made[3:] == [item.name for item in items]
    _, known = evaluate_suite(job("a"), bench(Backbones(ruler=ruler)))
    assert made[5:] == [item.name for item in items]
    assert not known


@pytest.fixture
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither a cache nor a network; the folder of TALKINGFACE_MODELS."""
    find_backbones.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TALKINGFACE_MODELS", str(tmp_path))
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://127.0.0.1:9")
    return tmp_path


def test_what_is_missing_is_reported_by_metric_and_the_rest_is_measured(
    items: list[Item], no_models: Path
) -> None:
    families = ("lpips", "fid", "fvd", "csim", "faces")
    settings = BackboneSettings(families, "alex", "mediapipe", 64)
    found = find_backbones(settings, torch.device("cpu"))
    assert find_backbones(settings, torch.device("cpu")) is found, "nothing is looked for twice"
    job = Job(Suite.named("clean"), items, no_models / "results", {}, None)
    results, _ = evaluate_suite(job, bench(found))
    missing = {name for name, value in results.scores.items() if value.missing}
    assert {"lpips", "tlp", "fid", "kid", "fvd", "csim", "aed", "apd", "akd", "jite"} <= missing
    assert results.scores["l1"].mean == 0
    assert "alexnet-owt-7be5be79.pth" in (results.scores["lpips"].missing or "")
    text = (no_models / "results/summary.md").read_text()
    assert "face_landmarker.task was not found" in text
    other = BackboneSettings((), "alex", "mediapipe", 64)
    quiet, known = evaluate_suite(job, bench(find_backbones(other, torch.device("cpu"))))
    # The same metrics were measured, so the figures may be compared.
    assert known
    assert quiet.protocol.digest == results.protocol.digest


def test_a_network_with_another_hash_stops_the_evaluation(no_models: Path) -> None:
    (no_models / "alexnet-owt-7be5be79.pth").write_bytes(b"something else")
    settings = BackboneSettings(("lpips",), "alex", "mediapipe", 64)
    with pytest.raises(UserError, match="not the expected alexnet"):
        find_backbones(settings, torch.device("cpu"))
