"""MEAD: sentences of each person in seven views, with emotions of three levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

_VIEWS = ("front", "left_30", "left_60", "right_30", "right_60", "top", "down")
_EMOTIONS = "angry contempt disgusted fear happy neutral sad surprised".split()  # noqa: SIM905
_SENTENCE = re.compile(
    rf"(?:.*/)?([MW]\d{{3}})(?!\d)(?:.*?[/_])??(?:({'|'.join(_VIEWS)})[/_])?"
    rf"({'|'.join(_EMOTIONS)})[/_](level_[1-3])[/_](\d{{3}})",
    re.ASCII,
)


@dataclass(frozen=True)
class _Sentence:
    person: str
    view: str
    emotion: str
    level: str
    number: str


class Mead(Adapter):
    """`<person>/[video/][<view>/]<emotion>/level_<n>/<number>.mp4`, sound in <person>/audio/."""

    name = "mead"
    identities = "person"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return the person and the moment, which all views share; see Adapter."""
        if not is_video(found):
            return None
        said = self._sentence(found.name)
        if said is None:
            words = "not at <person>/<view>/<emotion>/level_<n>/<number>.mp4"
            return Refusal(Reason.NOT_LISTED, words)
        moment = "/".join((said.person, said.emotion, said.level, said.number))
        return Place(said.person, moment, sound=_sound(found.path, said))

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield the empty cells of the people there: views that anybody has, emotions, levels."""
        found = [said for source in sources if (said := self._sentence(source.name))]
        there = {(said.person, said.view, said.emotion, said.level) for said in found}
        people = sorted({said.person for said in found})
        views = [view for view in _VIEWS if any(said.view == view for said in found)]
        levels = ("level_1", "level_2", "level_3")
        for person, view, emotion, level in product(people, views, _EMOTIONS, levels):
            recorded = emotion != "neutral" or level == "level_1"
            if recorded and (person, view, emotion, level) not in there:
                yield f"{person}/{view}/{emotion}/{level}"

    def _sentence(self, name: str) -> _Sentence | None:
        said = _SENTENCE.fullmatch(f"{self._own_name}/{name}".rpartition(".")[0])
        if said is None:
            return None
        return _Sentence(said[1], said[2] or "front", said[3], said[4], said[5])


def _sound(path: Path, said: _Sentence) -> Path | None:
    """Return the sentence's sound, which is recorded once for all views."""
    for folder in path.parents:
        if folder.name.startswith(said.person):
            sound = folder / "audio" / said.emotion / said.level / f"{said.number}.m4a"
            return sound if sound.is_file() else None
    return None
