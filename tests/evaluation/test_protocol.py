"""Two evaluations have one hash exactly where their figures may be compared."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from talkingface.errors import UserError
from talkingface.evaluation import protocol as protocol_file
from talkingface.evaluation.differences import differences, require_same
from talkingface.evaluation.fingerprints import frames_digest
from talkingface.evaluation.protocol import Protocol
from talkingface.model_files import file_sha256
from tests.evaluation.outcomes import SHA, a_case, a_protocol


def test_the_hash_does_not_depend_on_the_order_of_keys_or_on_a_trip_through_a_file() -> None:
    protocol = a_protocol()
    assert len(protocol.digest) == 16
    turned = Protocol(dict(reversed(protocol.fields.items())))
    assert list(turned.fields) != list(protocol.fields)
    assert turned.digest == protocol.digest
    assert Protocol(json.loads(json.dumps(dict(protocol.fields)))).digest == protocol.digest
    tuples = a_protocol(metrics={"l1": {}, "ms_ssim": {"weights": (0.5, 0.5)}})
    lists = a_protocol(metrics={"ms_ssim": {"weights": [0.5, 0.5]}, "l1": {}})
    assert tuples.digest == lists.digest


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "cross"}, "task: self here, cross there"),
        ({"suite": "rate-3"}, "suite: clean here, rate-3 there"),
        ({"size": 128}, "size: 64 here, 128 there"),
        ({"reader": None}, "reader: ruler here, none there"),
        ({"pair_list": 2}, "pair_list: none here, 2 there"),
        ({"libraries": ["torch"]}, "libraries.lpips: 0.1.4 here, missing there"),
        (
            {"models": {"lpips": {"name": "alex", "sha256": "0" * 64}}},
            "models.lpips: alex 7be5be791159… here, alex 000000000000… there",
        ),
        ({"models": {}}, "models.lpips: alex 7be5be791159… here, missing there"),
        (
            {"metrics": {"l1": {}, "ms_ssim": {"scales": 5}, "lpips": {"backbone": "alex"}}},
            "metrics.ms_ssim.scales: 4 here, 5 there",
        ),
        (
            {"metrics": {"ms_ssim": {"scales": 4}, "lpips": {"backbone": "alex"}}},
            "metrics.l1: without parameters here, missing there",
        ),
        ({"cases": [a_case("anna")]}, "cases: 2 here, 1 there"),
        ({"cases": [a_case("ben"), a_case("anna")]}, "cases: the same ones in another order"),
        (
            {"cases": [a_case("anna"), a_case("ben", frames=30, target=None)]},
            "cases: 1 of 2 differ, the first is ben: frames 20 here, 30 there; "
            "target 7be5be791159… here, none there",
        ),
        ({"cases": [a_case("anna"), a_case("cleo")]}, "cases: 1 only there, such as cleo"),
    ],
)
def test_whatever_may_move_a_figure_moves_the_hash_and_is_named(
    changes: dict[str, Any], sentence: str
) -> None:
    changed = a_protocol(**changes)
    assert changed.digest != a_protocol().digest
    assert sentence in differences(a_protocol(), changed)


def test_another_version_of_a_library_moves_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = a_protocol()
    monkeypatch.setattr(protocol_file, "version", lambda name: "9.9")
    after = a_protocol()
    assert before.digest != after.digest
    assert "libraries.torch: " in differences(before, after)[0]
    assert "9.9 there" in differences(before, after)[0]


def test_the_place_of_a_model_file_does_not_move_the_hash(tmp_path: Path) -> None:
    digests = []
    for folder in ("here", "there"):
        path = tmp_path / folder / "alex.pth"
        path.parent.mkdir()
        path.write_bytes(b"weights")
        models = {"lpips": {"name": "alex", "sha256": file_sha256(path)}}
        digests.append(a_protocol(models=models).digest)
    assert digests[0] == digests[1]
    with pytest.raises(ValueError, match="names, not paths"):
        a_protocol(cases=[a_case(source=str(tmp_path / "anna.mp4"))])


def test_a_build_for_other_processors_is_the_same_library(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = []
    for build in ("2.13.0", "2.13.0+cpu"):
        monkeypatch.setattr(protocol_file, "version", lambda name, build=build: build)
        digests.append(a_protocol().digest)
    assert digests[0] == digests[1]


def test_frames_have_one_hash_however_they_are_cut_into_pieces() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (7, 4, 6, 3), np.uint8)
    digest, count = frames_digest([frames])
    assert count == 7
    assert frames_digest([frames[:3], frames[3:]]) == (digest, 7)
    assert frames_digest([frames.reshape(7, 6, 4, 3)])[0] != digest
    changed = frames.copy()
    changed[6, 3, 5, 2] ^= 1
    assert frames_digest([changed])[0] != digest


def test_a_comparison_of_different_evaluations_is_refused_field_by_field() -> None:
    same = {"runs/a": a_protocol(), "runs/b": a_protocol()}
    require_same(same)
    other = a_protocol(size=128, models={"lpips": {"name": "vgg", "sha256": SHA}})
    with pytest.raises(UserError) as refused:
        require_same({**same, "runs/c": other})
    message = str(refused.value)
    for words in ("runs/a (here)", "runs/c (there)", "size: 64 here, 128 there", "models.lpips:"):
        assert words in message
    assert "runs/b" not in message
    assert "Evaluate one of them again" in message


def test_a_library_that_is_not_installed_is_named() -> None:
    with pytest.raises(UserError, match="no-such-library: not installed"):
        a_protocol(libraries=["no-such-library"])
