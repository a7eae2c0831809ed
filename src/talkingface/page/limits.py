"""How much the page takes from those who use it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from pathlib import Path

from PIL import Image

from talkingface.errors import UserError
from talkingface.numbers import is_number
from talkingface.video.probe import VideoInfo, probe

MEGABYTE = 1_000_000
MEGAPIXEL = 1_000_000
# More frames a second than people film with would make a short reference a long job.
_FASTEST = 60


@dataclass(frozen=True)
class Limits:
    """Limits of one upload, and of all of them together.

    Attributes:
        largest_mb: megabytes of a file.
        longest_seconds: of a reference.
        largest_megapixels: million pixels of a portrait, and of a frame of a reference.
        waiting: jobs that may wait while one is done.
        keep_minutes: minutes after they were made that uploads and results are kept for.

    Raises:
        UserError: a limit is no positive number.
    """

    largest_mb: float = 200
    longest_seconds: float = 60
    largest_megapixels: float = 50
    waiting: int = 8
    keep_minutes: float = 60

    def __post_init__(self) -> None:
        """Check what a user can get wrong."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not is_number(value) or not value > 0:
                raise UserError(f"{field.name}={value}: must be a number above 0.")
        if self.waiting != int(self.waiting):
            raise UserError(f"waiting={self.waiting}: must be a whole number.")

    @property
    def largest_bytes(self) -> int:
        """Bytes of a file."""
        return round(self.largest_mb * MEGABYTE)

    def check_portrait(self, path: Path) -> None:
        """Look at a portrait's size without decoding it; what is no picture passes.

        Raises:
            UserError: too many bytes or pixels.
        """
        self._check_bytes(path)
        try:
            with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
                width, height = picture.size
        except Image.DecompressionBombError as error:
            raise UserError(
                f"{path}: has far more pixels than this page takes, which is up to "
                f"{self.largest_megapixels:g} million. Give a smaller copy."
            ) from error
        except (OSError, SyntaxError, ValueError):
            # Reading it will say what is the matter.
            return
        self._check_pixels(path, width, height)

    def check_reference(self, path: Path) -> VideoInfo:
        """Return what a reference holds.

        Raises:
            UserError: too many bytes, pixels, seconds or frames, or no video.
        """
        self._check_bytes(path)
        info = probe(path)
        self._check_pixels(path, info.width, info.height)
        # The longest that is allowed may be a frame longer than its round number.
        if info.duration > self.longest_seconds + 1 / info.rate:
            raise UserError(
                f"{path}: lasts {float(info.duration):.1f} s; this page takes references of up to "
                f"{self.longest_seconds:g} s. Give a shorter piece."
            )
        if info.duration * info.rate > (self.longest_seconds + 1) * _FASTEST:
            raise UserError(
                f"{path}: has {float(info.rate):.0f} frames a second; this page takes "
                f"{self.longest_seconds * _FASTEST:.0f} frames in all. Give a shorter piece."
            )
        return info

    def _check_bytes(self, path: Path) -> None:
        size = path.stat().st_size
        if size > self.largest_bytes:
            raise UserError(
                f"{path}: has {size / MEGABYTE:.1f} MB; this page takes files of up to "
                f"{self.largest_mb:g} MB. Give a smaller file."
            )

    def _check_pixels(self, path: Path, width: int, height: int) -> None:
        if width * height > self.largest_megapixels * MEGAPIXEL:
            raise UserError(
                f"{path}: has {width}x{height} pixels; this page takes up to "
                f"{self.largest_megapixels:g} million. Give a smaller copy."
            )
