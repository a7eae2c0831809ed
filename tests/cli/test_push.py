"""Everything that was logged offline goes up with one command, in order, and none of it twice.

W&B's own client uploads to a local server that answers as its client expects.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import wandb
from omegaconf import OmegaConf

from callbacks.wandb_logger import RunLogger
from talkingface.cli.push import find_parts, run
from talkingface.errors import UserError
from tests.callbacks.wandb_accepting import accepting
from tests.callbacks.wandb_servers import A_KEY, refused, silent, wrong_key


@pytest.fixture
def log_run(no_account: None, tmp_path: Path) -> Callable[[str, int, int], Path]:
    """Log steps of a run offline, as a training would."""

    def log(name: str, first: int, last: int) -> Path:
        folder = tmp_path / "runs" / "ablation" / name
        folder.mkdir(parents=True, exist_ok=True)
        # W&B names the parts after the second they were started in.
        time.sleep(1.1)
        fields = {"project": "p", "group": "ablation", "name": f"ablation/{name}", "id": name}
        places = {"run_folder": str(folder), "save_dir": str(folder)}
        logger = RunLogger(artifacts=False, offline=True, **places, **fields)
        for step in range(first, last + 1):
            logger.log_metrics({"val/l1": 1 / step}, step=step)
        logger.close(complete=True)
        wandb.teardown()
        return folder

    return log


@pytest.fixture
def uploads(no_account: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point W&B's client to a server, with a key."""

    def use(url: str) -> None:
        wandb.teardown()
        monkeypatch.setenv("WANDB_BASE_URL", url)
        monkeypatch.setenv("WANDB_API_KEY", A_KEY)

    return use


def push(root: Path) -> None:
    run(OmegaConf.create({"runs": str(root / "runs"), "project": "talkingface"}))


@pytest.mark.slow
def test_all_parts_of_all_runs_go_up_in_order_and_once(
    tmp_path: Path,
    log_run: Callable[[str, int, int], Path],
    uploads: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = log_run("first", 1, 4)
    second = log_run("second", 1, 3)
    log_run("first", 3, 6)
    assert [parts.folder for parts in find_parts(tmp_path)] == [first, second]
    with accepting() as server:
        uploads(server.url)
        push(tmp_path)
        assert capsys.readouterr().out.splitlines() == [
            f"pushed  {first}",
            f"pushed  {second}",
            "2 runs pushed, 0 failed.",
        ]
        assert server.steps("first") == [1, 2, 3, 4, 3, 4, 5, 6]
        assert server.steps("second") == [1, 2, 3]
        assert server.runs["first"]["groupName"] == "ablation"
        assert server.runs["first"]["displayName"] == "ablation/first"
        push(tmp_path)
        assert capsys.readouterr().out == "2 runs were uploaded already.\n"
        log_run("second", 4, 5)
        push(tmp_path)
        assert server.steps("second") == [1, 2, 3, 4, 5]
        assert len(server.rows["first"]) == 8


@pytest.mark.slow
def test_a_refused_run_is_named_and_the_others_go_up(
    tmp_path: Path,
    log_run: Callable[[str, int, int], Path],
    uploads: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad, good = log_run("bad", 1, 2), log_run("good", 1, 2)
    with accepting() as server:
        uploads(server.url)
        server.broken.add("bad")
        with pytest.raises(UserError, match=f"not uploaded: {bad}. Nothing is lost"):
            push(tmp_path)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith(f"failed  {bad}: ")
        assert lines[1:] == [f"pushed  {good}", "1 runs pushed, 1 failed."]
        server.broken.clear()
        push(tmp_path)
        assert server.steps("bad") == [1, 2]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (refused, "cannot be reached"),
        (silent, "did not answer within 3 s"),
        (wrong_key, r"refused the API key \(401\)"),
    ],
)
def test_a_useless_server_is_named_within_seconds_and_nothing_is_lost(
    tmp_path: Path,
    log_run: Callable[[str, int, int], Path],
    uploads: Callable[[str], None],
    server: Callable[[], object],
    reason: str,
) -> None:
    log_run("first", 1, 2)
    before = find_parts(tmp_path)
    with server() as url:  # type: ignore[attr-defined]
        uploads(url)
        began = time.monotonic()
        with pytest.raises(UserError, match=f"nothing was uploaded: .*{reason}"):
            push(tmp_path)
        assert time.monotonic() - began < 5
    assert find_parts(tmp_path) == before != []


@pytest.mark.usefixtures("no_account")
def test_without_a_key_the_remedy_is_named(
    tmp_path: Path, log_run: Callable[[str, int, int], Path]
) -> None:
    log_run("first", 1, 2)
    with pytest.raises(UserError, match="no API key was found; `wandb login`"):
        push(tmp_path)


@pytest.mark.usefixtures("no_account")
def test_a_folder_without_anything_logged_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing here was logged to W&B"):
        push(tmp_path)


@pytest.mark.slow
def test_a_report_is_published_once_beside_its_runs(
    tmp_path: Path, log_run: Callable[[str, int, int], Path], uploads: Callable[[str], None]
) -> None:
    log_run("first", 1, 1)
    report = tmp_path / "runs" / "ablation" / "report"
    report.mkdir()
    (report / "report.csv").write_text("arm,l1\nbaseline,0.03\n")
    (report / "report.html").write_text("<p>0.03</p>")
    with accepting() as server:
        uploads(server.url)
        push(tmp_path)
        fields = server.runs["ablation-report"]
        assert (fields["project"], fields["groupName"], fields["displayName"]) == (
            "p",
            "ablation",
            "report",
        )
        assert {Path(name).suffix for name in server.uploads} >= {".html", ".json"}
        rows = len(server.rows["ablation-report"])
        push(tmp_path)
        assert len(server.rows["ablation-report"]) == rows
        (report / "report.csv").write_text("arm,l1\nbaseline,0.02\n")
        push(tmp_path)
        assert len(server.rows["ablation-report"]) == 2 * rows


@pytest.mark.slow
def test_a_run_in_training_is_left_until_it_has_ended(
    tmp_path: Path, log_run: Callable[[str, int, int], Path], uploads: Callable[[str], None]
) -> None:
    folder = log_run("first", 1, 2)
    hold = "import sys, fcntl, time; f = open(sys.argv[1], 'a'); fcntl.lockf(f, fcntl.LOCK_EX)"
    words = [sys.executable, "-c", f"{hold}; print('held', flush=True); time.sleep(600)"]
    holder = subprocess.Popen([*words, str(folder / ".lock")], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    with accepting() as server:
        uploads(server.url)
        with pytest.raises(UserError, match="not uploaded"):
            push(tmp_path)
        assert server.rows == {}
        holder.kill()
        holder.wait()
        push(tmp_path)
        assert server.steps("first") == [1, 2]
