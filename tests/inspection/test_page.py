"""What the page says of a data set, whole or damaged, synthetic or prepared."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from talkingface.inspection.page import InspectionSettings, page
from talkingface.inspection.reason_words import WORDS
from talkingface.manifest import clip_path, read_dataset, track_path, write_dataset
from talkingface.reasons import Reason
from tests.inspection.sets import prepared_copy, write_decisions, write_sheet
from tests.report.html_text import HOSTILE, read, text_of

SETTINGS = InspectionSettings(clips=3)


@pytest.fixture
def prepared(talking_heads: Path, tmp_path: Path) -> Path:
    return prepared_copy(talking_heads, tmp_path / "prepared")


def test_a_synthetic_set_has_its_figures_and_no_empty_chart(talking_heads: Path) -> None:
    html = page(talking_heads, SETTINGS)
    text = text_of(html)
    for words in ("8 people", "8 clips", "240 frames", "64 x 64 pixels", "100% with sound"):
        assert words in text, words
    assert "Nothing had to be measured: the clips are synthetic" in text
    assert "Frame by frame, of 8 of 8 clips" in text
    assert re.findall(r"aria-label=\"(\w+)", html) == ["Yaw", "Pitch", "Roll", "Opening"]


def test_the_page_has_no_address_but_its_own_data(prepared: Path) -> None:
    write_decisions(prepared, [("a.mp4", 0.0, 4.0, "rejected", "face-small", "31 px")])
    write_sheet(prepared, "face-small")
    html = page(prepared, SETTINGS)
    addresses = read(html).addresses
    assert sorted(address.partition(",")[0] for address in addresses) == [
        "data:image/jpeg;base64",
        *["data:video/mp4;base64"] * 3,
    ]
    rest = re.sub(r"base64,[^\"]*", "", html)
    assert re.findall(r"https?:|//[a-z]|url\(|@import|<link|<iframe|<script", rest) == []


def test_published_splits_and_measures_are_shown(prepared: Path) -> None:
    html = page(prepared, SETTINGS)
    text = text_of(html)
    assert "train 6 6 7 s" in text
    assert "test 2 2 2 s" in text
    assert "4 recordings" in text
    assert 'aria-label="Height of the face' in html
    assert "4 clips without a value" in text


@pytest.mark.parametrize("kind", ["recording", "file"])
def test_names_that_are_not_people_are_said_so(
    talking_heads: Path, tmp_path: Path, kind: str
) -> None:
    text = text_of(page(prepared_copy(talking_heads, tmp_path / "set", kind), SETTINGS))
    assert f"8 {kind}s as people" in text
    assert "may be in training and test" in text


def test_what_was_left_out_is_counted_by_reason_with_examples(prepared: Path) -> None:
    small = [(f"{k}.mp4", 1.0 * k, 10.0, "rejected", "face-small", f"{k} px") for k in range(40)]
    others = [
        ("torn.mp4", 0.0, float("nan"), "failed", "damaged", "moov is not there"),
        ("good.mp4", 0.0, 9.0, "kept", "kept", ""),
    ]
    write_decisions(prepared, [*small, *others])
    text = text_of(page(prepared, SETTINGS))
    assert "face-small the face is too small (filters.min_face) 40 7 min" in text
    assert "damaged cannot be decoded to its end 1" in text
    assert "39.mp4 from 39.0 s: 39 px" in text
    assert text.count(" px") == 5
    assert "torn.mp4 : moov is not there" in text
    assert "good.mp4" not in text


def test_a_sheet_too_large_for_the_page_is_named_instead(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("talkingface.inspection.record_sections._LARGEST_SHEET", 300)
    write_decisions(prepared, [("a.mp4", 0.0, 4.0, "rejected", "static", "")])
    write_sheet(prepared, "static")
    html = page(prepared, replace(SETTINGS, clips=0))
    assert read(html).addresses == []
    assert str(prepared / "rejects/static.jpg") in text_of(html)


def test_missing_videos_are_counted_and_some_named(prepared: Path) -> None:
    names = "".join(f"video{k}\n" for k in range(30))
    (prepared / "missing.csv").write_text(f"missing\n{names}")
    text = text_of(page(prepared, SETTINGS))
    assert "30 that the layout's lists name were not there" in text
    assert "video19 … and 10 more." in text


def test_damaged_files_are_named_and_the_page_is_there(prepared: Path) -> None:
    names = [clip.clip for clip in read_dataset(prepared)[1]]
    track_path(prepared, names[0]).write_bytes(b"no track")
    track_path(prepared, names[1]).unlink()
    clip_path(prepared, names[2]).unlink()
    flipped = bytearray(clip_path(prepared, names[3]).read_bytes())
    flipped[len(flipped) // 2] ^= 255
    clip_path(prepared, names[3]).write_bytes(flipped)
    html = page(prepared, replace(SETTINGS, clips=8))
    alarms = html.partition('class="alarms"')[2].partition("</ul>")[0]
    for name in names[:4]:
        assert name in alarms, name
    assert names[4] not in alarms
    assert "of 6 of 8 clips" in text_of(html)
    assert html.count("<video") == 6


def test_the_same_seed_shows_the_same_clips(talking_heads: Path) -> None:
    def shown(seed: int) -> list[str]:
        return read(page(talking_heads, replace(SETTINGS, seed=seed))).addresses

    assert shown(0) == shown(0)
    assert len({tuple(shown(seed)) for seed in range(5)}) > 1


def test_clips_take_no_more_room_than_they_may(talking_heads: Path) -> None:
    sizes = [clip.bytes for clip in read_dataset(talking_heads)[1]]
    room = 1.5 * min(sizes) * 4 / 3 / 1e6
    shown = read(page(talking_heads, replace(SETTINGS, clips=8, largest_page_mb=room))).addresses
    assert sum(map(len, shown)) <= room * 1e6
    none = page(talking_heads, replace(SETTINGS, largest_page_mb=0))
    assert "No clip fits into the page" in text_of(none)


def test_a_person_in_two_splits_is_an_alarm(prepared: Path) -> None:
    info, clips = read_dataset(prepared)
    first, *others, last = clips
    both = [replace(clip, identity="anna") for clip in (first, last)]
    write_dataset(prepared, info, [*both, *others])
    assert "In several splits: anna. Training refuses that." in text_of(page(prepared, SETTINGS))


def test_names_made_of_markup_are_text_and_nothing_else_of_the_page(prepared: Path) -> None:
    info, clips = read_dataset(prepared)

    def made(name: str) -> list[str]:
        write_dataset(prepared, info, [replace(c, identity=name, source=name) for c in clips])
        write_decisions(prepared, [(name, 1.0, 2.0, "rejected", "static", name)])
        (prepared / "missing.csv").write_text(f'missing\n"{name.replace(chr(34), chr(34) * 2)}"\n')
        elements = read(page(prepared, SETTINGS))
        assert name in " ".join(elements.text)
        return elements.names

    assert made(HOSTILE) == made("tame")


def test_every_reason_has_words() -> None:
    assert {str(reason) for reason in Reason} == {str(reason) for reason in WORDS}
