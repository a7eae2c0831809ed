"""Frozen judges read the published formats, judge, and learn nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from torchvision.models import vgg19

import lightning_modules.judges
from lightning_modules.judges import JudgeSettings
from lightning_modules.reenactment import ReenactmentModule
from talkingface.errors import UserError
from talkingface.losses.identity import IdentityLoss, align
from talkingface.losses.perceptual import VGG19, Perceptual
from talkingface.model_files import ModelFile, find_model
from talkingface.networks.iresnet import IResNet, load_iresnet

ANCHORS = torch.tensor([[[-0.2, -0.1], [0.2, -0.1], [0.0, 0.3]]])


@pytest.fixture(scope="module")
def vgg_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the right names and shapes and random values."""
    path = tmp_path_factory.mktemp("models") / "vgg19.pth"
    with torch.device("meta"):
        shapes = vgg19(weights=None).features.state_dict()
    torch.manual_seed(0)
    torch.save({f"features.{k}": torch.randn(v.shape) * 0.03 for k, v in shapes.items()}, path)
    return path


@pytest.fixture
def embedder_weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "backbone.pth"
    torch.save(IResNet([4, 4, 8, 8, 8], [1, 2, 1, 1], 16).state_dict(), path)
    return path


def test_perceptual_loss_is_zero_for_equal_frames_and_teaches_the_made_ones(
    vgg_weights: Path,
) -> None:
    judge = Perceptual(vgg_weights)
    made, true = (torch.rand(2, 3, 64, 64, requires_grad=True) for _ in range(2))
    assert float(judge(made, made)["perceptual"].detach()) == 0
    judge(made, true)["perceptual"].backward()
    assert made.grad is not None
    assert made.grad.any()
    assert true.grad is None
    assert not any(p.requires_grad for p in judge.parameters())


def test_weights_of_something_else_are_refused(tmp_path: Path, embedder_weights: Path) -> None:
    with pytest.raises(UserError, match="not the weights of VGG19"):
        Perceptual(embedder_weights)
    other = tmp_path / "other.pth"
    torch.save({"conv1.weight": torch.zeros(4, 3, 3, 3)}, other)
    with pytest.raises(UserError, match="no IResNet"):
        load_iresnet(other)
    other.write_bytes(b"text")
    with pytest.raises(UserError, match=r"other\.pth"):
        load_iresnet(other)


def test_vgg_weights_of_another_checksum_are_refused(vgg_weights: Path) -> None:
    assert len(VGG19.sha256) == 8
    with pytest.raises(UserError, match="not the expected"):
        find_model(VGG19, vgg_weights)


def test_an_embedder_is_rebuilt_from_its_weights(embedder_weights: Path) -> None:
    network = load_iresnet(embedder_weights)
    again = load_iresnet(embedder_weights)
    face = torch.rand(2, 3, 112, 112) * 2 - 1
    assert network(face).shape == (2, 16)
    assert torch.equal(network(face), again(face))
    assert not any(p.requires_grad for p in network.parameters())


def test_identity_loss_is_zero_for_the_same_face(embedder_weights: Path) -> None:
    loss = IdentityLoss(load_iresnet(embedder_weights))
    made, true = (torch.rand(1, 3, 64, 64, requires_grad=True) for _ in range(2))
    assert float(loss(made, made, ANCHORS)["identity"].detach()) == pytest.approx(0, abs=1e-5)
    loss(made, true, ANCHORS)["identity"].backward()
    assert made.grad is not None
    assert made.grad.any()
    assert true.grad is None


def test_aligned_faces_have_their_eyes_where_embedders_expect_them() -> None:
    line = (torch.arange(64) * 2 + 1) / 64 - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    place = torch.stack([x, y, torch.zeros_like(x)])[None]
    face = align(place, ANCHORS)
    # Row 51.6 of 112 holds the eyes, 17.6 pixels left and right of the middle.
    torch.testing.assert_close(face[0, 1, 51, 56], torch.tensor(-0.1), atol=0.01, rtol=0)
    torch.testing.assert_close(face[0, 0, 51, 38], torch.tensor(-0.2), atol=0.01, rtol=0)


def test_all_judges_take_part_in_a_step(
    tiny_run: Callable[..., DictConfig],
    vgg_weights: Path,
    embedder_weights: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digest = hashlib.sha256(vgg_weights.read_bytes()).hexdigest()
    monkeypatch.setattr(lightning_modules.judges, "VGG19", ModelFile(VGG19.name, VGG19.url, digest))
    cfg = tiny_run(
        "model.guidance.steps=0",
        "model.adversarial.enabled=true",
        "model.adversarial.start=0",
        "model.judges.perceptual=vgg19",
        f"model.judges.vgg19={vgg_weights}",
        f"model.judges.embedder={embedder_weights}",
    )
    data = instantiate(cfg.data)
    module: ReenactmentModule = instantiate(cfg.model, _partial_=True)(info=data.info)
    module.log = lambda *_, **__: None  # type: ignore[method-assign, assignment]
    losses, _, _ = module.step_losses(next(iter(data.train_dataloader())))
    assert {"perceptual", "identity", "adversarial", "matching"} <= losses.keys()
    assert "pyramid" not in losses
    assert all(torch.isfinite(value) for value in losses.values())
    # Half a gigabyte of frozen weights has no place in checkpoints.
    assert not any("judge" in name or "vgg" in name for name in module.state_dict())


def test_an_unknown_perceptual_loss_is_refused() -> None:
    with pytest.raises(UserError, match="pyramid or vgg19"):
        JudgeSettings(perceptual="lpips")  # type: ignore[arg-type]
