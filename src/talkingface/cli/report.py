"""`talkingface report`: one page, one Markdown and one CSV table about a sweep as it stands."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from talkingface.errors import UserError
from talkingface.report.alarms import summary
from talkingface.report.claims.findings import find
from talkingface.report.claims.text import findings_files, verdict_lines
from talkingface.report.collect import Collected, collect
from talkingface.report.figure_sections import curve_files
from talkingface.report.frame_rows import FRAMES_FILE, frame_rows, is_current
from talkingface.report.page import PageSettings, page
from talkingface.report.results import result_blocks
from talkingface.report.table import csv_table, markdown
from talkingface.report.videos import MEGABYTE


def run(cfg: DictConfig) -> None:
    """Write the files, and say the verdicts and where they are.

    Raises:
        UserError: there is nothing to report on, or a setting cannot be used.
    """
    for name, least in (("points", 2), ("largest_video_mb", 0), ("largest_page_mb", 0)):
        if cfg[name] < least:
            raise UserError(f"{name}={cfg[name]}: must be at least {least}.")
    settings = PageSettings(
        curves=list(cfg.curves),
        points=cfg.points,
        clip=None if cfg.clip is None else str(cfg.clip),
        largest_video_mb=cfg.largest_video_mb,
        largest_page_mb=cfg.largest_page_mb,
        frames=Path(cfg.output or Path(cfg.runs) / "report") / FRAMES_FILE,
    )
    collected = collect(Path(cfg.runs))
    blocks = result_blocks(collected.arms)
    findings = find(collected)
    output = Path(cfg.output or collected.root / "report")
    output.mkdir(parents=True, exist_ok=True)
    if cfg.frames:
        _refresh_frames(collected, output / FRAMES_FILE)
    files = {
        "report.html": page(collected, blocks, settings, findings),
        "report.md": markdown(collected, blocks, findings),
        "report.csv": csv_table(blocks),
        **curve_files(collected.arms, settings.curves, settings.points),
    }
    if findings is not None:
        files |= findings_files(findings)
    for name, text in files.items():
        # Replaced at once: the page may be open in a browser that reloads it.
        partial = output / f"{name}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(output / name)
    counts = ", ".join(f"{count} {state}" for state, count in summary(collected.standings))
    size = (output / "report.html").stat().st_size / MEGABYTE
    print(f"{collected.root}: {counts}.")
    for line in verdict_lines(findings) if findings is not None else ():
        print(line)
    print(f"{output / 'report.html'} ({size:.1f} MB), report.md and report.csv beside it.")


def _refresh_frames(collected: Collected, picture: Path) -> None:
    """Make the picture of frames unless it is as new as the models; the report needs none of it."""
    try:
        rows = frame_rows(collected.arms)
        if is_current(picture, rows):
            print(f"{picture}: newer than the models; kept.")
            return
        # Only this part of the report needs torch.
        from talkingface.cli.report_frames import make_frames  # noqa: PLC0415

        make_frames(rows, picture)
    except UserError as error:
        print(f"{picture}: not made. {error}")
