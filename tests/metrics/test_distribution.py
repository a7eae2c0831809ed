"""FID, KID and FVD of known features agree with their definitions, however the videos are cut."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from torch import Tensor

from talkingface.metrics.distribution import ClipDistribution, FrameDistribution

BASIS = torch.randn(12, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def frame_features(frames_T3HW: Tensor) -> Tensor:
    pooled = torch.nn.functional.adaptive_avg_pool2d(frames_T3HW, 2).flatten(1)
    return pooled.double() @ BASIS


def clip_features(clips_NT3HW: Tensor) -> Tensor:
    assert clips_NT3HW.shape[1] == 16
    change = clips_NT3HW.diff(dim=1).abs().mean(dim=1)
    return frame_features(clips_NT3HW[:, 0]) + frame_features(change)


def videos(count: int, frames: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Generated and true videos (N, T, 3, 8, 8)."""
    generator = torch.Generator().manual_seed(seed)
    true = torch.rand(count, frames, 3, 8, 8, generator=generator)
    return (0.8 * true + 0.1 * torch.rand(true.shape, generator=generator)), true


def frechet(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    cross = sqrtm(np.cov(a.T) @ np.cov(b.T))
    trace = np.trace(np.cov(a.T) + np.cov(b.T) - 2 * np.real(cross))
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + trace)


def polynomial_distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    def kernel(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return (x @ y.T / x.shape[1] + 1) ** 3

    n = len(a)
    own = sum((kernel(x, x).sum() - np.trace(kernel(x, x))) / (n * (n - 1)) for x in (a, b))
    return float(own - 2 * kernel(a, b).mean())


def test_fid_and_kid_agree_with_their_definitions_on_the_same_features() -> None:
    made, true = videos(3, 40)
    metric = FrameDistribution(frame_features, chunk=7)
    for video in zip(made, true, strict=True):
        metric.update(*video)
    a, b = (frame_features(x.flatten(0, 1)).numpy() for x in (made, true))
    found = metric.compute()
    assert metric.frames == 120
    assert found["fid"] == pytest.approx(frechet(a, b), rel=1e-6)
    assert found["kid"] == pytest.approx(polynomial_distance(a, b), rel=1e-3)
    assert math.isnan(found["kid_std"])
    assert metric.reasons() == {"kid_std": "120 frames make one subset, 1000 fit into one"}


def test_kid_of_subsets_has_a_spread_and_comes_out_the_same_twice() -> None:
    made, true = videos(1, 200)
    metric = FrameDistribution(frame_features, subsets=20, subset_size=50)
    metric.update(made[0], true[0])
    state = torch.random.get_rng_state()
    found = metric.compute()
    assert torch.equal(torch.random.get_rng_state(), state)
    a, b = (frame_features(x[0]).numpy() for x in (made, true))
    assert found["kid"] == pytest.approx(polynomial_distance(a, b), abs=found["kid_std"])
    assert 0 < found["kid_std"] < found["kid"]
    assert metric.compute() == found
    assert metric.reasons() == {}


def test_kid_of_more_frames_than_it_keeps_is_that_of_a_fair_choice() -> None:
    made, true = videos(1, 600)
    metric = FrameDistribution(frame_features, capacity=200)
    metric.update(made[0], true[0])
    a, b = (frame_features(x[0]).numpy() for x in (made, true))
    found = metric.compute()
    assert found["fid"] == pytest.approx(frechet(a, b), rel=1e-6), "FID takes all frames"
    assert found["kid"] == pytest.approx(polynomial_distance(a, b), rel=0.2)


def test_equal_frames_have_no_distance() -> None:
    _, true = videos(1, 64)
    frames, clips = FrameDistribution(frame_features), ClipDistribution(clip_features)
    for metric in (frames, clips):
        metric.update(true[0], true[0])
    assert frames.compute()["fid"] == pytest.approx(0, abs=1e-6)
    assert frames.compute()["kid"] <= 1e-6, "the estimate is unbiased, not positive"
    assert clips.compute()["fvd"] == pytest.approx(0, abs=1e-6)


def test_fvd_takes_whole_clips_of_each_video_however_it_is_cut() -> None:
    made, true = videos(9, 37)
    a, b = (
        clip_features(x[:, :32].reshape(18, 16, 3, 8, 8)).numpy() for x in (made, true)
    )  # 5 frames of each video are left over
    for cuts in ([37], [10, 10, 17], [1, 36], [16, 16, 5], [0, 37]):
        metric = ClipDistribution(clip_features)
        for one_made, one_true in zip(made, true, strict=True):
            for piece in zip(one_made.split(cuts), one_true.split(cuts), strict=True):
                metric.update(*piece)
            metric.end_video()
        assert metric.clips == 18
        assert metric.compute()["fvd"] == pytest.approx(frechet(a, b), rel=1e-6), cuts
        assert metric.reasons() == {}


def test_too_few_frames_or_clips_are_undefined_with_a_reason() -> None:
    made, true = videos(1, 31)
    frames, clips = FrameDistribution(frame_features), ClipDistribution(clip_features)
    assert all(math.isnan(x) for x in (frames.compute() | clips.compute()).values())
    assert frames.reasons()["fid"] == "needs 2 frames at the least, there were 0"
    frames.update(made[0, :1], true[0, :1])
    clips.update(made[0], true[0])
    assert all(math.isnan(x) for x in (frames.compute() | clips.compute()).values())
    assert frames.reasons().keys() == {"fid", "kid", "kid_std"}
    assert clips.reasons() == {"fvd": "needs 2 clips of 16 frames at the least, found 1"}
