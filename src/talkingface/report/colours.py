"""The page's colours; those of arms are told apart with the common kinds of colour blindness."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT = {
    "ground": "#ffffff", "panel": "#f5f6f8", "text": "#1b1f24", "muted": "#5b6470",
    "line": "#d5dae0", "grid": "#e6e9ed", "good": "#006b4f", "bad": "#a83a00",
    "alarm": "#fff1e0", "alarm-line": "#d97706",
    "c0": "#4a4f57", "c1": "#0072b2", "c2": "#d55e00", "c3": "#009e73", "c4": "#b0508f",
    "c5": "#b58900", "c6": "#45a7d9", "c7": "#7a5230",
}  # fmt: skip
DARK = {
    "ground": "#14171b", "panel": "#1d2126", "text": "#e8eaed", "muted": "#a0a8b3",
    "line": "#3a4149", "grid": "#2a2f36", "good": "#46d3a6", "bad": "#ff9a66",
    "alarm": "#33240f", "alarm-line": "#e09a3c",
    "c0": "#d5d9df", "c1": "#5cb8f2", "c2": "#ff8a4c", "c3": "#2fcf9f", "c4": "#e79aca",
    "c5": "#f2c14e", "c6": "#a5dcf7", "c7": "#d1a37c",
}  # fmt: skip


def declared(colours: Mapping[str, str]) -> str:
    """Return the CSS that makes them known as `var(--name)`."""
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def written_out(css: str) -> str:
    """Return CSS with the light colours in place of their names.

    Programs that place an SVG file in a document often know no `var()`.
    """
    for name, value in LIGHT.items():
        css = css.replace(f"var(--{name})", value)
    return css
