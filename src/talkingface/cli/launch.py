"""Runs one verb as a Hydra application, after its overrides were checked."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from talkingface.cli.configuration import (
    CONFIG_PACKAGE,
    HYDRA_VERSION_BASE,
    Configuration,
    open_configuration,
)
from talkingface.cli.help import verb_help
from talkingface.cli.options import parse_options
from talkingface.cli.overrides import check_overrides, planned_jobs, shared_fields
from talkingface.cli.verbs import Verb
from talkingface.errors import UserError
from talkingface.runs.arm import PREEMPTED_STATUS, run_arm
from talkingface.runs.forwarding import forwarding
from talkingface.runs.sweep_record import SweepRecord, arms_table, own_overrides, this_launch


class _EndedByUserError(BaseException):
    """Carries a UserError past Hydra, which announces every Exception as a failed job."""

    def __init__(self, error: UserError) -> None:
        super().__init__(str(error))
        self.error = error


def launch(verb: Verb, arguments: Sequence[str]) -> None:
    """Print the verb's help, or check its overrides and run it in Hydra.

    Raises:
        UserError: an option or override is wrong, or the verb met bad input.
    """
    if verb.always_multirun:
        arguments = ["--multirun", *arguments]
    options, ordered = parse_options(verb.name, arguments, verb.takes, verb.data_field)
    if options.hydra_help or options.info:
        _run_in_hydra(verb, ordered)
        return
    multirun = options.multirun or "hydra.mode=MULTIRUN" in options.overrides
    if multirun and os.environ.get("LOCAL_RANK", "0") != "0":
        # The process would run all jobs, each beside whatever job the first process is at.
        raise UserError(
            "--multirun cannot run jobs of several processes each, as this one with "
            f"LOCAL_RANK={os.environ['LOCAL_RANK']}. Start each run with a command of its own."
        )
    runs = not (options.help or options.cfg)
    record = None
    with open_configuration(verb.name) as configuration:
        check_overrides(configuration, options.overrides, multirun=multirun, runs=runs)
        if options.help:
            print(verb_help(verb, configuration, options.overrides))
        elif runs and multirun and verb.arms:
            record = _open_record(configuration, options.overrides)
    if not options.help:
        _run_in_hydra(verb, ordered, record)


def _open_record(configuration: Configuration, overrides: Sequence[str]) -> SweepRecord:
    # Known to Hydra before it first looks for plugins, as those that are installed are.
    from hydra_plugins.talkingface_arms.launcher import ArmsLauncher  # noqa: PLC0415

    Plugins.instance().register(ArmsLauncher)
    this_launch()
    fields = shared_fields(configuration, overrides)
    record = SweepRecord(Path(fields["runs"]) / fields["name"])
    record.plan(planned_jobs(configuration, overrides))
    return record


def _run_job(run: Callable[[DictConfig], None], cfg: DictConfig, failed: list[str]) -> None:
    """Run one job of a multirun; the others go on when it fails, so it reports at once."""
    try:
        run(cfg)
    except Exception as error:
        job = " ".join(HydraConfig.get().overrides.task)
        failed.append(job)
        if isinstance(error, UserError):
            print(f"error: {job}: {error}", file=sys.stderr)
        else:
            traceback.print_exc()
        raise


def _run_arm(verb: Verb, cfg: DictConfig) -> float | None:
    """Run one arm in the place that another launcher, such as SLURM's, has chosen for it."""
    record = SweepRecord(Path(cfg.runs) / cfg.name)
    with forwarding() as signals:
        arm = run_arm(verb.arms, HydraConfig.get().overrides.task, record, signals)
    if signals.received:
        # No Exception, which Hydra would take for the end of this arm alone.
        preempted = arm.state == "preempted"
        raise SystemExit(PREEMPTED_STATUS if preempted else 128 + signals.received[-1])
    if arm.state == "failed":
        raise UserError(arm.error)
    return arm.metrics.get(cfg.objective)


def _run_in_hydra(verb: Verb, arguments: list[str], record: SweepRecord | None = None) -> None:
    typed = sys.argv
    failed: list[str] = []
    started = False

    def task(cfg: DictConfig) -> float | None:
        nonlocal started
        started = True
        # Lightning starts the other ranks with sys.argv, which therefore has to name the verb.
        sys.argv = typed
        if HydraConfig.get().mode == RunMode.MULTIRUN and verb.arms:
            return _run_arm(verb, cfg)
        if verb.needs_torch:
            import_module("talkingface.torchvision_guard")
        module = import_module(f"talkingface.cli.{verb.name}")
        if HydraConfig.get().mode == RunMode.MULTIRUN:
            _run_job(module.run, cfg, failed)
            return None
        try:
            module.run(cfg)
        except UserError as error:
            raise _EndedByUserError(error) from error
        return None

    # Else Hydra ends the process itself, with a traceback even for a UserError of a multirun.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    run = hydra.main(
        version_base=HYDRA_VERSION_BASE,
        config_path=f"pkg://{CONFIG_PACKAGE}",
        config_name=verb.name,
    )(task)
    sys.argv = [typed[0], *arguments]
    try:
        run()
    except _EndedByUserError as ended:
        raise ended.error from None
    except UserError as error:
        if record:
            arms = record.arms(this_launch())
            own = own_overrides(arms)
            failed += [own[k] for k, arm in enumerate(arms) if arm.state == "failed"]
        if failed:
            raise UserError(f"failed, of the multirun's jobs: {'; '.join(failed)}") from error
        raise
    except (HydraException, OmegaConfBaseException) as error:
        if started:
            raise
        raise UserError(" ".join(str(error).split())) from error
    finally:
        sys.argv = typed
        if record:
            print(arms_table(record.arms(this_launch())))
