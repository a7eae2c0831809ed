"""CSIM: faces are put where embedders expect them, and any ArcFace-style network is taken."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor

from talkingface.errors import UserError
from talkingface.metrics.face_alignment import align_faces, fit_similarity, five_points, template
from talkingface.metrics.face_embedding import csim, load_embedder
from talkingface.model_files import MissingModelError
from talkingface.networks.iresnet import IResNet, load_iresnet

Save = Callable[..., Path]


def similarity(degrees: float, scale: float, shift: tuple[float, float]) -> Tensor:
    """The matrix (2, 3) of a turn, a scale and a shift."""
    c, s = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    return torch.tensor([[c, -s, shift[0]], [s, c, shift[1]]], dtype=torch.float64)


def landmarks_at(points_52: Tensor, width: int, height: int) -> Tensor:
    """iBUG-68 points (1, 68, 2) whose eyes, nose and mouth corners lie at given pixels."""
    found = torch.zeros(68, 2, dtype=torch.float64)
    ring = torch.arange(6) * (math.pi / 3)
    around = torch.stack([4 * ring.cos(), 2 * ring.sin()], dim=1)
    found[36:42], found[42:48] = points_52[0] + around, points_52[1] + around
    found[30], found[48], found[54] = points_52[2:]
    return ((found + 0.5) / torch.tensor([width, height]))[None]


@pytest.fixture
def save_onnx(tmp_path: Path) -> Save:
    """Write an ONNX file whose output averages a face's cells of so many pixels a side."""

    def save(
        shape: tuple[int | str, ...] = ("N", 3, 112, 112),
        cell: int = 112,
        kind: int = TensorProto.FLOAT,
        last_step: str = "Flatten",
    ) -> Path:
        last = shape[-1] == 3
        taken = helper.make_tensor_value_info("face", kind, list(shape))
        given = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, None)
        nodes = [
            helper.make_node("Transpose", ["face"], ["first"], perm=[0, 3, 1, 2])
            if last
            else helper.make_node("Identity", ["face"], ["first"]),
            helper.make_node("AveragePool", ["first"], ["cells"], kernel_shape=[cell] * 2,
                             strides=[cell] * 2),
            helper.make_node(last_step, ["cells"], ["embedding"]),
        ]  # fmt: skip
        graph = helper.make_graph(nodes, "averages", [taken], [given])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, tmp_path / "averages.onnx")
        return tmp_path / "averages.onnx"

    return save


def test_a_similarity_is_found_again_and_noise_is_averaged_out() -> None:
    true = similarity(25, 1.7, (-3, 8))
    points = template(112)
    moved = points @ true[:, :2].T + true[:, 2]
    torch.testing.assert_close(fit_similarity(points[None], moved)[0], true)
    bent = moved + torch.randn(5, 2, generator=torch.Generator().manual_seed(0)).double()
    found = fit_similarity(points[None], bent)[0].requires_grad_()
    # At the least squares no small change of turn, scale or shift makes it better.
    error = (points @ found[:, :2].T + found[:, 2] - bent).square().sum()
    (slope,) = torch.autograd.grad(error, found)
    shift, scale = slope[:, 2], slope[0, 0] + slope[1, 1]
    torch.testing.assert_close(shift, torch.zeros(2).double(), atol=1e-9, rtol=0)
    assert float(scale) == pytest.approx(0, abs=1e-8)
    assert float(slope[1, 0] - slope[0, 1]) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("width", "height", "side"), [(256, 256, 112), (96, 64, 112), (128, 128, 56)]
)
@pytest.mark.parametrize("degrees", [0, 40])
def test_alignment_puts_the_five_points_where_embedders_expect_them(
    width: int, height: int, side: int, degrees: float
) -> None:
    scale = 0.5 * min(width, height) / 112
    place = similarity(degrees, scale, (0, 0))
    points = (template(112) - 56) @ place[:, :2].T + torch.tensor([width, height]) / 2
    landmarks = landmarks_at(points, width, height)
    pixels = five_points(landmarks)[0] * torch.tensor([width, height]) - 0.5
    torch.testing.assert_close(pixels, points)
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    # Every pixel of this frame says where it is, so every pixel of the face says where it was.
    frame = torch.stack([x, y, x])[None].double()
    face = align_faces(frame, landmarks, side)
    for goal, point in zip(template(side), points, strict=True):
        grid = (2 * goal + 1) / side - 1
        found = torch.nn.functional.grid_sample(
            face, grid[None, None, None], align_corners=False
        ).flatten()[:2]
        assert float((found - point).norm()) / scale < 0.01


