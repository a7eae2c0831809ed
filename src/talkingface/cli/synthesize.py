"""`talkingface synthesize`: a data set of procedural talking heads."""

from __future__ import annotations

import os
from pathlib import Path

from omegaconf import DictConfig

from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset


def run(cfg: DictConfig) -> None:
    """Make the data set, or say that it is complete."""
    settings = SynthesisSettings(
        identities=cfg.identities,
        clips_per_identity=cfg.clips_per_identity,
        shared_motions=cfg.shared_motions,
        seconds=float(cfg.seconds),
        rate=str(cfg.rate),
        size=cfg.size,
        seed=cfg.seed,
    )
    output = Path(cfg.output)
    made = synthesize_dataset(output, settings, cfg.workers or os.cpu_count() or 1)
    clips = settings.identities * settings.clips_per_identity
    if made:
        print(f"{clips} clips of {settings.identities} identities -> {output}")
    else:
        print(f"{output}: complete already, {clips} clips; nothing to do.")
