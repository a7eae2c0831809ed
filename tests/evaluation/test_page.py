"""The page of an evaluation says what was measured, what is missing, and shows three videos."""

import dataclasses
import math
from fractions import Fraction
from pathlib import Path

import pytest

from talkingface.errors import UserError
from talkingface.evaluation.case_video import CaseFootage
from talkingface.evaluation.page import page, write_page
from talkingface.evaluation.result_files import read_results, write_results
from talkingface.evaluation.results import Failure, VideoRow
from tests.evaluation.outcomes import SHA, a_case, a_protocol, a_row, some_results
from tests.report.html_text import HOSTILE, read, text_of


@pytest.fixture(scope="module")
def shown(talking_heads: Path) -> dict[str, CaseFootage]:
    """Footage of the four cases of `some_results`: each clip predicted by another."""
    clips = sorted((talking_heads / "clips").rglob("*.mp4"))
    names = [row.case for row in some_results().rows]
    return {
        name: CaseFootage(clip, clip, other, clip, Fraction(25))
        for name, clip, other in zip(names, clips, clips[1:], strict=False)
    }


def test_the_page_holds_the_best_the_median_and_the_worst_video(
    tmp_path: Path, shown: dict[str, CaseFootage]
) -> None:
    path = write_page(tmp_path / "new", some_results(), shown, frames=8)
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
    html = path.read_text(encoding="utf-8")
    elements = read(html)
    videos = [address for address in elements.addresses if address.startswith("data:video/mp4")]
    assert len(videos) == len(set(videos)) == elements.names.count("video") == 3
    # Nothing is fetched from anywhere.
    assert videos == elements.addresses
    text = text_of(html)
    assert text.index("Best: anna") < text.index("Median: ben") < text.index("Worst: cleo")
    assert "Chosen by lpips." in text
    assert "l1 0.010, lpips 0.110, aed 0.0200" in text
    assert "anna_source moved by anna_driver" in text
    assert "the first 8 of 20 frames" in text
    assert len(html) < 8_000_000


def test_the_page_says_every_score_its_interval_its_ruler_and_what_is_missing() -> None:
    text = text_of(page(some_results(), {}))
    for words in (
        "Self-reenactment, clean",
        "4 videos of 3 identities, 1 failed.",
        f"Protocol {some_results().protocol.digest}",
        "checkpoint runs/mine step 100",
        "l1 ↓ 0.025 0.015 to 0.035 0.050 0.040 4",
        "fid ↓ 12.50 4",
        "missing: no face embedder is configured",
        "aed ↓ 0.0220 0.0200 to 0.0240 0.0300 3 not above the ruler's error; 3 of 4 videos have",
        "dora failed: no face in the portrait",
        "generate 80 4.0 20.0",
        "Its frames were not kept",
        f"models.lpips name alex, sha256 {SHA}",
        "Mean absolute difference of pixels in [0, 1].",
    ):
        assert words in text, words


def test_each_video_is_a_dot_and_many_are_bars() -> None:
    few = page(some_results(), {})
    elements = read(few)
    # l1 and lpips of four videos, aed of three.
    assert elements.names.count("circle") == 11
    rows = [a_row(f"video {k}", l1=0.01 + 0.001 * math.sin(k)) for k in range(300)]
    many = read(page(some_results(rows), {}))
    assert many.names.count("circle") == 0
    assert many.names.count("rect") > 10


def test_a_frozen_face_whose_stability_is_infinite_is_the_worst_and_has_no_mean(
    tmp_path: Path,
) -> None:
    rows = [a_row("frozen", msi_ratio=math.inf), a_row("alive", msi_ratio=1.2)]
    write_results(tmp_path, some_results(rows))
    results = read_results(tmp_path)
    assert results.rows[0].values["msi_ratio"] == math.inf
    text = text_of(page(results, {}))
    assert "missing: infinite for 1 of 2 videos" in text
    assert "Worst: frozen" in text


def test_names_stay_text(shown: dict[str, CaseFootage]) -> None:
    footage = next(iter(shown.values()))
    row = VideoRow(HOSTILE, HOSTILE, HOSTILE, f"{HOSTILE}2", 5, {"l1": 0.1, HOSTILE: 0.5})
    protocol = a_protocol(suite=HOSTILE, cases=[a_case(HOSTILE)])
    results = some_results([row], of={HOSTILE: HOSTILE}, protocol=protocol)
    results = dataclasses.replace(results, failed=[Failure(HOSTILE, HOSTILE)])
    html = page(results, {HOSTILE: footage}, frames=2)
    elements = read(html)
    assert html.count("<script") == 1
    assert "b" in elements.names
    assert "<b>&" not in html.partition("<body>")[2]
    assert "</script><script>" not in html
    assert text_of(html).count("alert(1)") >= 8


def test_a_page_without_any_scored_video_still_says_why() -> None:
    text = text_of(page(some_results([]), {}))
    assert "0 videos of 0 identities, 1 failed." in text
    assert "dora failed: no face in the portrait" in text
    assert "No video has a value that could be drawn." in text


def test_a_video_that_cannot_be_read_does_not_cost_the_page(
    shown: dict[str, CaseFootage], tmp_path: Path
) -> None:
    broken = dataclasses.replace(shown["anna"], made=tmp_path / "gone.mkv")
    html = page(some_results(), {**shown, "anna": broken}, frames=2)
    assert read(html).names.count("video") == 2
    assert "gone.mkv" in text_of(html)


def test_a_metric_that_no_video_has_is_refused_and_the_old_page_kept(tmp_path: Path) -> None:
    old = write_page(tmp_path, some_results(), {}).read_bytes()
    with pytest.raises(UserError, match="jite: no video has a value of it"):
        write_page(tmp_path, some_results(), {}, metric="jite")
    assert (tmp_path / "page.html").read_bytes() == old
    assert "Chosen by aed." in text_of(page(some_results(), {}, metric="aed"))


def test_the_page_of_a_worse_reference_says_that_the_model_saw_it_worse() -> None:
    clean = some_results()
    worse = dataclasses.replace(clean, protocol=a_protocol(suite="jitter-2"))
    assert "saw it as jitter-2 makes it" in text_of(page(worse, {}))
    assert "saw it as" not in text_of(page(clean, {}))
