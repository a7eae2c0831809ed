"""A W&B logger that no failure of W&B, its server or its disk can turn into one of training."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import WandbLogger
from lightning.pytorch.loggers.logger import rank_zero_experiment
from lightning.pytorch.utilities.rank_zero import rank_zero_only


class RunLogger(WandbLogger):
    """Lightning's W&B logger on the run's own steps, which stops instead of raising.

    Offline it needs neither account nor network. Live it falls back to offline when the server
    cannot be used. The first rank alone talks to W&B.

    Args:
        run_folder: the run's folder.
        artifacts: upload the best checkpoint when training has come to its end.
        offline: write files only, which `talkingface push` uploads later.
        fields: further keyword arguments of Lightning's logger and of `wandb.init`.
    """

    def __init__(self, run_folder: str, artifacts: bool, offline: bool, **fields: Any):
        super().__init__(offline=offline, **fields)
        # The start decides it: offline there is nothing to resume, and the client says so.
        del self._wandb_init["resume"], self._wandb_init["anonymous"]
        self.folder, self.artifacts = Path(run_folder), artifacts
        self._stopped = False

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The W&B run, started at the first use; a disabled one where none can be had."""
        if self._experiment is None:
            # Takes a second to import, and only runs with W&B come here.
            import wandb  # noqa: PLC0415

            from callbacks.wandb_start import say, start  # noqa: PLC0415

            run = start(self._wandb_init, self.folder, offline=self._offline)
            self._stopped = run is None
            self._experiment = run or wandb.init(mode="disabled")
            if run is not None:
                pushed = f"offline; `talkingface push runs={self.folder}` uploads this run."
                say(pushed if run.offline else f"live at {run.url}")
                self._attempt(self._set_axis)
        return self._experiment

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers at a step of the run."""
        # W&B's own count is the run's too, so that a continued run's parts follow each other.
        row = dict(metrics) | ({} if step is None else {"step": step})
        self._attempt(lambda: self.experiment.log(row, step=step))

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any] | Namespace) -> None:
        """Log the run's configuration."""
        self._attempt(lambda: super(RunLogger, self).log_hyperparams(params))

    @rank_zero_only
    def log_video(
        self, key: str, videos: list[Any], step: int | None = None, **kwargs: Any
    ) -> None:
        """Log video files at a step of the run."""
        self._attempt(lambda: super(RunLogger, self).log_video(key, videos, step, **kwargs))

    @rank_zero_only
    def close(self, *, complete: bool) -> None:
        """End the W&B run, within half a minute; the next run of this process gets its own.

        Args:
            complete: whether training has come to its end.
        """
        if self._experiment is None or self._experiment.disabled:
            return
        from callbacks.wandb_start import finish, say  # noqa: PLC0415

        if complete and self.artifacts:
            self._attempt(self._log_best)
        run, self._experiment = self._experiment, None
        trouble = finish(run, complete=complete)
        if trouble and not self._stopped:
            say(f"{trouble}; `talkingface push runs={self.folder}` uploads what is missing.")

    def _set_axis(self) -> None:
        self.experiment.define_metric("step")
        self.experiment.define_metric("*", step_metric="step", step_sync=True)

    def _log_best(self) -> None:
        import wandb  # noqa: PLC0415

        run = self.experiment
        best = self.folder / "checkpoints" / "best.ckpt"
        if not best.exists():
            return
        record = json.loads(best.with_suffix(".json").read_text())
        artifact = wandb.Artifact(f"model-{run.id}", type="model", metadata=record)
        # The file stays as it is from now on, so that W&B need not keep a copy beside it.
        artifact.add_file(str(best), policy="immutable")
        run.log_artifact(artifact, aliases=["best", f"step-{record['step']}"])

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do something with W&B; its first failure is said, and the last thing tried."""
        run = self.experiment
        if self._stopped or run.disabled:
            return
        from callbacks.wandb_start import FAILURES, check_space, in_words, say  # noqa: PLC0415

        try:
            check_space(str(self.save_dir))
            action()
        except FAILURES as error:
            self._stopped = True
            say(f"{in_words(error)}; logging to W&B stops here, training goes on.")
