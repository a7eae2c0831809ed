"""Inception and I3D are what their publishers load, and nothing else is loaded."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from talkingface.errors import UserError
from talkingface.metrics.distribution import ClipDistribution, FrameDistribution
from talkingface.metrics.feature_networks import I3D, INCEPTION, I3DFeatures, InceptionFeatures
from talkingface.model_files import MODELS_VARIABLE, MissingModelError, ModelFile, find_model


class RandomInception(FeatureExtractorInceptionV3):
    """Inception with the weights that it was born with, of a size that lets signals through."""

    def load_state_dict(self, *_: object) -> None:  # type: ignore[override]
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight)


class Script(nn.Module):
    """Stands for I3D's file: the same call, another network."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Parameter(torch.randn(3, 5, generator=torch.Generator().manual_seed(0)))

    def forward(
        self, x: Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False
    ) -> Tensor:
        assert rescale and resize and return_features  # noqa: PT018 - TorchScript compiles it
        return x.mean(dim=(2, 3, 4)) @ self.mix


@pytest.fixture(scope="module")
def inception_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in a plain dictionary, without counters, as old converters wrote them."""
    folder = tmp_path_factory.mktemp("models")
    torch.save({}, folder / "nothing")
    torch.manual_seed(0)
    state = RandomInception("random", ["2048"], folder / "nothing").state_dict()
    state = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    torch.save(state, folder / INCEPTION.name)
    return folder / INCEPTION.name


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / I3D.name
    with pytest.warns(DeprecationWarning, match=r"torch\.jit"):
        torch.jit.save(torch.jit.script(Script()), path)
    return path


def as_expected(path: Path) -> ModelFile:
    return ModelFile(path.name, I3D.url, hashlib.sha256(path.read_bytes()).hexdigest())


def test_inception_features_are_those_of_torch_fidelity_loading_its_own_way(
    inception_weights: Path,
) -> None:
    theirs = FeatureExtractorInceptionV3("theirs", ["2048"], inception_weights)
    ours = InceptionFeatures(inception_weights)
    whole = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8)
    (expected,) = theirs(whole)
    found = ours(whole / 255)
    assert found.shape == (1, 2048)
    assert found.dtype == torch.float64
    assert expected.std() > 1e-3
    torch.testing.assert_close(found, expected.double())


@pytest.mark.slow
def test_fid_through_inception_tells_noise_from_equal_frames(inception_weights: Path) -> None:
    network = InceptionFeatures(inception_weights)
    true = torch.rand(3, 3, 64, 64)
    equal, other = FrameDistribution(network), FrameDistribution(network)
    equal.update(true, true)
    other.update((true * 0.5), true)
    assert other.compute()["fid"] > 100 * equal.compute()["fid"]


def test_i3d_gets_clips_in_the_layout_and_range_of_its_publisher(script: Path) -> None:
    network = I3DFeatures(script, as_expected(script))
    clips = torch.rand(2, 16, 3, 8, 8)
    expected = (clips * 255).mean(dim=(1, 3, 4)) @ Script().mix
    torch.testing.assert_close(network(clips), expected.detach().double())
    metric = ClipDistribution(network)
    metric.update(clips.flatten(0, 1), clips.flatten(0, 1))
    assert metric.clips == 2
    assert metric.compute()["fvd"] == pytest.approx(0, abs=1e-3)


def test_a_script_is_not_loaded_unless_its_checksum_is_right(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was loaded")

    monkeypatch.setattr(torch.jit, "load", refuse)
    with pytest.raises(UserError, match=f"SHA-256.*{I3D.sha256}"):
        I3DFeatures(script)


def test_files_of_something_else_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"conv.weight": torch.zeros(1)}, other)
    with pytest.raises(UserError, match="not the weights of FID's Inception"):
        InceptionFeatures(other)
    torch.save([1, 2], other)
    with pytest.raises(UserError, match="not the weights of FID's Inception"):
        InceptionFeatures(other)
    other.write_bytes(b"text")
    with pytest.raises(UserError, match="not a TorchScript"):
        I3DFeatures(other, as_expected(other))
    with pytest.raises(UserError, match=f"SHA-256.*{INCEPTION.sha256}"):
        find_model(INCEPTION, other)


@pytest.mark.parametrize("find", [find_model, lambda model: I3DFeatures(model=model)])
def test_a_network_that_is_nowhere_is_missing_not_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, find: Callable[[ModelFile], object]
) -> None:
    monkeypatch.setattr("talkingface.model_files.user_cache_dir", lambda _: str(tmp_path))
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    nowhere = ModelFile(I3D.name, "http://127.0.0.1:9/i3d_torchscript.pt", I3D.sha256)
    with pytest.raises(MissingModelError, match=I3D.name):
        find(nowhere)
