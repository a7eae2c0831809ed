"""Is the motion alive? The size of generated motion beside the size of true motion."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

ReadOut = tuple[Tensor, Tensor]


class AmplitudeRatio(Metric):
    """Deviation over time of what is read from generated frames, over that from true frames.

    Both are read by the model's own guidance read-outs, which makes this a curve to watch while
    training, not a result. 1 is faithful, 0 is a still face.

    Args:
        mouth_column: which expression is the opening of the jaw.
    """

    generated: Tensor
    true: Tensor

    def __init__(self, mouth_column: int):
        super().__init__()
        self.mouth_column = mouth_column
        for name in ("generated", "true"):
            self.add_state(name, default=torch.zeros(2), dist_reduce_fx="sum")

    def update(self, generated: ReadOut, true: ReadOut) -> None:
        """Add clips: pairs of pose (B, T, 6) and expression (B, T, E) in standard deviations."""
        self.generated += self._energy(*generated)
        self.true += self._energy(*true)

    def compute(self) -> dict[str, Tensor]:
        """Return "pose_amplitude" and "mouth_amplitude"."""
        ratio = (self.generated / self.true.clamp_min(1e-12)).sqrt()
        return {"pose_amplitude": ratio[0], "mouth_amplitude": ratio[1]}

    def _energy(self, pose_BT6: Tensor, expression_BTE: Tensor) -> Tensor:
        mouth_BT1 = expression_BTE[..., self.mouth_column, None]
        return torch.stack(
            [(x - x.mean(dim=1, keepdim=True)).square().sum() for x in (pose_BT6, mouth_BT1)]
        )
