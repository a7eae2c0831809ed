"""VoxCeleb1 as the first-order model's preprocessing cuts it, or as a tree of utterances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video, stem
from talkingface.adapters.lists import find_list, records
from talkingface.adapters.voxceleb import (
    VIDEO_ID,
    WHOLE,
    sets_of_people,
    split_of_folders,
    utterance,
)
from talkingface.errors import UserError
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

_CUT = re.compile(rf"(id\d{{5}})#({VIDEO_ID})#(\d+)#(\d+)", re.ASCII)
_PERSON = re.compile(r"id1\d{4}", re.ASCII)
_FRAMES = "unzippedIntervalFaces"
Key = tuple[str, int, int]


class VoxCeleb1(Adapter):
    """`train|test/<person>#<YouTube id>#<first frame>#<last frame>.mp4`, list vox-metadata.csv."""

    name = "voxceleb1"
    identities = "person"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return person, recording and split; see Adapter."""
        if not is_video(found):
            return None
        folders = self.folders(found)
        if cut := _CUT.fullmatch(stem(found)):
            person, video = cut[1], cut[2]
        elif said := utterance(found, folders, _PERSON):
            person, video = said.person, said.video
        elif WHOLE.fullmatch(stem(found)):
            words = "a whole recording; cut it as vox-metadata.csv says, and give the cuts"
            return Refusal(Reason.NOT_LISTED, words)
        else:
            return Refusal(Reason.NOT_LISTED, "not named as VoxCeleb1 names its videos")
        split = (
            self._partitions.get(person) or split_of_folders(folders[1:]) or self._sets.get(person)
        )
        return Place(person, video, split or "")

    def recognises(self, found: Sequence[Found]) -> bool:
        """As Adapter; the published folder of single pictures too."""
        return self._holds_frames(found) or super().recognises(found)

    def objection(self, found: Sequence[Found]) -> str:
        """As Adapter; the pictures are no videos."""
        if not self._holds_frames(found):
            return ""
        return (
            "holds VoxCeleb1's pictures, and one picture a second is no video. Cut the recordings "
            "as vox-metadata.csv of the first-order model says, and prepare those cuts."
        )

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield the cuts of vox-metadata.csv that are not there."""
        stems = (source.name.rpartition("/")[2].rpartition(".")[0] for source in sources)
        there = {(cut[2], int(cut[3]), int(cut[4])) for name in stems if (cut := _CUT.match(name))}
        for (video, start, end), (person, _) in self._cuts.items():
            if (video, start, end) not in there:
                yield f"{person}#{video}#{start:06d}#{end:06d}"

    def _holds_frames(self, found: Sequence[Found]) -> bool:
        here = self.root.resolve()
        named = here.name == _FRAMES or (here / _FRAMES).is_dir()
        return named and not any(is_video(file) for file in found)

    @cached_property
    def _cuts(self) -> dict[Key, tuple[str, str]]:
        """Person and partition of each cut of vox-metadata.csv."""
        path = find_list(self.root, "vox-metadata.csv")
        if path is None:
            return {}
        needed = ("video_id", "start", "end", "partition", "person_id")
        try:
            return {
                (row["video_id"], int(row["start"]), int(row["end"])): (
                    row["person_id"],
                    row["partition"],
                )
                for row in records(path, *needed)
            }
        except (KeyError, ValueError) as error:
            raise UserError(
                f"{path}: a line is not whole ({error!r}). Get the list again, or move it away."
            ) from error

    @cached_property
    def _partitions(self) -> dict[str, str]:
        """Split of each person; the list has two people in both, who are kept for the test."""
        test = {person for person, part in self._cuts.values() if part == "test"}
        return {person: "test" if person in test else "train" for person, _ in self._cuts.values()}

    @cached_property
    def _sets(self) -> dict[str, str]:
        return sets_of_people(find_list(self.root, "vox1_meta.csv"), "VoxCeleb1 ID")
