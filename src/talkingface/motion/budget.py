"""How the frames that a step decodes are shared: the same number in every arm."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from talkingface.errors import UserError


@dataclass(frozen=True)
class Budget:
    """Frames decoded a clip and step.

    Attributes:
        plain: from the codes of their own driving frames.
        mixed: held-out frames from the codes of their neighbours (CRA).
        crossed: from the head pose of one frame and the facial motion of another (CRA).
        paired: the same crossed codes on a second portrait (CRA).
    """

    plain: int
    mixed: int = 0
    crossed: int = 0
    paired: int = 0

    @property
    def total(self) -> int:
        """All frames decoded."""
        return sum(astuple(self))

    @property
    def targeted(self) -> int:
        """Frames that have a true frame to be compared with."""
        return self.plain + self.mixed


def share_budget(
    decodes: int, *, mix: bool = False, cross: bool = False, pair: bool = False
) -> Budget:
    """Share a clip's decodes: what CRA decodes replaces plain reconstructions.

    Args:
        decodes: frames decoded a clip and step.
        mix, cross, pair: CRA's parts that decode in this step.

    Raises:
        UserError: CRA is on and the number cannot be divided by 4.
    """
    if not (mix or cross):
        return Budget(plain=decodes)
    if decodes % 4:
        raise UserError(
            f"model.decodes={decodes}: must be a multiple of 4 with CRA, which shares the decoded "
            "frames in quarters."
        )
    quarter = decodes // 4
    mixed, crossed = quarter * mix, quarter * cross
    paired = quarter * (cross and pair)
    return Budget(decodes - mixed - crossed - paired, mixed, crossed, paired)
