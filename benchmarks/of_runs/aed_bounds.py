"""What could lower a model's expression error (`aed`), and by how much, at the most.

`python benchmarks/of_runs/aed_bounds.py DATA RUN...` reads finished baselines of
`+sweeps=ablation` on its 12 validation people (synthetic heads, whose labels are exact) and
prints, averaged over the runs, `aed`, `apd` and mouth amplitude of the model as it is, and what
would change with

- codes that say exactly what the labels say, or what the ruler reads of the true frames, followed
  by the generator as it follows its own codes;
- no frozen frames, and no missing frames: what a perfect repair or in-between frame could add;
- a closed loop: what the model's encoder misses in its own video is added to the codes, half of it;
- no motion: every frame is its own portrait, so that only the generator's finish is left;
- the true frames, softened by one pixel, and the ruler's own error on true frames.

It needs a ruler (`talkingface ruler`); three minutes a run on one core.
"""

import sys
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from data_modules.splits import split_clips
from talkingface.evaluation.cases import Case, self_cases
from talkingface.evaluation.generate import portrait_of, reference
from talkingface.evaluation.suites import Suite
from talkingface.losses.guidance import Guidance
from talkingface.manifest import Track, read_dataset, read_track
from talkingface.metrics.ruler import Ruler, find_ruler, load_ruler
from talkingface.motion.path import MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.runs.checkpoint import load_checkpoint, load_network
from talkingface.runs.folder import find_checkpoint
from talkingface.synthetic.clip import frame_times
from talkingface.video.frames import to_tensor, to_uint8

# Those of conf/experiment/ablation.yaml.
_VAL, _TEST = 12, 16
_JAW = 0
_SUITES = ("drop-30", "rate-3")
Numbers = NDArray[np.float64]


class Model:
    """A trained run, its labels' read-outs, and the ruler that reads its videos."""

    def __init__(self, run: Path, root: Path, ruler: Ruler):
        file = find_checkpoint(run)
        self.network: TalkingFace = load_network(file).eval()
        self.root, self.ruler, self.size = root, ruler, self.network.config.size
        weights = load_checkpoint(file)["state_dict"]
        found = {k.removeprefix("guidance."): v for k, v in weights.items() if "guidance." in k}
        dims = self.network.config.pose_dim, self.network.config.face_dim
        labels = len(found["pose.weight"]), len(found["expression.weight"])
        self.guidance = Guidance(*dims, *labels)
        self.guidance.load_state_dict(found)

    def frames(self, case: Case, suite: str = "clean") -> Tensor:
        """The driving frames as the model sees them."""
        seen = reference(self.root, case.driving, self.size, Suite.named(suite).perturbation)
        return torch.cat([piece for piece, _ in seen])

    def codes(self, case: Case, suite: str = "clean") -> Tensor:
        """Codes at the times of all frames."""
        seen = reference(self.root, case.driving, self.size, Suite.named(suite).perturbation)
        driving = encode_driving(self.network, seen)
        times = frame_times(case.driving.frames, Fraction(case.driving.rate))
        return MotionPath().apply(self.network, driving, torch.from_numpy(times))

    def made(self, case: Case, code_TZ: Tensor) -> Tensor:
        """The portrait moved by codes."""
        portrait = to_tensor(portrait_of(self.root, case, self.size)[None])[0]
        return torch.stack(list(generate_frames(self.network, portrait, code_TZ)))

    def copied(self, clean_T3SS: Tensor, code_TZ: Tensor) -> Tensor:
        """Frames made of themselves."""
        each = zip(clean_T3SS, code_TZ, strict=True)
        return torch.cat([next(generate_frames(self.network, x, z[None]))[None] for x, z in each])

    def read(self, frames_T3SS: Tensor) -> Track:
        """What the ruler sees."""
        return self.ruler.read([to_uint8(frames_T3SS)])

    def readouts(self, code_TZ: Tensor) -> tuple[Numbers, Numbers]:
        """Head pose (T, 6) and expression (T, E) that codes stand for, in the labels' units."""
        g = self.guidance
        pose, expression = g(code_TZ)
        return (
            (pose * g.pose_std + g.pose_mean).detach().double().numpy(),
            (expression * g.expression_std + g.expression_mean).detach().double().numpy(),
        )


