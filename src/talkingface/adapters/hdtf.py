"""HDTF: cuts of speeches, named after the speaker, and lists of three parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video, stem
from talkingface.adapters.lists import cells, find_list
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

_PARTS = ("RD", "WDA", "WRA")
_CUT = re.compile(r"(?:(RD|WDA|WRA)_)?(.+?)(?:_(\d+))?", re.ASCII)
_LINK = re.compile(r"(?:v=|youtu\.be/|embed/)([\w-]{11})", re.ASCII)
_LISTS = "HDTF_dataset"
_RAW = "_videos_raw"
# The lists give one man two names, without a common recording in the second case.
_ALIASES = {"WhipJimClyburn": "JamesClyburn"}


class Hdtf(Adapter):
    """`[<part>_]<video>[_<cut>].mp4`, with `<part>_video_url.txt` and the lists beside it."""

    name = "hdtf"
    identities = "person"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return the speaker and the recording; see Adapter."""
        if not is_video(found):
            return None
        if _RAW in self.folders(found)[1:]:
            return Refusal(Reason.NOT_LISTED, "the whole recording; its cuts are what HDTF holds")
        video = self._video(stem(found))
        if self._links and video not in self._links:
            return Refusal(Reason.NOT_LISTED, f"the lists have no video {video}")
        return Place(self._people.get(video, _speaker(video)), self._recording(video))

    def recognises(self, found: Sequence[Found]) -> bool:
        """As Adapter, where names have a part in front or stand on the lists."""
        marked = [file for file in found if self._is_marked(stem(file))]
        cuts = [f for f in found if is_video(f) and _RAW not in self.folders(f)[1:]]
        return 2 * sum(isinstance(self.place(file), Place) for file in marked) > len(cuts)

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield the videos of the lists of which no cut is there, with their addresses."""
        there = {
            self._video(source.name.rpartition("/")[2].rpartition(".")[0]) for source in sources
        }
        for part in _PARTS:
            cut = {self._video(Path(row[0]).stem) for row in self._rows(part, "crop_wh")}
            for name, link, *_ in (row for row in self._rows(part, "video_url") if len(row) > 1):
                video = name.removesuffix(".mp4")
                if video not in there:
                    note = "" if not cut or video in cut else " (the lists have no crop for it)"
                    yield f"{part}_{video} {link}{note}"

    def _is_marked(self, name: str) -> bool:
        parts = _CUT.fullmatch(name)
        return bool(self._links) or bool(parts and parts[1] and parts[3])

    def _video(self, name: str) -> str:
        """Return the lists' name of the video of which a file is a cut."""
        parts = _CUT.fullmatch(name)
        if parts is None or name in self._links:
            return name
        without_part = name.removeprefix(f"{parts[1]}_")
        return without_part if without_part in self._links else parts[2]

    def _recording(self, video: str) -> str:
        return self._links.get(video) or video

    def _rows(self, part: str, kind: str) -> Iterator[list[str]]:
        path = find_list(self.root, f"{part}_{kind}.txt", _LISTS)
        return iter(()) if path is None else cells(path)

    @cached_property
    def _links(self) -> dict[str, str]:
        """YouTube id of each video of the lists; "" where its address holds none."""
        rows = [row for part in _PARTS for row in self._rows(part, "video_url") if len(row) > 1]
        links = {name.removesuffix(".mp4"): _LINK.search(link) for name, link, *_ in rows}
        return {name: found[1] if found else "" for name, found in links.items()}

    @cached_property
    def _people(self) -> dict[str, str]:
        """Speaker of each video; names whose videos are one recording are one person's."""
        leader = {_speaker(video): _speaker(video) for video in self._links}

        def lead(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        first: dict[str, str] = {}
        for video, link in self._links.items():
            own = lead(_speaker(video))
            other = lead(_speaker(first.setdefault(link, video))) if link else own
            leader[max(own, other)] = min(own, other)
        return {video: lead(_speaker(video)) for video in self._links}


def _speaker(video: str) -> str:
    """Return who speaks by the video's name: `Radio11` is a person, `CarolynMaloney1` a video."""
    if re.fullmatch(r"Radio\d+", video, re.ASCII):
        return video
    bare = re.sub(r"\d+$", "", video) or video
    return _ALIASES.get(bare, bare)
