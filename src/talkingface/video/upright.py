"""Decoded frames as a player shows them: RGB, upright, square pixels, no interlace, no holes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

# What shows through a picture's transparent parts.
_GREY = 128
# Anamorphic film has 2; a damaged header has anything.
_WIDEST_PIXEL = 4
# Players take larger pictures that do not name their colours for HDTV's.
_SDTV_HEIGHT, _SDTV_WIDTH = 576, 1024
_UNSPECIFIED = 2


def upright_size(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Return (width, height) at which a decoded frame is shown: square pixels, rotation applied."""
    width, height = _square_pixel_width(frame.width, pixel_aspect), frame.height
    return (height, width) if _quarter_turns(frame) % 2 else (width, height)


def upright_pixels(
    frame: av.VideoFrame,
    pixel_aspect: Fraction | None,
    stored_size: tuple[int, int] | None = None,
) -> NDArray[np.uint8]:
    """Return the (H, W, 3) uint8 RGB picture as a player shows it; transparent parts are grey.

    Args:
        frame: as decoded.
        pixel_aspect: width of a pixel over its height; None is 1.
        stored_size: (width, height) to scale the frame to before anything else; None keeps its own.
    """
    stored_width, height = stored_size or (frame.width, frame.height)
    width = _square_pixel_width(stored_width, pixel_aspect)
    see_through = any(component.is_alpha for component in frame.format.components)
    picture = (
        frame.reformat(width, height, "rgba" if see_through else "rgb24", _colours(frame))
        .to_ndarray()
        .astype(np.uint8, copy=False)
    )
    if see_through:
        picture = _over_grey(picture)
    turns = _quarter_turns(frame)
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def deinterlaced(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield frames, those made of two interlaced fields turned into whole pictures.

    Progressive video passes untouched. Time stamps are kept.
    """
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        own = (frame.width, frame.height, frame.format.name)
        if graph is not None and own != shape:
            yield from _drained(graph)
            graph = None
        if graph is None:
            if not frame.interlaced_frame:
                yield frame
                continue
            graph, shape = _deinterlacer(frame), own
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        yield from _drained(graph)


def _deinterlacer(frame: av.VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 25),
    )
    # One picture a frame; frames that are marked as progressive are left alone.
    bwdif = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    sink = graph.add("buffersink")
    source.link_to(bwdif)
    bwdif.link_to(sink)
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, av.VideoFrame):
            yield frame


def _drained(graph: Graph) -> Iterator[av.VideoFrame]:
    graph.push(None)
    yield from _ready(graph)


def _colours(frame: av.VideoFrame) -> Colorspace | None:
    """Return the colour matrix of a frame that names none and is too large for SDTV's."""
    large = frame.height > _SDTV_HEIGHT or frame.width > _SDTV_WIDTH
    named = frame.colorspace != _UNSPECIFIED
    return Colorspace.ITU709 if large and not named and not frame.format.is_rgb else None


def _over_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = picture[..., 3:].astype(np.uint16)
    mixed = (picture[..., :3] * alpha + _GREY * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)


def _quarter_turns(frame: av.VideoFrame) -> int:
    """Counterclockwise quarter turns that the file's metadata asks for."""
    return round(frame.rotation / 90) % 4


def _square_pixel_width(width: int, pixel_aspect: Fraction | None) -> int:
    if not pixel_aspect or not 1 / Fraction(_WIDEST_PIXEL) <= pixel_aspect <= _WIDEST_PIXEL:
        return width
    return max(1, round(width * pixel_aspect))
