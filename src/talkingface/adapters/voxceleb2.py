"""VoxCeleb2: a tree of face crops, with sound and tracks in trees beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video
from talkingface.adapters.lists import find_list
from talkingface.adapters.voxceleb import sets_of_people, split_of_folders, utterance
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

_PERSON = re.compile(r"id0\d{4}", re.ASCII)


class VoxCeleb2(Adapter):
    """`[dev|test]/mp4/<person>/<YouTube id>/<number>.mp4`, sound in aac/, list vox2_meta.csv."""

    name = "voxceleb2"
    identities = "person"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return person, recording, split and the file of the sound; see Adapter."""
        if not is_video(found):
            return None
        folders = self.folders(found)
        said = utterance(found, folders, _PERSON)
        if said is None:
            return Refusal(Reason.NOT_LISTED, "not at <person>/<YouTube id>/<number>.mp4")
        split = self._sets.get(said.person) or split_of_folders(folders[1:])
        tree = self._beside(found.path, "aac")
        sound = None if tree is None else tree / f"{said.name}.m4a"
        return Place(said.person, said.video, split, sound if sound and sound.is_file() else None)

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield utterances that have a track and no video, or else people without any video."""
        trees = {self._beside(source.path, "txt") for source in sources}
        tracks = {_name(track) for tree in trees if tree for track in tree.glob("*/*/*.txt")}
        if tracks:
            yield from sorted(tracks - {_name(source.path.absolute()) for source in sources})
            return
        people = {source.identity for source in sources}
        present = {source.split for source in sources}
        for person, split in sorted(self._sets.items()):
            if person not in people and split in present:
                yield f"{person} (no video of this person)"

    def _beside(self, video: Path, kind: str) -> Path | None:
        """Return the tree of sound or tracks that belongs to the tree in which a video lies."""
        key = str(video).rsplit(os.sep, 3)[0], kind
        if key not in self._trees:
            videos = video.absolute().parents[2]
            above = videos.parent
            places = (
                videos.with_name(videos.name.replace("mp4", kind)),
                above.with_name(above.name.replace("mp4", kind)) / kind,
            )
            folders = (place for place in places if place != videos and place.is_dir())
            self._trees[key] = next(folders, None)
        return self._trees[key]

    @cached_property
    def _trees(self) -> dict[tuple[str, str], Path | None]:
        return {}

    @cached_property
    def _sets(self) -> dict[str, str]:
        return sets_of_people(find_list(self.root, "vox2_meta.csv"), "VoxCeleb2 ID")


def _name(path: Path) -> str:
    return "/".join(path.with_suffix("").parts[-3:])
