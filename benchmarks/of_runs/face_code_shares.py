"""What the face code knows: head pose, expressions, and what is neither.

`python benchmarks/of_runs/face_code_shares.py RUN...` reads the moments that runs with CRA keep for
recombination and prints which shares of the face code's variance a linear map foretells from the
head pose, which the expressions that are read from the remainder foretell of it, and which are
neither, every dimension counting alike; then which share of the read-outs' own variance a linear
map foretells from the head pose. It takes a second.
"""

import sys
from pathlib import Path

import torch
from torch import Tensor

from talkingface.errors import UserError
from talkingface.runs.checkpoint import load_checkpoint, load_network
from talkingface.runs.folder import find_checkpoint


def shares(run: Path) -> tuple[float, float, float, float]:
    """Shares of head pose, of expressions and of the rest, and head pose's in the read-outs."""
    checkpoint = find_checkpoint(run)
    recombination = load_network(checkpoint).recombination
    readout_EF = load_checkpoint(checkpoint)["state_dict"].get("guidance.expression.weight")
    if recombination is None or not recombination.batches or readout_EF is None:
        sys.exit(
            f"{run}: reads no expressions or recombines nothing. Give runs with CRA and labels."
        )
    pose = recombination.pose_dim
    moments, taken_FF = recombination.moments.double(), recombination.taken.double()[pose:]
    covariance_ZZ = moments[:-1] - moments[-1][:, None] * moments[-1]
    across_PF, own_FF = covariance_ZZ[:pose, pose:], covariance_ZZ[pose:, pose:]
    foretold_FF = across_PF.T @ torch.linalg.solve(covariance_ZZ[:pose, :pose], across_PF)
    expressed_FF = taken_FF.T @ (own_FF - foretold_FF) @ taken_FF

    def share(part_FF: Tensor) -> float:
        return float((part_FF.diagonal() / own_FF.diagonal()).mean())

    read_EF = readout_EF.double()
    read, owed = ((read_EF @ part_FF @ read_EF.T).trace() for part_FF in (own_FF, foretold_FF))
    head, face = share(foretold_FF), share(expressed_FF)
    return head, face, 1 - head - face, float(owed / read)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("face_code_shares.py RUN...: give at least one run with CRA.")
    print(
        f"{'':40}", *(f"{name:>11}" for name in ("head pose", "expression", "neither", "read-outs"))
    )
    try:
        for name in sys.argv[1:]:
            print(f"{Path(name).name:40}", *(f"{value:11.3f}" for value in shares(Path(name))))
    except UserError as error:
        sys.exit(str(error))
