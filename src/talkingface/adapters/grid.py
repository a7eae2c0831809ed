"""GRID: a thousand sentences of six words of each of 33 people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from talkingface.adapters.adapter import Adapter, Place, Refusal, is_video, stem
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found
from talkingface.reasons import Reason

# A letter for each word: command, colour, preposition, letter, digit, adverb.
_CODE = re.compile(r"[blps][bgrw][abiw][a-vx-z][z1-9][anps]")
_PERSON = re.compile(r"s([1-9]|[12]\d|3[0-4])", re.ASCII)
_SENTENCES = 1000
# Of s21 there is sound alone.
_PEOPLE = tuple(f"s{number}" for number in range(1, 35) if number != 21)


class Grid(Adapter):
    """`s<1-34>/[...]<code>.mpg`; the codes are the same for all people."""

    name = "grid"
    identities = "person"

    def place(self, found: Found) -> Place | Refusal | None:
        """Return the person, by the nearest folder named s1 to s34; see Adapter."""
        if not is_video(found):
            return None
        code = stem(found)
        if not _CODE.fullmatch(code):
            return Refusal(Reason.NOT_LISTED, "not named after a sentence of GRID")
        person = next((n for n in reversed(self.folders(found)) if _PERSON.fullmatch(n)), None)
        if person is None:
            return Refusal(Reason.NO_IDENTITY, "not in a folder s1 to s34, so nobody knows whose")
        return Place(person, f"{person}/{code}")

    def recognises(self, found: Sequence[Found]) -> bool:
        """As Adapter; also where the folders that name the people are lost."""
        videos = [file for file in found if is_video(file)]
        return 2 * sum(bool(_CODE.fullmatch(stem(file))) for file in videos) > len(videos)

    def objection(self, found: Sequence[Found]) -> str:
        """As Adapter; of a flat folder nobody knows who speaks."""
        places = [self.place(file) for file in found]
        nobodys = any(isinstance(p, Refusal) and p.reason is Reason.NO_IDENTITY for p in places)
        if not nobodys or any(isinstance(place, Place) for place in places):
            return ""
        return (
            "GRID's sentences without the folders s1 to s34. The same names come back for every "
            "person, so the folders alone say who speaks: unpack each archive into its own, or "
            "set layout=files and identity.from=table."
        )

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Yield the people of whom sentences are not there, with their number."""
        spoken = Counter(who for who, _ in {(s.identity, s.recording) for s in sources})
        for person in _PEOPLE:
            if spoken[person] < _SENTENCES:
                yield f"{person}: {spoken[person]} of {_SENTENCES} sentences"
