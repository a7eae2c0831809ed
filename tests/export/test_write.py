"""What is exported does what the network does, and runs nothing but that."""

import io
import json
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from talkingface.animation.load_parts import load_parts
from talkingface.animation.torch_parts import TorchParts
from talkingface.errors import UserError
from talkingface.export import check, write
from talkingface.export.check import LIMITS, Limits, compare, exceeded
from talkingface.export.folder import Export, Format, file_name, part_names
from talkingface.export.making import make_export
from talkingface.export.write import OPSET, write_export
from talkingface.motion.recombination import plain_recombination
from talkingface.networks.config import NetworkConfig
from talkingface.networks.model import TalkingFace
from talkingface.video.read import constant_rate_frames
from tests.trained import save_checkpoint, synthetic_frames, trained_network

BOTH: tuple[Format, ...] = ("onnx", "torch")
# Tracing takes a minute a network on an idle machine.
pytestmark = pytest.mark.timeout(900)
RUNTIMES = {"onnx": "onnx", "torch": "exported"}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """A trained network, exported without a network connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("exporting opened a connection")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        root = tmp_path_factory.mktemp("export") / "tiny"
        return make_export(trained_network(), root, BOTH, synthetic_frames(6))


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_a_trained_network_does_the_same_in_every_format(export: Export, kind: Format) -> None:
    network, frames = trained_network(), synthetic_frames(24)
    parts = load_parts(export.root, runtime=RUNTIMES[kind])
    found = compare(TorchParts(network), parts, frames)
    assert not exceeded(found, LIMITS[kind])
    if kind == "torch":
        assert found.psnr == 100, "PyTorch's own kernels, bit for bit"
    assert parts.encoder == TorchParts(network).encoder
    assert torch.equal(parts.scale, network.statistics.scale)
    assert torch.equal(parts.mean, network.statistics.mean)
    assert (parts.size, parts.pose_dim, parts.corrects) == (64, 12, True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_any_number_of_frames_may_be_given(export: Export, kind: Format, count: int) -> None:
    true = TorchParts(trained_network())
    parts = load_parts(export.root, runtime=RUNTIMES[kind])
    frames = synthetic_frames(count)
    code = parts.read(frames)
    assert np.abs(code - true.read(frames)).max() < 1e-4
    made = parts.render(parts.portrait(frames[0]), code)
    off = np.abs(made.astype(int) - true.render(true.portrait(frames[0]), code))
    assert made.shape == frames.shape
    assert off.max() <= 1
    given = torch.from_numpy(code)[None], torch.arange(count)[None] / 25, torch.ones(1, count) > 0
    torch.testing.assert_close(parts.correct(*given), true.correct(*given), atol=1e-5, rtol=0)
    streams = given[0][0], given[0][0].flip(0)
    assert not torch.equal(true.recombine(*streams), plain_recombination(*streams, 12)) or count < 2
    torch.testing.assert_close(
        parts.recombine(*streams), true.recombine(*streams), atol=1e-5, rtol=0
    )


@pytest.mark.slow
def test_the_description_says_what_was_found_and_with_what(export: Export) -> None:
    fields = json.loads((export.root / "export.json").read_text())
    assert fields["check"]["onnx"]["psnr"] >= fields["check"]["onnx"]["limits"]["psnr"] == 60
    assert fields["check"]["torch"]["level"] == 0
    assert fields["versions"]["torch"] == torch.__version__
    assert fields["versions"]["opset"] == str(OPSET)
    assert {path.name for path in export.root.iterdir()} == {*fields["files"], "export.json"}


@pytest.mark.slow
def test_onnx_files_are_valid_and_whole(export: Export) -> None:
    for part in part_names(export.network):
        model = onnx.load(export.root / file_name(part, "onnx"), load_external_data=False)
        onnx.checker.check_model(model, full_check=True)
        assert [(o.domain, o.version) for o in model.opset_import] == [("", OPSET)]
        assert not any(tensor.external_data for tensor in model.graph.initializer)
        samplers = [node for node in model.graph.node if node.op_type == "GridSample"]
        paddings = {a.s for node in samplers for a in node.attribute if a.name == "padding_mode"}
        assert paddings <= {b"zeros"}, "other paddings are slow in ONNX Runtime"


@pytest.mark.slow
def test_a_failed_check_leaves_no_folder_and_says_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(check.LIMITS, "torch", Limits(-1, -1, -1, -1, -1, 101))
    root = tmp_path / "exported"
    with pytest.raises(UserError, match=r"torch files differ .* PSNR 100\.0 dB \(at least 101\)"):
        make_export(trained_network(), root, ["torch"], synthetic_frames(2))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_reading_exported_files_of_pytorch_runs_no_pickled_code(
    export: Export, tmp_path: Path
) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "exploded",)

    packed = io.BytesIO()
    torch.save({"bomb": Bomb()}, packed)
    evil = tmp_path / "correct.pt2"
    with zipfile.ZipFile(export.root / evil.name) as old, zipfile.ZipFile(evil, "w") as new:
        for name in old.namelist():
            bomb = name.endswith("sample_inputs/model.pt")
            new.writestr(name, packed.getvalue() if bomb else old.read(name))
    program = (
        "import sys; from pathlib import Path; from talkingface.animation import exported_parts\n"
        "class Any:\n    def content(self, part, kind): return Path(sys.argv[1]).read_bytes()\n"
        "exported_parts._load(Any(), 'correct')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, evil], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "weights" in ended.stderr.lower()
    assert not (tmp_path / "exploded").exists()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "width", "generator"), [(128, "large", "style"), (256, "small", "warp")]
)
def test_other_sizes_widths_and_generators_can_be_exported(
    tmp_path: Path, size: int, width: str, generator: str
) -> None:
    torch.manual_seed(0)
    config = NetworkConfig(size=size, width=width, generator=generator)
    network = TalkingFace(config).eval().requires_grad_(False)
    frames = np.random.default_rng(0).integers(0, 256, (3, size, size, 3), np.uint8)
    export = make_export(network, tmp_path / "exported", BOTH, frames)
    assert export.formats == BOTH


@pytest.mark.slow
def test_the_command_exports_and_animate_runs_from_the_folder(
    talking_heads: Path, tmp_path: Path
) -> None:
    checkpoint = save_checkpoint(trained_network(), tmp_path / "best.ckpt")
    clips = sorted(talking_heads.glob("clips/*/*.mp4"))
    output = tmp_path / "exported"
    printed = talkingface(
        "export", checkpoint, f"output={output}", "formats=onnx", f"frames={clips[0]}", "crop=whole"
    )
    assert "onnx: PSNR" in printed
    made = []
    for name, folder in (("torch", checkpoint), ("onnx", output)):
        path = tmp_path / f"{name}.mp4"
        where = (f"source={clips[0]}", f"driving={clips[1]}", f"output={path}", "precision=fp32")
        talkingface("animate", f"checkpoint={folder}", "crop=whole", *where)
        made.append(np.stack([frame for _, frame in constant_rate_frames(path)]))
    assert made[0].shape == made[1].shape
    assert np.abs(made[0].astype(int) - made[1]).mean() < 0.5
    again = talkingface("export", checkpoint, f"output={output}", status=2)
    assert len(again.strip().splitlines()) == 1
    assert "is there already" in again


def test_missing_packages_are_named_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_NEEDED", ("a_package_that_nobody_has",))
    with pytest.raises(UserError, match=r"a_package_that_nobody_has.*\[export\]"):
        write_export(trained_network(), Path(), ["onnx"])


def test_a_folder_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        make_export(trained_network(), tmp_path, BOTH, synthetic_frames(2))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def talkingface(*words: object, status: int = 0) -> str:
    """Run the command as a user would, and return what it printed."""
    command = [sys.executable, "-m", "talkingface.cli", *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
