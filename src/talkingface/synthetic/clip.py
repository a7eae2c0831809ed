"""One synthetic clip: an identity with a motion, as arrays or as files of a data set."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talkingface.manifest import (
    Clip,
    Track,
    clip_path,
    size_and_checksum,
    track_path,
    write_track,
)
from talkingface.synthetic.motion import Motion
from talkingface.synthetic.render import renderer
from talkingface.synthetic.sound import SOUND_RATE, speech_sound
from talkingface.video.sound import AudioTrack
from talkingface.video.write import VideoWriter

# One block of frames in memory at a time.
_BLOCK = 64


def frame_times(frames: int, rate: Fraction) -> NDArray[np.float64]:
    """Return the (frames,) times in seconds of frames 0, 1, ... at `rate` frames a second."""
    return np.array([float(Fraction(k) / rate) for k in range(frames)])


def track_of(identity_seed: int, motion_seed: int, times: ArrayLike, size: int) -> Track:
    """Return the exact labels of an identity with a motion at times (T,) in seconds."""
    motion = Motion(motion_seed)
    pose, expression = motion.pose(times), motion.expression(times)
    return Track(
        pose=pose,
        expression=expression,
        landmarks=renderer(identity_seed, size).landmarks(pose, expression),
        face=np.ones(len(pose), bool),
    )


def render_motion(
    identity_seed: int, motion_seed: int, times: ArrayLike, size: int
) -> NDArray[np.uint8]:
    """Return frames (T, size, size, 3), RGB, of an identity with a motion at times (T,) seconds.

    The exact target of a reenactment: what the identity looks like doing what the motion does.
    """
    motion = Motion(motion_seed)
    drawn = renderer(identity_seed, size)
    return drawn.render(motion.pose(times), motion.expression(times))


def synthesize_clip(
    root: Path,
    name: str,
    identity: tuple[str, int],
    motion_seed: int,
    *,
    frames: int,
    rate: Fraction,
    size: int,
) -> Clip:
    """Write a clip's video with sound and its labels into a data set folder.

    The video comes last, so a clip whose video exists is complete.

    Args:
        root: data set folder.
        name: the clip's name.
        identity: the identity's name in the manifest and its seed.
        motion_seed: what it does.
        frames, rate: length of the clip and frames a second.
        size: side of the frames, pixels.

    Returns:
        The clip's row of the manifest.
    """
    times = frame_times(frames, rate)
    track = track_of(identity[1], motion_seed, times, size)
    write_track(root, name, track)
    sound = AudioTrack(speech_sound(Motion(motion_seed), float(frames / rate)), SOUND_RATE)
    drawn = renderer(identity[1], size)
    with VideoWriter(clip_path(root, name), rate, size, size, audio=sound) as writer:
        for first in range(0, frames, _BLOCK):
            block = slice(first, first + _BLOCK)
            for frame in drawn.render(track.pose[block], track.expression[block]):
                writer.write(frame)
    return clip_row(root, name, identity, motion_seed, frames=frames, rate=rate, size=size)


def clip_row(
    root: Path,
    name: str,
    identity: tuple[str, int],
    motion_seed: int,
    *,
    frames: int,
    rate: Fraction,
    size: int,
) -> Clip:
    """Return the manifest's row of a clip that was made; arguments as for `synthesize_clip`."""
    video_bytes, video_checksum = size_and_checksum(clip_path(root, name))
    return Clip(
        clip=name,
        identity=identity[0],
        source=f"identity seed {identity[1]}",
        frames=frames,
        rate_num=rate.numerator,
        rate_den=rate.denominator,
        crop_x=0.0,
        crop_y=0.0,
        crop_side=float(size),
        has_audio=True,
        motion=str(motion_seed),
        bytes=video_bytes,
        crc32=video_checksum,
        track_crc32=size_and_checksum(track_path(root, name))[1],
    )


def identity_seed_of(clip: Clip) -> int:
    """Return the seed of the identity seen in a synthetic clip."""
    return int(clip.source.rsplit(" ", 1)[1])
