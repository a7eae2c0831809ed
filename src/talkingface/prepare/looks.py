"""What of a piece is kept to be recognised and to be looked at."""

from __future__ import annotations

import numpy as np

from talkingface.faces.person_track import PersonTrack

LOOKS = 8


def looks_of(track: PersonTrack) -> tuple[int, ...]:
    """Return the perceptual hashes at 8 moments spread evenly over a track; () if none was taken.

    The faces at these moments are hashed, see `moment.look_of`, so that two copies of a recording
    that begin and end alike have looks that differ in few bits, whatever their size and rate.
    """
    if not track.looks:
        return ()
    wanted = (np.arange(LOOKS) + 0.5) / LOOKS * track.length
    nearest = np.abs(track.moments - wanted[:, None]).argmin(axis=1)
    return tuple(track.looks[k] for k in nearest)


def thumbnail_near_middle(track: PersonTrack) -> bytes:
    """Return the thumbnail taken nearest to the middle; b"" if none was taken."""
    if not track.thumbnails:
        return b""
    return min(track.thumbnails, key=lambda item: abs(item[0] - track.length / 2))[1]
