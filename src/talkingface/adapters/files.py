"""Any folder of videos: who is seen is said by file names, by folders or by a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from talkingface.adapters.adapter import Adapter, Identities, Place, Refusal, stem
from talkingface.faces.identity import IdentitySettings, Table, identity_rule
from talkingface.prepare.source import Source
from talkingface.prepare.walk import Found, printable_name
from talkingface.reasons import Reason


class Files(Adapter):
    """Every file below the folder."""

    name = "files"
    identities: Identities = "person"

    def __init__(self, root: Path, settings: IdentitySettings, found: Sequence[Found]) -> None:
        """Look at the files `found` below `root`.

        Raises:
            UserError: an unknown source of identities, or a table that is missing or lacks a
                column.
        """
        super().__init__(root)
        self.identities = "file" if settings.source == "stem" else "person"
        self._rule = identity_rule(settings)
        self._here = root.resolve()
        self._by_file = settings.source == "stem"
        self._stems = Counter(stem(file) for file in found) if self._by_file else Counter()

    def place(self, found: Found) -> Place | Refusal | None:
        """Return who is seen; every file is a recording of its own."""
        if self._by_file:
            alone = self._stems[stem(found)] == 1
            return Place(stem(found) if alone and stem(found) else found.name, found.name)
        # As seen from the input: what a link points to is somebody else's arrangement.
        who = self._rule(self._here / found.path.absolute().relative_to(self.root.absolute()))
        if who is None:
            return Refusal(Reason.NO_IDENTITY, "the identity table lacks this file")
        return Place(who if isinstance(self._rule, Table) else printable_name(who), found.name)

    def recognises(self, found: Sequence[Found]) -> bool:
        """Whether there is anything: any folder will do."""
        return bool(found)

    def missing(self, sources: Sequence[Source]) -> Iterable[str]:
        """Return the table's files that are not there."""
        return self._rule.unused() if isinstance(self._rule, Table) else ()
