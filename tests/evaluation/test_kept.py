"""Results are read back only where they are of the very same thing, and nothing is lost."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module

from talkingface.cli.evaluate import evaluations, run
from talkingface.errors import UserError
from talkingface.evaluation.result_files import read_results
from talkingface.evaluation.results import Results
from talkingface.manifest import clip_path, read_dataset
from talkingface.synthetic.dataset import SynthesisSettings, synthesize_dataset
from talkingface.video.footage import read_footage, write_lossless


def evaluated(*words: str) -> Results:
    with initialize_config_module("conf", version_base="1.3"):
        cfg = compose("evaluate", overrides=["metrics=[]", "page.frames=3", *words])
    ((_, results),) = evaluations(cfg)
    return results


@pytest.fixture(scope="module")
def other_heads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other people and motions by the same names and numbers as in `talking_heads`."""
    root = tmp_path_factory.mktemp("data") / "others"
    synthesize_dataset(root, SynthesisSettings(3, 1, 0, 1.2, "25", 64, 8), workers=1)
    return root


@pytest.fixture
def folders(talking_heads: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two videos as predictions, and the same as targets."""
    _, clips = read_dataset(talking_heads)
    for folder in ("made", "true"):
        (tmp_path / folder).mkdir()
        for clip in clips[:2]:
            shutil.copy(clip_path(talking_heads, clip.clip), tmp_path / folder)
    return tmp_path / "made", tmp_path / "true"


def test_new_videos_by_the_same_names_are_measured_anew_and_old_figures_are_kept(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    made, true = folders
    words = (f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}")
    assert evaluated(*words).scores["l1"].mean == 0
    first, second = sorted(made.iterdir())
    shutil.copy(second, first)
    assert evaluated(*words).scores["l1"].mean > 0.01
    assert read_results(tmp_path / "out/clean/.replaced/1").scores["l1"].mean == 0


def test_what_failed_is_tried_again(folders: tuple[Path, Path], tmp_path: Path) -> None:
    made, true = folders
    words = (f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}")
    first = min(made.iterdir())
    first.rename(tmp_path / first.name)
    results = evaluated(*words)
    assert [failure.case for failure in results.failed] == [first.stem]
    (tmp_path / first.name).rename(first)
    results = evaluated(*words)
    assert not results.failed
    assert len(results.rows) == 2


def test_results_that_were_changed_are_made_again(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    made, true = folders
    words = (f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}")
    evaluated(*words)
    (tmp_path / "out/clean/videos.csv").write_text("saved by a spreadsheet")
    assert len(evaluated(*words).rows) == 2
    assert len(read_results(tmp_path / "out/clean").rows) == 2


def test_a_damaged_target_is_listed_and_the_others_are_scored(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    made, true = folders
    first = min(true.iterdir())
    first.write_bytes(b"damaged")
    words = (f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}", "size=64")
    results = evaluated(*words)
    assert len(results.rows) == 1
    assert f"{first.name}: cannot be read as video" in results.failed[0].reason


@pytest.mark.slow
def test_exact_targets_of_another_data_set_are_not_taken_for_these(
    talking_heads: Path, other_heads: Path, tmp_path: Path
) -> None:
    perfect = {}
    for root in (talking_heads, other_heads):
        words = (f"data.root={root}", "split=all", "suites=[cross]")
        inputs = tmp_path / root.name
        with initialize_config_module("conf", version_base="1.3"):
            cfg = compose("evaluate", overrides=[*words, f"inputs={inputs}"])
        run(cfg)
        made = inputs / "cross/targets"
        perfect[root] = evaluated(*words, f"predictions={made}", f"output={tmp_path / 'out'}")
        assert perfect[root].scores["l1"].mean == 0
        assert not perfect[root].failed
    one, other = perfect.values()
    assert one.protocol.digest != other.protocol.digest


def test_other_driving_videos_by_the_same_names_are_another_protocol(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    made, true = folders
    first, second = sorted(path.stem for path in true.iterdir())
    crossed = tmp_path / "crossed"
    crossed.mkdir()
    shutil.copy(made / f"{first}.mp4", crossed / f"{first}--{second}.mp4")
    words = (f"predictions={crossed}", f"sources={true}", f"drivings={true}", "suites=[cross]")
    output = f"output={tmp_path / 'out'}"
    before = evaluated(*words, output, "size=64")
    assert "no true video" in (before.scores["l1"].missing or "")
    shutil.copy(true / f"{first}.mp4", true / f"{second}.mp4")
    assert evaluated(*words, output, "size=64").protocol.digest != before.protocol.digest


def test_a_page_by_a_metric_that_a_suite_lacks_is_written_all_the_same(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    made, true = folders
    words = (f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}")
    with pytest.raises(UserError, match=r"page\.metric=vmaf: no such metric; there are l1"):
        evaluated(*words, "page.metric=vmaf")
    evaluated(*words, "page.metric=csim")
    assert (tmp_path / "out/clean/page.html").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("suites=[clean,cross]", "of one suite"),
        ("suites=[swap]", "leave swap out"),
        ("size=8", "at least 32"),
        ("workers=0", r"workers=0: must be at least 1"),
        ("still_frames=-1", "must be at least 2"),
        ("inputs=x", "give one of them"),
        ("data.root=y", "leave one out"),
        ("metrics=vmaf", "no 'vmaf'; there are lpips"),
        ("output=/proc/none/here", "cannot be made"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    folders: tuple[Path, Path], words: str, message: str
) -> None:
    made, true = folders
    with pytest.raises(UserError, match=message):
        evaluated(f"predictions={made}", f"targets={true}", words)


def test_a_video_that_ends_too_soon_is_named(folders: tuple[Path, Path], tmp_path: Path) -> None:
    made, true = folders
    first = min(made.iterdir())
    frames = next(read_footage(first))
    first.unlink()
    write_lossless(first.with_suffix(".mkv"), iter(frames[:9]), Fraction(25))
    results = evaluated(f"predictions={made}", f"targets={true}", f"output={tmp_path / 'out'}")
    assert "9 frames, but 30 are asked for" in results.failed[0].reason
