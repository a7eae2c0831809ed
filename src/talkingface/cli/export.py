"""`talkingface export`: a trained network as files of other runtimes, checked against PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from omegaconf import DictConfig, ListConfig

from talkingface.animation.framing import Framing
from talkingface.cli.stopping import stoppable
from talkingface.errors import UserError
from talkingface.export.folder import Export, Format
from talkingface.export.frames import check_frames
from talkingface.export.making import check_output, make_export
from talkingface.export.write import check_installed
from talkingface.runs.checkpoint import load_network
from talkingface.runs.folder import find_checkpoint


def run(cfg: DictConfig) -> None:
    """Export a network and say how far each format is from PyTorch.

    Raises:
        UserError: a value is out of range, the folder is not free, or a format fails its check.
    """
    formats, output = _formats(cfg.formats), Path(str(cfg.output))
    check_output(output)
    check_installed(formats)
    network = load_network(find_checkpoint(Path(str(cfg.checkpoint))))
    video = Path(str(cfg.frames)) if cfg.frames else None
    landmarker = Path(str(cfg.landmarker)) if cfg.landmarker else None
    framing = Framing(crop=cfg.crop, scale=cfg.crop_scale, landmarker=landmarker)
    frames = check_frames(video, cfg.count, network.config.size, framing)
    with stoppable() as stop:

        def tell(what: str) -> None:
            stop.check()
            _tell(what)

        export = make_export(network, output, formats, frames, tell)
    print("\n".join([f"{output}:", *_lines(export)]))


def _formats(wanted: ListConfig | str) -> tuple[Format, ...]:
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    offered: tuple[Format, ...] = get_args(Format)
    if not names or not set(names) <= set(offered):
        raise UserError(f"formats={','.join(map(str, names))}: must be of {', '.join(offered)}.")
    return tuple(name for name in offered if name in names)


def _tell(what: str) -> None:
    print("checking against PyTorch" if what == "check" else f"writing {what}", flush=True)


def _lines(export: Export) -> list[str]:
    return [
        f"  {kind}: PSNR {found['psnr']:.1f} dB to PyTorch on {found['frames']} frames, largest "
        f"difference {found['level']} of 255, of motion codes {found['code']:.1e} deviations"
        for kind, found in export.check.items()
    ]
