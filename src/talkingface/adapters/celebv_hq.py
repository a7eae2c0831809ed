"""CelebV-HQ: clips named after the recording; nothing published says who is seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video, stem
from talkingface.adapters.lists import find_list, read_text
from talkingface.adapters.voxceleb import VIDEO_ID, WHOLE
from talkingface.errors import UserError
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

# A YouTube id may itself hold and begin with the underscore that divides the numbers.
_CLIP = re.compile(rf"({VIDEO_ID})_(\d+)(?:_\d+)?", re.ASCII)
_LIST = "celebvhq_info.json"


class CelebVHQ(Adapter):
    """`<YouTube id>_<number>[_<scene>].mp4` in any folders, list celebvhq_info.json."""

    name = "celebv_hq"
    identities = "recording"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return the recording, which has to do for the person; see Adapter."""
        if not is_video(found):
            return None
        clip = _CLIP.fullmatch(stem(found))
        if clip is None:
            whole = WHOLE.fullmatch(stem(found))
            words = "the whole recording" if whole else "not named <YouTube id>_<number>.mp4"
            return Refusal(Reason.NOT_LISTED, words)
        if self._clips and f"{clip[1]}_{clip[2]}" not in self._clips:
            return Refusal(Reason.NOT_LISTED, f"{_LIST} has no clip {clip[1]}_{clip[2]}")
        return Place(clip[1], clip[1])

    def recognises(self, found: Sequence[Found]) -> bool:
        """Whether the list is there and names more than half of the videos that are cut."""
        if find_list(self.root, _LIST) is None:
            return False
        cuts = [file for file in found if not WHOLE.fullmatch(stem(file))]
        return super().recognises(cuts)

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield the clips of the list that are not there."""
        stems = (source.name.rpartition("/")[2].rpartition(".")[0] for source in sources)
        there = {f"{clip[1]}_{clip[2]}" for name in stems if (clip := _CLIP.fullmatch(name))}
        return (clip for clip in self._clips if clip not in there)

    @cached_property
    def _clips(self) -> dict[str, None]:
        """The list's names of clips, in its order."""
        path = find_list(self.root, _LIST)
        if path is None:
            return {}
        try:
            return dict.fromkeys(json.loads(read_text(path))["clips"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{path}: not the list of CelebV-HQ ({error!r}). Get it again, or move it away."
            ) from error
