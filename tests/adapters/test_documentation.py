"""The layout that the documentation writes works as it says."""

from pathlib import Path

import pytest

from talkingface.adapters import listing
from talkingface.adapters.adapter import Adapter
from tests.adapters.trees import listed, people, plant, refusals, splits

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/data.md"


def test_the_documented_layout_is_read_as_documented(
    tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = DOCUMENT.read_text().partition("```python\n")[2].partition("```")[0]
    names: dict[str, type[Adapter]] = {}
    exec(code, names)  # noqa: S102 - the text is the project's own
    monkeypatch.setattr(listing, "PUBLISHED", (*listing.PUBLISHED, names["Takes"]))
    plant(
        tmp_path, video, ["train/anna-1.mp4", "train/anna-2.mp4", "test/bert-1.mp4", "test/x.mp4"]
    )
    found = listed(tmp_path)
    assert found.layout == "takes"
    assert list(people(found).values()) == ["bert", "anna", "anna"]
    assert splits(found) == {"anna": "train", "bert": "test"}
    assert refusals(found) == {"test/x.mp4": "no-identity"}


def test_every_layout_is_documented_and_named_beside_its_field() -> None:
    table = DOCUMENT.read_text()
    field = (DOCUMENT.parents[1] / "conf/prepare.yaml").read_text()
    for kind in listing.PUBLISHED:
        assert f"| `{kind.name}` |" in table
        assert f" {kind.name}" in field
