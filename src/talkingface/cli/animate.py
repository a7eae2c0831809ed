"""`talkingface animate`: portraits talk like reference videos, with the references' sound."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from talkingface.animation.batch import Failed, ReadMotion, make_all
from talkingface.animation.checks import check_output
from talkingface.animation.framing import Framing
from talkingface.animation.load_parts import load_parts
from talkingface.animation.making import Made, animate
from talkingface.animation.pairs import SAVED_MOTION
from talkingface.animation.parts import Parts
from talkingface.animation.reference import read_motion
from talkingface.animation.saved_motion import load_motion, save_motion
from talkingface.animation.still import Still, read_still
from talkingface.cli.animate_settings import Job, framing_of, job_of, settings_of
from talkingface.cli.stopping import stoppable
from talkingface.cli.watching import ProgressBars
from talkingface.errors import UserError
from talkingface.motion.perturbation import Perturbation


def run(cfg: DictConfig) -> None:
    """Animate every portrait with every reference and say what was written."""
    job, settings, framing = job_of(cfg), settings_of(cfg), framing_of(cfg)
    perturbation = Perturbation.named(cfg.perturb)
    read = {path for pair in job.pairs for path in (pair.source, pair.driving)}
    for pair in job.pairs:
        check_output(pair.output, read)
    for saved in job.saves.values():
        check_output(saved, read, (SAVED_MOTION,))
    parts = load_parts(
        Path(str(cfg.checkpoint)), runtime=cfg.runtime, precision=cfg.precision, device=cfg.device,
        batch=cfg.batch,
    )  # fmt: skip
    failed: list[Failed] = []
    with stoppable() as stop, ProgressBars(stop.check) as bars:
        tools = _Tools(parts, framing, perturbation, job, bars)

        def make(still: Still, driving: ReadMotion, output: Path) -> Made:
            return animate(parts, still, driving[0], settings, output, driving[1], bars)

        for outcome in make_all(job.pairs, tools.portrait, tools.reference, make):
            if isinstance(outcome, Failed):
                failed.append(outcome)
            else:
                bars.say(_line(outcome))
    if failed and not job.several:
        raise UserError(failed[0].reason)
    if failed:
        reasons = "".join(f"\n  {each.output}: {each.reason}" for each in failed)
        raise UserError(f"{len(failed)} of {len(job.pairs)} videos were not made:{reasons}")


class _Tools:
    """Reads what is animated, and tells what a user should know of it."""

    def __init__(
        self,
        parts: Parts,
        framing: Framing,
        perturbation: Perturbation,
        job: Job,
        bars: ProgressBars,
    ) -> None:
        self._parts = parts
        self._framing = framing
        self._perturbation = perturbation
        self._job = job
        self._bars = bars

    def portrait(self, path: Path) -> Still:
        still = read_still(self._parts, path, self._framing)
        for note in still.notes:
            self._bars.say(f"{path}: {note}.")
        return still

    def reference(self, path: Path) -> ReadMotion:
        if self._job.is_saved(path):
            motion = load_motion(path, self._parts)
            if motion.missing_sound:
                self._bars.say(
                    f"{path}: its sound is in {motion.missing_sound}, which is not beside it."
                )
            return motion, None
        motion, reference = read_motion(
            self._parts, path, self._framing, self._perturbation, self._bars
        )
        if saved := self._job.saves.get(path):
            save_motion(motion, saved)
            self._bars.say(f"{saved}: the motion of {path}, {len(motion.driving.time)} frames.")
        return motion, reference


def _line(made: Made) -> str:
    sound = "with the reference's sound" if made.has_sound else "silent"
    size, seconds = f"{made.width}x{made.height}", float(made.frames / made.rate)
    length = f"{made.frames} frames, {seconds:.2f} s at {made.rate} frames/s"
    return f"{made.output}: {size}, {length}, {sound}."
