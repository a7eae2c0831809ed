"""The LightningDataModule over a data set folder."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch

from data_modules.augmentation import ColourAugmentation
from data_modules.dataset import ClipDataset, Window
from data_modules.geometry import GeometricAugmentation
from data_modules.loader import ClipLoader
from data_modules.sampler import StepSampler
from data_modules.splits import Split, SplitRule, split_clips
from talkingface.errors import UserError
from talkingface.manifest import ClipTable, Track, read_dataset, read_track
from talkingface.video.clips import Backend


class ClipDataModule(L.LightningDataModule):
    """Stream clips of a data set, split by identity, in an order that is a function of the step.

    Args:
        root: data set folder made by `synthesize` or `prepare`.
        size: side of the frames handed out, pixels.
        clip_length: driving frames a sample.
        stride: frames from one driving frame to the next.
        batch_size: samples a step, over all ranks.
        steps: steps of the whole training.
        val_identities, test_identities: identities kept out of training.
        val_batches: batches of the fixed validation subset.
        workers: loader processes a rank.
        geometry: mirroring and cropping of samples while training; None leaves them.
        colours: alteration of the driver's colours while training; None leaves them.
        backend: "decord" or "pyav", what decodes the clips.
        memory: megabytes that each loader process may keep of decoded clips.
        splits: "official", "hash" or "auto", see split_clips.
        seed: seed of the data order and of every sample.
        strides: probabilities of training windows at one, two, ... times the stride.
        reach: longest time over two steps of a training window where its stride is drawn, seconds.

    Raises:
        UserError: the folder is no data set or too small for its splits.
    """

    def __init__(
        self,
        root: str,
        size: int,
        clip_length: int,
        stride: int,
        batch_size: int,
        steps: int,
        val_identities: int,
        test_identities: int,
        val_batches: int,
        workers: int,
        geometry: GeometricAugmentation | None,
        colours: ColourAugmentation | None,
        backend: Backend,
        memory: float,
        splits: SplitRule,
        seed: int,
        strides: tuple[float, ...] = (1.0,),
        reach: float = math.inf,
    ):
        super().__init__()
        self.root, self.strides, self.reach = Path(root), strides, reach
        self.window = Window(size, clip_length, stride)
        self.batch_size, self.steps, self.seed = batch_size, steps, seed
        self.val_batches, self.workers = val_batches, workers
        self.geometry, self.colours = geometry, colours
        self.backend, self.memory = backend, memory
        self.start_step = 0
        # Set by callbacks.quarantine: only a run has a place for records.
        self.ledgers: Path | None = None
        self.info, clips = read_dataset(self.root)
        self.splits = split_clips(clips, val_identities, test_identities, splits)

    def dataset(self, split: Split) -> ClipDataset:
        """Return the samples of one split; only training augments and follows the seed."""
        training = split == "train"
        return ClipDataset(
            self.root,
            self.info,
            self.splits[split],
            self._training_window() if training else self.window,
            self.seed if training else 0,
            self.geometry if training else None,
            self.colours if training else None,
            self.backend,
            self.memory,
            split,
            self.ledgers,
            self._ranks()[1],
        )

    def _training_window(self) -> Window:
        return replace(self.window, shares=self.strides, reach=self.reach)

    def label_statistics(self) -> dict[str, np.ndarray]:
        """Return mean and deviation of pose and expression over training frames with a face.

        Raises:
            UserError: most of the labels cannot be read.
        """
        tracks = list(self._readable_tracks(_spread(self.splits["train"], 500)))
        statistics = {}
        for name in ("pose", "expression"):
            rows = np.concatenate([getattr(track, name)[track.face] for track in tracks])
            statistics[f"{name}_mean"] = rows.mean(axis=0)
            statistics[f"{name}_std"] = np.maximum(rows.std(axis=0), 1e-3)
        return statistics

    def _readable_tracks(self, clips: ClipTable) -> Iterator[Track]:
        """Yield the labels of clips, leaving out those that a training would replace."""
        bad = 0
        for clip in clips:
            try:
                yield read_track(self.root, clip.clip, crc32=clip.track_crc32)
            except UserError:
                bad += 1
                if bad > len(clips) // 2:
                    raise

    def train_dataloader(self) -> ClipLoader:
        """Return the loader of the steps from `start_step` on."""
        dataset = self.dataset("train")
        sampler = self._sampler(dataset, self.steps, self.seed)
        sampler.start = self.start_step
        return self._loader(dataset, sampler)

    def val_dataloader(self) -> ClipLoader:
        """Return the loader of a fixed subset: the same windows at every validation."""
        dataset = self.dataset("val")
        return self._loader(dataset, self._sampler(dataset, self.val_batches, 0))

    def state_dict(self) -> dict[str, Any]:
        """Return the number of steps done, all that the data order needs."""
        module: Any = self.trainer.lightning_module if self.trainer else None
        return {"step": module.step if module else 0}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue after the steps that a checkpoint has seen."""
        self.start_step = int(state_dict["step"])

    def _sampler(self, dataset: ClipDataset, steps: int, seed: int) -> StepSampler:
        """Return this rank's part of the global batches."""
        ranks, rank = self._ranks()
        if self.batch_size % ranks:
            raise UserError(
                f"batch_size={self.batch_size} cannot be divided by {ranks} ranks: it counts the "
                "samples of all of them. Choose a multiple, or another trainer.devices."
            )
        return StepSampler(len(dataset), self.batch_size // ranks, steps, seed, rank, ranks)

    def _ranks(self) -> tuple[int, int]:
        """Return the number of ranks and this one's."""
        return (self.trainer.world_size, self.trainer.global_rank) if self.trainer else (1, 0)

    def _loader(self, dataset: ClipDataset, sampler: StepSampler) -> ClipLoader:
        return ClipLoader(
            dataset,
            batch_sampler=sampler,
            num_workers=self.workers,
            prefetch_factor=4 if self.workers else None,
            persistent_workers=self.workers > 0,
            worker_init_fn=outlive_signals,
            # Copies to a GPU then go on beside its work.
            pin_memory=self.trainer is not None
            and self.trainer.strategy.root_device.type == "cuda",
            # Else each pass over a loader draws from the global state, which a resumed run lacks.
            generator=torch.Generator(),
        )


def outlive_signals(worker: int) -> None:
    """Let a loader process work on when signals reach it too, so that the step can be ended.

    SLURM sends its signals to all processes of a job. What SIGTERM says is heeded half a minute
    later, should the process still be there.
    """
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: signal.alarm(30))


def _spread(clips: ClipTable, most: int) -> ClipTable:
    """Return at most `most` clips, spread evenly over the table."""
    return clips.take(np.linspace(0, len(clips) - 1, min(most, len(clips))).astype(int))