def test_the_embedding_of_known_colours_is_known(save_onnx: Save) -> None:
    embedder = load_embedder(save_onnx())
    colour = torch.tensor([200.0, 100.0, 50.0])
    frames = (colour / 255)[None, :, None, None].expand(20, 3, 112, 112)
    landmarks = landmarks_at(template(112), 112, 112).expand(20, -1, -1)
    found = embedder.embed(frames, landmarks, torch.arange(20) != 3)
    expected = (colour - 127.5) / 127.5
    assert found[3].isnan().all(), "a frame without a face has no embedding"
    torch.testing.assert_close(found[19], expected / expected.norm(), atol=1e-4, rtol=0)
    cosine = csim(found, found[:1])
    assert cosine[3].isnan()
    assert float(cosine[19]) == pytest.approx(1, abs=1e-6)
    assert float(csim(found[:1], -found[:1])) == pytest.approx(-1, abs=1e-6)
    content = (save_onnx()).read_bytes()
    assert (embedder.name, embedder.sha256) == (
        "averages.onnx",
        hashlib.sha256(content).hexdigest(),
    )


def test_a_turned_face_has_the_same_embedding_and_another_face_has_not(save_onnx: Save) -> None:
    embedder = load_embedder(save_onnx(cell=14))

    def seen(degrees: float, scale: float, person: int) -> Tensor:
        """A smooth pattern that moves with the face, as the embedder sees it."""
        place = similarity(degrees, scale, (0, 0))[:, :2]
        line = torch.arange(256, dtype=torch.float64) - 127.5
        y, x = torch.meshgrid(line, line, indexing="ij")
        own = torch.stack([x, y], dim=-1) @ torch.linalg.inv(place).T / 12
        u, v = own.unbind(-1)
        layers = (u.sin() * v.cos(), (u - person * v).cos(), (v + person).sin())
        frame = 0.5 + 0.4 * torch.stack(layers)[None].float()
        points = (template(112) - 55.5) @ place.T + 127.5
        return embedder.embed(frame, landmarks_at(points, 256, 256))

    still = seen(0, 1, person=1)
    assert float(csim(still, seen(30, 1, person=1))) > 0.995
    assert float(csim(still, seen(-75, 1.4, person=1))) > 0.995
    assert float(csim(still, seen(0, 1, person=2))) < 0.9


@pytest.mark.parametrize("shape", [(1, 3, 112, 112), ("N", 112, 112, 3), (1, 3, "H", "W")])
def test_batches_of_one_channels_last_and_open_sizes_are_understood(
    save_onnx: Save, shape: tuple[int | str, ...]
) -> None:
    frames = torch.rand(3, 3, 112, 112)
    landmarks = landmarks_at(template(112), 112, 112).expand(3, -1, -1)
    expected = load_embedder(save_onnx(cell=28)).embed(frames, landmarks)
    found = load_embedder(save_onnx(shape, cell=28)).embed(frames, landmarks)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("shape", "kind", "last_step"),
    [
        (("N", 1, 112, 112), TensorProto.FLOAT, "Flatten"),
        (("N", 3, 112, 113), TensorProto.FLOAT, "Flatten"),
        ((8, 3, 112, 112), TensorProto.FLOAT, "Flatten"),
        (("N", 3, 112), TensorProto.FLOAT, "Flatten"),
        (("N", 3, 112, 112), TensorProto.DOUBLE, "Flatten"),
        (("N", 3, 112, 112), TensorProto.FLOAT, "Identity"),
    ],
)
def test_networks_of_another_shape_are_refused_with_one_message(
    save_onnx: Save, shape: tuple[int | str, ...], kind: int, last_step: str
) -> None:
    path = save_onnx(shape, 112, kind, last_step)
    with pytest.raises(UserError, match=r"averages\.onnx: not a face embedder.*\(1 or any number"):
        load_embedder(path)


def test_files_that_are_no_embedder_are_refused_and_no_file_is_missing(tmp_path: Path) -> None:
    for name, content in (("text.onnx", b"not a network"), ("empty.onnx", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match="not a face embedder in ONNX"):
            load_embedder(tmp_path / name)
    (tmp_path / "face.pkl").write_bytes(b"")
    with pytest.raises(UserError, match=r"face\.pkl.*ending.*\.onnx.*\.pth"):
        load_embedder(tmp_path / "face.pkl")
    with pytest.raises(UserError, match=r"absent\.onnx: no such file") as caught:
        load_embedder(tmp_path / "absent.onnx")
    assert not isinstance(caught.value, MissingModelError), "a wrong setting must stop the command"
    with pytest.raises(MissingModelError, match=r"\.onnx.*\.pth"):
        load_embedder(None)


def test_an_iresnet_of_plain_tensors_is_taken_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "backbone.pth"
    torch.save(IResNet([4, 4, 8, 8, 8], [1, 2, 1, 1], 16).state_dict(), path)
    frames = torch.rand(2, 3, 112, 112)
    landmarks = landmarks_at(template(112), 112, 112).expand(2, -1, -1)
    found = load_embedder(path).embed(frames, landmarks)
    expected = load_iresnet(path)(frames * 2 - 1)
    torch.testing.assert_close(found, torch.nn.functional.normalize(expected), atol=1e-4, rtol=0)