def errors(
    made: Track, true: Track, scored: NDArray[np.bool_] | slice = slice(None)
) -> list[float]:
    """`aed`, `apd` in degrees, and the jaw's deviation over the true one."""
    return [
        float(np.abs(made.expression - true.expression)[scored].mean()),
        float(np.abs(made.pose - true.pose)[scored, :3].mean()),
        float(made.expression[:, _JAW].std() / true.expression[:, _JAW].std()),
    ]


def changes(model: Model, case: Case) -> dict[str, list[float]]:
    """Return the errors of one video by what was done to codes or frames."""
    clean, code = model.frames(case), model.codes(case)
    true, made = model.read(clean), model.made(case, code)
    missing = Suite.named("rate-3").scored_frames(len(clean))
    assert missing is not None
    answer = code + 0.5 * (code - model.network.motion(made).code)
    soft = F.avg_pool2d(F.pad(clean, (0, 1, 0, 1), mode="replicate"), 2, 1)
    seen = {name: model.read(model.made(case, model.codes(case, name))) for name in _SUITES}
    return {
        "as it is": errors(model.read(made), true),
        "with frozen frames (drop-30)": errors(seen["drop-30"], true),
        "missing frames (rate-3)": errors(seen["rate-3"], true, missing),
        "the same frames, none missing": errors(model.read(made), true, missing),
        "closed loop, half": errors(model.read(model.made(case, answer)), true),
        "every frame its own portrait": errors(model.read(model.copied(clean, code)), true),
        "true frames, softened": errors(model.read(soft), true),
        "true frames against labels": errors(true, read_track(model.root, case.driving.clip)),
    }


def truthful(model: Model, cases: list[Case]) -> dict[str, list[list[float]]]:
    """Return the errors of all videos if codes read as the truth and were followed as before.

    How they are followed is measured: the slope of what the ruler sees over what the codes say,
    around each video's mean, dimension by dimension.
    """
    trues, seens, said, labels = [], [], [], []
    for case in cases:
        code = model.codes(case)
        trues.append(model.read(model.frames(case)))
        seens.append(model.read(model.made(case, code)))
        said.append(np.concatenate(model.readouts(code), axis=1))
        label = read_track(model.root, case.driving.clip)
        labels.append(np.concatenate([label.pose, label.expression], axis=1))
    x, y = (
        np.concatenate([values - values.mean(axis=0) for values in each])
        for each in (said, [np.concatenate([s.pose, s.expression], axis=1) for s in seens])
    )
    slope = (x * y).sum(axis=0) / (x**2).sum(axis=0)
    read = [np.concatenate([true.pose, true.expression], axis=1) for true in trues]
    rows = {}
    for name, truths in (("the labels", labels), ("the ruler reads", read)):
        rows[f"codes as true as {name}"] = [
            errors(_moved(seen, slope * (truth - was)), true)
            for true, seen, was, truth in zip(trues, seens, said, truths, strict=True)
        ]
    return rows


def _moved(seen: Track, by: Numbers) -> Track:
    poses = seen.pose.shape[1]
    pose, expression = seen.pose + by[:, :poses], seen.expression + by[:, poses:]
    return replace(seen, pose=pose, expression=expression)


@torch.no_grad()
def main() -> None:
    torch.set_num_threads(1)
    if len(sys.argv) < 3:
        sys.exit("aed_bounds.py DATA RUN...: give a data set and at least one run.")
    root, runs = Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]]
    clips = split_clips(read_dataset(root)[1], _VAL, _TEST, "auto")["val"]
    table = defaultdict(list)
    for run in runs:
        size = load_network(find_checkpoint(run)).config.size
        model, cases = Model(run, root, load_ruler(find_ruler(size), size)), self_cases(clips)
        rows = defaultdict(list)
        for case in cases:
            for name, values in changes(model, case).items():
                rows[name].append(values)
        rows |= truthful(model, cases)
        for name, found in rows.items():
            table[name].append(np.mean(found, axis=0))
    print(f"{'':32} {'aed':>8} {'change':>16} {'apd':>8} {'mouth':>6}")
    first = np.array(table["as it is"])
    for name, found in table.items():
        mean, change = np.mean(found, axis=0), 100 * (np.array(found)[:, 0] / first[:, 0] - 1)
        print(
            f"{name:32} {mean[0]:8.4f} {change.mean():+7.1f} % ± {change.std():4.1f} "
            f"{mean[1]:8.2f} {mean[2]:6.2f}"
        )


if __name__ == "__main__":
    main()
