"""Sample videos while training: source, driving and generated side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import WandbLogger

from data_modules.memory import ClipMemory
from talkingface.errors import UserError
from talkingface.motion.path import MotionPath
from talkingface.networks.model import TalkingFace
from talkingface.networks.reenact import encode_driving, generate_frames
from talkingface.video.frames import to_tensor, to_uint8
from talkingface.video.write import VideoWriter


class SampleVideos(Callback):
    """After a validation, reenact the start of a few validation clips and write them.

    Args:
        folder: where `step-<n>_<clip>.mp4` goes.
        clips: how many validation clips, the first of each identity in turn.
        frames: length of each video, at most the clip's.
    """

    def __init__(self, folder: str, clips: int, frames: int):
        self.folder, self.clips, self.frames = Path(folder), clips, frames

    def on_validation_batch_end(
        self,
        trainer: L.Trainer,
        pl_module: Any,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """After the last batch, while averaged weights are in place, write and log the videos."""
        last = batch_idx + 1 == trainer.num_val_batches[dataloader_idx]
        if last and trainer.is_global_zero and not trainer.sanity_checking:
            self._write(trainer, pl_module)

    def _write(self, trainer: L.Trainer, pl_module: Any) -> None:
        data: Any = trainer.datamodule  # type: ignore[attr-defined]
        clips = data.splits["val"]
        # Compares clips with the manifest as the loader does; a decoder may hang on a damaged one.
        memory = ClipMemory(data.root, clips, data.window.size, data.backend, 0)
        _, firsts = np.unique(clips.coded("identity")[0], return_index=True)
        for clip in clips.take(np.sort(firsts)[: self.clips]):
            try:
                driving, _ = memory.read(clip, range(min(self.frames, clip.frames)))
            except (UserError, OSError) as error:
                print(f"warning: no sample video of {clip.clip}: {error}", file=sys.stderr)
                continue
            generated = self._reenact(pl_module, driving, float(clip.rate))
            source = np.broadcast_to(driving[-1], driving.shape)
            target = self.folder / f"step-{pl_module.step:08d}_{clip.clip}.mp4"
            target.parent.mkdir(parents=True, exist_ok=True)
            size = data.window.size
            with VideoWriter(target, clip.rate, 3 * size, size) as writer:
                for row in zip(source, driving, generated, strict=True):
                    writer.write(np.concatenate(row, axis=1))
            self._log(trainer, target, pl_module.step)

    @torch.no_grad()
    def _reenact(self, pl_module: Any, driving: np.ndarray, rate: float) -> np.ndarray:
        network: TalkingFace = pl_module.network
        clip = to_tensor(driving)
        time_T = torch.arange(len(clip), dtype=torch.float64) / rate
        codes = encode_driving(network, [(clip, time_T)])
        wanted = MotionPath().apply(network, codes, time_T)
        return to_uint8(torch.stack([*generate_frames(network, clip[-1], wanted)]))

    def _log(self, trainer: L.Trainer, path: Path, step: int) -> None:
        for logger in trainer.loggers:
            if isinstance(logger, WandbLogger):
                logger.log_video(f"samples/{path.stem.split('_', 1)[1]}", [str(path)], step)
