"""One training of one run with Lightning, from its newest checkpoint on."""

from __future__ import annotations

import json
import logging
import signal
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import lightning as L
import torch
from hydra.utils import instantiate
from lightning.pytorch.plugins.environments import SLURMEnvironment
from lightning.pytorch.strategies import DDPStrategy, Strategy
from omegaconf import DictConfig, OmegaConf

from callbacks.agreement import Agreement
from callbacks.checkpoint_files import WholeCheckpoints
from callbacks.wandb_logger import RunLogger
from data_modules.clips import ClipDataModule
from lightning_modules.pretrained import start_from
from lightning_modules.reenactment import ReenactmentModule
from talkingface.errors import UserError
from talkingface.motion.cra import CraSettings
from talkingface.runs.checkpoint import check_parts, load_checkpoint
from talkingface.runs.folder import RunFolder, find_checkpoint


def fit(cfg: DictConfig, folder: RunFolder, precision: str) -> dict[str, float]:
    """Train a run from where its folder stands, and return its validation metrics.

    Args:
        cfg: the composed configuration of `train`.
        folder: the run's folder, marked as finished at the end.
        precision: Lightning's name of it.

    Raises:
        UserError: the data set or the configuration cannot be used.
    """
    _quiet()
    L.seed_everything(cfg.seed, workers=True, verbose=False)
    if cfg.trainer.threads:
        torch.set_num_threads(cfg.trainer.threads)
    checkpoint = folder.newest_checkpoint()
    stored: dict[str, Any] = load_checkpoint(checkpoint) if checkpoint else {"step": 0}
    start_step = stored["step"]
    print(f"{folder.path}: {'resuming at step ' + str(start_step) if checkpoint else 'new run'}")
    cfg = _with_run_fields(cfg, folder, start_step)
    cra: CraSettings = instantiate(cfg.model.cra)
    data: ClipDataModule = instantiate(cfg.data, strides=cra.window_strides, reach=cra.reach)
    module = _module(cfg, data)
    if checkpoint:
        check_parts(checkpoint, stored["state_dict"], module.state_dict())
    del stored
    trainer = _trainer(cfg, precision, folder)
    _check_environment(trainer)
    trainer.callbacks.append(Agreement(folder.name, start_step))  # type: ignore[attr-defined]
    try:
        _log_configuration(trainer, cfg, folder)
        trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
        if module.step % trainer.val_check_interval or "val/l1" not in trainer.callback_metrics:
            trainer.validate(module, datamodule=data, verbose=False)
    except Exception:
        # A rank that hangs does not listen to anything else.
        launcher = trainer.strategy.launcher
        if launcher is not None:
            launcher.kill(signal.SIGKILL)
        raise
    finally:
        for logger in trainer.loggers:
            # Left open, the next run of this process would write into the same W&B run.
            if isinstance(logger, RunLogger):
                logger.close(complete=module.step == cfg.steps)
    metrics = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("val/")}
    if module.step == cfg.steps and trainer.is_global_zero:
        folder.finish(metrics)
    return metrics


def _quiet() -> None:
    """Keep Lightning's greetings and a deprecation inside it out of the user's sight."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message=".*LeafSpec.*", category=FutureWarning)
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    warnings.filterwarnings("ignore", message=".*`srun` command is available.*")
    # The data module starts its sampler at the right step; Lightning only looks at the loader.
    warnings.filterwarnings("ignore", message=".*your dataloader is not resumable.*")


def _with_run_fields(cfg: DictConfig, folder: RunFolder, start_step: int) -> DictConfig:
    """Give callbacks and loggers the fields that only an opened run knows."""
    fields = {
        "run_folder": str(folder.path),
        "run_name": folder.name,
        "run_id": folder.name.replace("/", "-"),
        "start_step": start_step,
    }
    return OmegaConf.merge(OmegaConf.create(fields), cfg)  # type: ignore[return-value]


def _module(cfg: DictConfig, data: ClipDataModule) -> ReenactmentModule:
    module: ReenactmentModule = instantiate(cfg.model, _partial_=True)(info=data.info)
    if module.guidance is not None:
        for name, value in data.label_statistics().items():
            getattr(module.guidance, name).copy_(torch.from_numpy(value))
    if cfg.pretrained:
        start_from(module, find_checkpoint(Path(cfg.pretrained)))
    return module


def _check_environment(trainer: L.Trainer) -> None:
    environment = getattr(trainer.strategy, "cluster_environment", None)
    if environment is None:
        return
    try:
        environment.validate_settings(trainer.num_devices, trainer.num_nodes)
    except ValueError as error:
        raise UserError(
            f"trainer.devices={trainer.num_devices} and trainer.num_nodes={trainer.num_nodes} do "
            f"not fit the processes that were started: {error}"
        ) from error


def _strategy(cfg: DictConfig) -> str | Strategy:
    if cfg.trainer.strategy != "auto" or (cfg.trainer.devices == 1 and cfg.trainer.num_nodes == 1):
        return cfg.trainer.strategy
    # The discriminator and the warm-up leave some weights unused in a step.
    timeout = timedelta(seconds=cfg.trainer.rank_timeout)
    return DDPStrategy(find_unused_parameters=True, timeout=timeout)


def _log_configuration(trainer: L.Trainer, cfg: DictConfig, folder: RunFolder) -> None:
    """Tell W&B the whole configuration and the version of the code."""
    for logger in trainer.loggers:
        if isinstance(logger, RunLogger):
            plain: Any = OmegaConf.to_container(cfg, resolve=True)
            environment = json.loads((folder.path / "environment.json").read_text())
            logger.log_hyperparams(plain | {"environment": environment})


def _trainer(cfg: DictConfig, precision: str, folder: RunFolder) -> L.Trainer:
    # Lightning would put a job back into SLURM's queue by rules of its own.
    slurm = [SLURMEnvironment(auto_requeue=False)] if SLURMEnvironment.detect() else []
    return L.Trainer(
        accelerator=cfg.trainer.accelerator,
        devices=cfg.trainer.devices,
        num_nodes=cfg.trainer.num_nodes,
        strategy=_strategy(cfg),
        precision=precision,  # type: ignore[arg-type]
        # One pass over the sampler is the whole run: Lightning's own step limit counts optimizers.
        max_epochs=1,
        val_check_interval=min(cfg.trainer.val_every, cfg.steps),
        log_every_n_steps=cfg.trainer.log_every,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        enable_checkpointing=False,
        enable_progress_bar="progress" in cfg.callbacks,
        enable_model_summary=False,
        callbacks=[instantiate(callback) for callback in cfg.callbacks.values()],
        logger=[instantiate(logger) for logger in cfg.logger.values()],
        default_root_dir=str(folder.path),
        plugins=[WholeCheckpoints(), *slurm],
    )
