"""IResNet, the face embedder that ArcFace's published weights belong to."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from talkingface.errors import UserError
from talkingface.tensor_files import read_tensors

_SIDE = 112


class _Block(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.prelu = nn.PReLU(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x_BCHW: Tensor) -> Tensor:
        y = self.prelu(self.bn2(self.conv1(self.bn1(x_BCHW))))
        kept: Tensor = self.downsample(x_BCHW)
        return kept + self.bn3(self.conv2(y))


class IResNet(nn.Module):
    """Aligned faces -> embeddings; the cosine of two says how alike two people look.

    Args:
        widths: channels of the stem and of the four stages.
        blocks: blocks of the four stages.
        embedding: length of the embedding.

    Reference: J. Deng et al., ArcFace, CVPR 2019.
    """

    def __init__(self, widths: list[int], blocks: list[int], embedding: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1, self.prelu = nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0])
        for number, (below, width, depth) in enumerate(
            zip(widths, widths[1:], blocks, strict=False), start=1
        ):
            stages = [_Block(below, width, 2)] + [_Block(width, width, 1) for _ in range(depth - 1)]
            self.add_module(f"layer{number}", nn.Sequential(*stages))
        self.bn2 = nn.BatchNorm2d(widths[-1])
        self.fc = nn.Linear(widths[-1] * (_SIDE // 16) ** 2, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, face_B3HW: Tensor) -> Tensor:
        """Embed faces (B, 3, 112, 112) in [-1, 1]."""
        x = self.prelu(self.bn1(self.conv1(face_B3HW)))
        for number in range(1, 5):
            x = self.get_submodule(f"layer{number}")(x)
        embedding: Tensor = self.features(self.fc(self.bn2(x).flatten(1)))
        return embedding


def load_iresnet(path: Path) -> IResNet:
    """Return a frozen embedder; depth and widths are read from the weights.

    Raises:
        UserError: the file is missing or holds something else.
    """
    state = read_tensors(path)
    try:
        depths = [
            1 + max(int(k.split(".")[1]) for k in state if k.startswith(f"layer{n}."))
            for n in range(1, 5)
        ]
        widths = [len(state["conv1.weight"])]
        widths += [len(state[f"layer{n}.0.conv1.weight"]) for n in range(1, 5)]
        network = IResNet(widths, depths, len(state["fc.weight"]))
        network.load_state_dict(state)
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(
            f"{path}: holds no IResNet of ArcFace ({reason}). Give the state dictionary of one, "
            "such as a backbone.pth from the ArcFace authors' model zoo."
        ) from error
    return network.eval().requires_grad_(False)
