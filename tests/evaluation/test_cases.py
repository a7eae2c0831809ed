"""The list of pairs is fixed, pairs different people, and takes nearly everybody once."""

from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.evaluation.cases import cross_cases, listed_cases, names_in, self_cases
from talkingface.manifest import Clip


def clip(name: str, identity: str) -> Clip:
    return Clip(name, identity, "", 10, 25, 1, 0, 0, 64, False)


CLIPS = [clip(f"p{person}_c{number}", f"p{person}") for person in range(6) for number in range(3)]
PAIRS = [("p5_c2", "p1_c2"), ("p5_c0", "p1_c2"), ("p1_c2", "p0_c0")]


def test_pairs_do_not_depend_on_the_order_of_the_clips_and_never_change() -> None:
    pairs = [(case.source.clip, case.driving.clip) for case in cross_cases(CLIPS)]
    assert pairs == [(c.source.clip, c.driving.clip) for c in cross_cases(CLIPS[::-1])]
    # Written down, since every published figure rests on it; a change needs another version.
    assert pairs[:3] == PAIRS
    assert len(pairs) == len(CLIPS)
    assert len({source for source, _ in pairs}) == len(CLIPS)
    assert len({driving for _, driving in pairs}) >= len(CLIPS) - 4


def test_nobody_is_driven_by_himself() -> None:
    assert all(case.source.identity != case.driving.identity for case in cross_cases(CLIPS))
    lopsided = [*CLIPS[:3], clip("other", "q")]
    assert [c.driving.identity for c in cross_cases(lopsided) if c.source.identity == "p0"] == [
        "q"
    ] * 3
    with pytest.raises(UserError, match="at least two identities"):
        cross_cases(CLIPS[:3])


def test_self_reenactment_takes_every_clip_in_order() -> None:
    assert [case.name for case in self_cases(CLIPS)] == [c.clip for c in CLIPS]
    assert all(case.source is case.driving for case in self_cases(CLIPS))


def test_a_list_of_pairs_reads_back(tmp_path: Path) -> None:
    cases = cross_cases(CLIPS)
    lines = [f"{case.source.clip},{case.driving.clip}" for case in cases]
    # As spreadsheets write it, with a mark at the beginning.
    (tmp_path / "pairs.csv").write_text("\ufeff" + "\n".join(["source,driving", *lines]))
    assert listed_cases(tmp_path / "pairs.csv", CLIPS) == cases
    assert names_in(cases[0].name) == [(cases[0].source.clip, cases[0].driving.clip)]
    assert names_in("a--b--c") == [("a", "b--c"), ("a--b", "c")]
    (tmp_path / "twice.csv").write_text("\n".join(["source,driving", *lines[:1] * 2]))
    with pytest.raises(UserError, match="is there 2 times"):
        listed_cases(tmp_path / "twice.csv", CLIPS)
    with pytest.raises(UserError, match=r"pairs.csv, line 2: '.*' is no clip"):
        listed_cases(tmp_path / "pairs.csv", CLIPS[:3])
    (tmp_path / "pairs.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="columns source and driving"):
        listed_cases(tmp_path / "pairs.csv", CLIPS)
    with pytest.raises(UserError, match="is named <source>--<driving>"):
        names_in("anna")
