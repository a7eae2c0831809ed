"""A signal ends a command as an exception does, once."""

import os
import signal
from collections.abc import Iterator

import pytest

from talkingface.cli.stopping import stoppable


@pytest.fixture(autouse=True)
def _signals_as_at_a_terminal() -> Iterator[None]:
    """Whoever started the tests may have had signals ignored."""
    usual = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGHUP: signal.SIG_DFL,
        signal.SIGTERM: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_work_where_it_asks_with_the_shell_s_status(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    before, worked = signal.getsignal(number), []

    def work() -> None:
        with stoppable() as stop:
            stop.check()
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), number)
            worked.append(True)
            stop.check()
            worked.append(False)

    with pytest.raises(SystemExit) as ended:
        work()
    assert ended.value.code == 128 + number
    assert worked == [True]
    assert capsys.readouterr().err == f"stopped by {number.name}\n"
    assert signal.getsignal(number) == before


def test_a_signal_that_nobody_asks_for_counts_at_the_end() -> None:
    with pytest.raises(SystemExit) as ended, stoppable():
        os.kill(os.getpid(), signal.SIGTERM)
    assert ended.value.code == 128 + signal.SIGTERM


def test_ctrl_c_waits_to_be_asked_for_once() -> None:
    done = []

    def work(signals: int) -> None:
        with stoppable() as stop:
            for _ in range(signals):
                os.kill(os.getpid(), signal.SIGINT)
                done.append(signals)
            stop.check()

    for signals in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            work(signals)
    assert done == [1, 2]


def test_what_is_to_survive_a_hangup_still_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
