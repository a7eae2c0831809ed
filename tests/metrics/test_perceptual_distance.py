"""LPIPS and tLP: the lpips package's own figures, from weights that this project found."""

from pathlib import Path

import lpips
import pytest
import torch
from torchvision.models import alexnet, squeezenet1_1

from talkingface.errors import UserError
from talkingface.metrics.perceptual_distance import (
    BACKBONES,
    PerceptualDistance,
    TemporalDistance,
    find_backbone,
)

NETWORKS = {"alex": alexnet, "squeeze": squeezenet1_1}


@pytest.fixture(scope="module")
def torch_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where torch looks for published weights: files of the right names, keys and shapes."""
    home = tmp_path_factory.mktemp("torch")
    folder = home / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(0)
    for backbone, network in NETWORKS.items():
        with torch.device("meta"):
            shapes = {k: v.shape for k, v in network(weights=None).state_dict().items()}
        state = {
            # The classifier is not used; zeros that share one element keep the file small.
            name: torch.zeros(1).expand(shape)
            if name.startswith("classifier")
            else torch.randn(shape, generator=generator) * 0.05
            for name, shape in shapes.items()
        }
        torch.save(state, folder / BACKBONES[backbone].name)
    return home


def weights_of(torch_home: Path, backbone: str) -> Path:
    return torch_home / "hub" / "checkpoints" / BACKBONES[backbone].name


@pytest.fixture(scope="module")
def distance(torch_home: Path) -> PerceptualDistance:
    return PerceptualDistance("squeeze", weights_of(torch_home, "squeeze"))


@pytest.mark.parametrize("backbone", NETWORKS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_lpips_agrees_with_the_package_loading_weights_its_own_way(
    torch_home: Path, backbone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(torch_home))
    theirs = lpips.LPIPS(net=backbone, verbose=False)
    before = torch.random.get_rng_state()
    ours = PerceptualDistance(backbone, weights_of(torch_home, backbone))
    assert torch.equal(torch.random.get_rng_state(), before), "judging draws no random numbers"
    made, true = torch.rand(2, 3, 3, 64, 64)
    with torch.no_grad():
        expected = theirs(made * 2 - 1, true * 2 - 1).flatten()
    assert expected.min() > 1e-3
    torch.testing.assert_close(ours(made, true), expected)


def test_equal_frames_have_no_distance(distance: PerceptualDistance) -> None:
    frames = torch.rand(2, 3, 64, 64)
    assert distance(frames, frames).tolist() == [0, 0]


def test_tlp_is_its_definition_however_the_video_is_cut(distance: PerceptualDistance) -> None:
    made, true = torch.rand(2, 5, 3, 32, 32)
    steps = [distance(x[:-1], x[1:]) for x in (made, true)]
    expected = float((steps[0] - steps[1]).abs().mean())
    for cuts in ([5], [1, 1, 3], [2, 0, 3]):
        temporal = TemporalDistance(distance)
        for piece in zip(made.split(cuts), true.split(cuts), strict=True):
            temporal.update(*piece)
        assert temporal.compute() == pytest.approx(expected, rel=1e-5), cuts


def test_tlp_of_a_still_picture_is_the_true_motion_and_of_one_frame_is_undefined(
    distance: PerceptualDistance,
) -> None:
    true = torch.rand(4, 3, 32, 32)
    temporal = TemporalDistance(distance)
    temporal.update(true[:1], true[:1])
    assert temporal.compute() != temporal.compute(), "NaN"
    temporal.update(true[:1].expand(3, 3, 32, 32), true[1:])
    expected = float(distance(true[:-1], true[1:]).mean())
    assert temporal.compute() == pytest.approx(expected, rel=1e-5)


def test_weights_of_something_else_are_refused(torch_home: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not the weights of LPIPS's backbone alex.*Give alexnet"):
        PerceptualDistance("alex", weights_of(torch_home, "squeeze"))
    other = tmp_path / "list.pth"
    torch.save([torch.zeros(1)], other)
    with pytest.raises(UserError, match="not the weights"):
        PerceptualDistance("alex", other)
    with pytest.raises(UserError, match=r"vgg19.*alex.*vgg.*squeeze"):
        find_backbone("vgg19")


@pytest.mark.parametrize("backbone", BACKBONES)
def test_backbones_of_another_checksum_are_refused(tmp_path: Path, backbone: str) -> None:
    path = tmp_path / BACKBONES[backbone].name
    path.write_bytes(b"other weights")
    assert len(BACKBONES[backbone].sha256) == 8
    with pytest.raises(UserError, match=f"SHA-256.*{BACKBONES[backbone].sha256}"):
        find_backbone(backbone, path)
