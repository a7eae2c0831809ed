"""How far swapped codes are from the best they could be.

`python benchmarks/of_runs/swap_bounds.py DATA RUN...` reads finished runs of
`+sweeps=ablation` on its 12 validation people (synthetic heads, whose labels are exact) and prints,
for each run, `apd`, `aed` and both leaks when head pose and facial motion are two people's (the
suite `swap`), with the two streams put together as they are and recombined as CRA does (with a
recombination learned here, on training people, which a baseline does not have), and `apd` and
`aed` when both are the portrait's own; then the same of ideal swaps: the
renderer draws the one person with its own head pose and the other's expression, and what is left
is the ruler's error.

It needs a ruler (`talkingface ruler`); two minutes a run on one core.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from data_modules.splits import split_clips
from talkingface.errors import UserError
from talkingface.evaluation.cases import Case, self_cases, swap_cases
from talkingface.evaluation.donors import aligned, shared_frames
from talkingface.evaluation.generate import made_frames, reference
from talkingface.evaluation.suites import Suite
from talkingface.manifest import Clip, Track, read_dataset, read_track
from talkingface.metrics.leak import leak_metrics
from talkingface.metrics.ruler import Ruler, find_ruler, load_ruler
from talkingface.motion.path import MotionPath
from talkingface.motion.recombination import Recombination
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving
from talkingface.runs.checkpoint import load_checkpoint, load_network
from talkingface.runs.folder import find_checkpoint
from talkingface.synthetic.clip import identity_seed_of
from talkingface.synthetic.render import renderer
from talkingface.video.footage import Frames

# Those of conf/experiment/ablation.yaml.
_VAL, _TEST = 12, 16
_ANGLES = 3
# Training clips that recombination is learned from.
_SEEN = 100


def errors(made: Track, head: Track, face: Track) -> list[float]:
    """`apd` in degrees, `aed`, and how much of each donor shows in the other's stream."""
    leaks = leak_metrics(made, head, face)
    return [
        float(np.abs(made.pose - head.pose)[:, :_ANGLES].mean()),
        float(np.abs(made.expression - face.expression).mean()),
        leaks["leak_head"],
        leaks["leak_face"],
    ]


def donors(root: Path, case: Case) -> tuple[Track, Track]:
    """Exact labels of those who give head pose and facial motion, for as long as both last."""
    frames = shared_frames(case.source, case.driving)
    head, face = (read_track(root, clip.clip) for clip in (case.source, case.driving))
    return aligned(head, face, case.source.rate, case.driving.rate, frames)


def read(ruler: Ruler, frames: Iterator[Frames]) -> Track:
    """What the ruler sees."""
    return ruler.read([np.stack([*frames])])


def expression_readout(run: Path) -> torch.Tensor:
    """The weights with which a run reads expressions from the face code."""
    state = load_checkpoint(find_checkpoint(run))["state_dict"]
    if "guidance.expression.weight" not in state:
        sys.exit(f"{run}: was trained without labels, so that it reads no expressions.")
    weight: torch.Tensor = state["guidance.expression.weight"]
    return weight


def learned_recombination(
    readout_EF: torch.Tensor, network: TalkingFace, root: Path, clips: list[Clip]
) -> None:
    """Give a network a recombination of the codes that it reads from some clips."""
    network.recombination = Recombination(network.pose_dim, network.config.face_dim, momentum=0)
    perturbation = Suite.named("clean").perturbation
    for clip in clips:
        seen = reference(root, clip, network.config.size, perturbation)
        code_TZ = encode_driving(network, seen).code
        network.recombination.update(code_TZ, readout_EF)


def of_run(
    run: Path, root: Path, ruler: Ruler, cases: dict[str, list[Case]], seen: list[Clip]
) -> None:
    """Print one run's errors."""
    network, readout_EF = load_network(find_checkpoint(run)), expression_readout(run)

    def show_case(task: str, how: str) -> None:
        found = []
        for case in cases[task]:
            made = read(ruler, made_frames(network, root, case, Suite.named(task), MotionPath()))
            found.append(errors(made, *donors(root, case)))
        show(f"{run.name} {how}", found if task == "swap" else [row[:2] for row in found])

    show_case("clean", "clean")
    network.recombination = None
    show_case("swap", "swap, streams as they are")
    learned_recombination(readout_EF, network, root, seen)
    show_case("swap", "swap, recombined")


def show(name: str, rows: list[list[float]]) -> None:
    """Print the means of some rows."""
    print(f"{name:54}", *(f"{value:9.4f}" for value in np.nanmean(rows, axis=0)), flush=True)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    if len(sys.argv) < 3:
        sys.exit("swap_bounds.py DATA RUN...: give a data set and at least one run.")
    root, runs = Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]]
    splits = split_clips(read_dataset(root)[1], _VAL, _TEST, "auto")
    clips = splits["val"]
    cases = {"swap": swap_cases(clips), "clean": self_cases(clips)}
    size = load_network(find_checkpoint(runs[0])).config.size
    ruler = load_ruler(find_ruler(size), size)
    print(f"{'':54}", *(f"{name:>9}" for name in ("apd", "aed", "leak_head", "leak_face")))
    for run in runs:
        of_run(run, root, ruler, cases, splits["train"][:_SEEN])
    ideal = []
    for case in cases["swap"]:
        head, face = donors(root, case)
        drawn = renderer(identity_seed_of(case.source), size).render(head.pose, face.expression)
        ideal.append(errors(read(ruler, iter(drawn)), head, face))
    show("ideal swap", ideal)


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
