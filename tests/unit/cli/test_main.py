"""`main`: an error is one line and an exit code; signals and closed streams are handled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from syncer.cli import main
from syncer.cli.commands import init
from syncer.errors import ConfigurationError, CredentialsError, SchemaError, StoreUnavailable
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts


def raise_in_init(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(init, "run", run)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("no such thing"), 2),
        (SchemaError("no such thing"), 2),
        (StoreUnavailable("no such thing"), 1),
        (CredentialsError("no such thing"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_is_one_line_and_a_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_in_init(monkeypatch, error)
    assert main(["init"]) == code
    assert capsys.readouterr() == ("", "syncer: no such thing\n")


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    raise_in_init(monkeypatch, StoreUnavailable("no such thing"))
    with pytest.raises(StoreUnavailable):
        main(["init", "--debug"])


def test_interrupt_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_in_init(monkeypatch, KeyboardInterrupt())
    assert main(["init"]) == 130
    assert capsys.readouterr().err == ""


def test_sigterm_runs_cleanup_code(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned_up = []

    def run(_: Namespace) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            cleaned_up.append(True)
        return 0

    monkeypatch.setattr(init, "run", run)
    with pytest.raises(SystemExit) as exit_:
        main(["init"])
    assert exit_.value.code == 143
    assert cleaned_up


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_cause_no_error(closed: str) -> None:
    line = f'"{sys.executable}" -m syncer --version {closed}'
    process = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (process.returncode, process.stderr) == (0, "")


def test_characters_that_a_stream_cannot_encode_are_escaped() -> None:
    code = "from syncer.cli import _make_streams_safe; _make_streams_safe(); print('转码')"
    options = {"env": {**os.environ, "PYTHONIOENCODING": "ascii"}, "capture_output": True, "text": True}
    process = subprocess.run([sys.executable, "-c", code], **options, timeout=60)  # type: ignore[call-overload]
    assert process.stdout == "\\u8f6c\\u7801\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "this process needs more memory than it gets"),
        (RuntimeError("can't start new thread"), "this process needs more memory or more threads"),
        (OSError(24, "Too many open files"), "Too many open files"),
        (PermissionError(13, "Permission denied", "/data/x"), "/data/x: Permission denied"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_of_the_machine_is_one_line(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raise_in_init(monkeypatch, error)
    assert main(["init"]) == 1
    assert capsys.readouterr() == ("", f"syncer: {message}\n")
    with pytest.raises(type(error)):
        main(["init", "--debug"])


def test_mistake_in_the_code_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    raise_in_init(monkeypatch, RuntimeError("a mistake"))
    with pytest.raises(RuntimeError):
        main(["init"])


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_command_without_a_thread_for_signals_is_one_line(
    failure: FailStart, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with fail_starts(failure, monkeypatch):
        assert main(["init"]) == 1
    assert capsys.readouterr().err.startswith("syncer: no thread for signals: ")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has /dev/full")
@pytest.mark.parametrize("arguments", ["--version", "--help", "init --help", "help", "init --config {path}"])
def test_full_disk_under_standard_output_is_one_line(arguments: str, tmp_path: Path) -> None:
    path = tmp_path / "syncer.toml"
    line = f'PYTHONUNBUFFERED= "{sys.executable}" -m syncer {arguments.format(path=path)} >/dev/full'
    process = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (process.returncode, process.stderr) == (1, "syncer: standard output: No space left on device\n")
    both = subprocess.run(["sh", "-c", f"{line} 2>&1"], capture_output=True, text=True, timeout=60)
    assert both.stderr == ""
