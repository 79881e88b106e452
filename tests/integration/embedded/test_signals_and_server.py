"""No signal leaves the embedded Postgres running: neither the first one of a command, nor a forced exit."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncer.embedded import EmbeddedPostgres, tcp_ports
from tests.support.waiting import eventually

#: A command that uses the server of a folder. With "hang" it ignores the first signal.
_COMMAND = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from syncer.cli import signals
from syncer.cli.database import database_of_settings
from syncer.embedded import tcp_ports
tcp_ports._PREFERRED_PORTS = range(int(sys.argv[2]), int(sys.argv[2]) + 100)
database = SimpleNamespace(url=None, data_dir=Path(sys.argv[1]))
settings = SimpleNamespace(database=database, passwords=lambda: [])
with signals.receive_signals():
    if sys.argv[3] == "hang":
        signals.stop_on_signals()
    with database_of_settings(settings):
        print("running", flush=True)
        time.sleep(120)
"""


@contextmanager
def command(folder: Path, kind: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that uses the server in `folder`; yield it once the server is about to start."""
    first = str(tcp_ports._PREFERRED_PORTS.start)
    arguments = [sys.executable, "-c", _COMMAND, str(folder / "a folder"), first, kind]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_running(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1], ids=lambda each: each.name)
def test_signal_stops_the_server(postgres: EmbeddedPostgres, folder: Path, number: signal.Signals) -> None:
    with command(folder, "end") as process:
        wait_until_running(process)
        process.send_signal(number)
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert not postgres.is_running()


def test_signal_during_the_start_stops_the_server(postgres: EmbeddedPostgres, folder: Path) -> None:
    with command(folder, "end") as process:
        eventually(postgres.is_running, "the start of the server")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        assert not postgres.is_running()


def test_forced_exit_stops_the_server(postgres: EmbeddedPostgres, folder: Path) -> None:
    with command(folder, "hang") as process:
        wait_until_running(process)

        def has_ended() -> bool:
            process.send_signal(signal.SIGTERM)
            return process.poll() is not None

        eventually(has_ended, "the forced exit")
        assert process.returncode == 128 + signal.SIGTERM
        assert not postgres.is_running()


def test_forced_exit_leaves_the_server_to_others(postgres: EmbeddedPostgres) -> None:
    other = EmbeddedPostgres(postgres.password_file.parent.parent)
    with postgres.running():
        with other.running():
            other.stop_at_once()
            assert postgres.is_running()
        postgres.stop_at_once()
        assert not postgres.is_running()
