"""A signal ends a command as an exception does, once."""

import os
import signal

import pytest

from talkingface.cli.stopping import stoppable


def test_sigterm_runs_what_cleans_up_and_gives_the_shell_s_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cleaned = []
    before = signal.getsignal(signal.SIGTERM)

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            # The second one comes while the first is being dealt with.
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned.append(True)

    with pytest.raises(SystemExit) as ended, stoppable():
        work()
    assert ended.value.code == 128 + signal.SIGTERM
    assert cleaned == [True]
    assert capsys.readouterr().err == "stopped by SIGTERM\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_is_to_survive_a_hangup_still_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
