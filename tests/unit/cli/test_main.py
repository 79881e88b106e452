"""`main`: an error is one line and an exit code; signals and closed streams are handled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import Namespace

import pytest

from syncer.cli import main
from syncer.cli.commands import init
from syncer.errors import ConfigurationError, CredentialsError, SchemaError, StoreUnavailable


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
