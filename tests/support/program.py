"""The real program: each command is a process of its own, in a folder with a `syncer.toml`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from syncer.providers import PROVIDERS
from tests.support.fork_server import ForkedProcess, fork_server
from tests.support.provider_responses import make_provider
from tests.support.waiting import Value, eventually

#: Variables of the developer's environment that must not reach the program under test: by prefix, by name in
#: any case, and the vendors' own.
_PREFIXES = ("SYNCER_", "PG")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_KEYS = {key for name in PROVIDERS for keys in make_provider(name).facts.environment for key in keys}

#: Variables that the interpreter or the loader reads as it starts.
_READ_BY_INTERPRETER = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "FAKETIME")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


def _start(
    command: list[str], folder: Path, environment: Mapping[str, str], out: int, err: int
) -> subprocess.Popen[bytes] | ForkedProcess:
    if not any(name.startswith(_READ_BY_INTERPRETER) for name in environment.keys() - os.environ.keys()):
        return fork_server().start(command, folder=folder, environment=environment, out=out, err=err)
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
    )


class Process:
    """A running command. Its output goes to files, so that it never blocks on a full pipe."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str], label: str) -> None:
        self._out, self._err = folder / f"{label}.out", folder / f"{label}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._popen = _start(command, folder, environment, out.fileno(), err.fileno())

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def err(self) -> str:
        """What it has written to standard error so far."""
        return self._err.read_text("utf-8")

    def wait_until(self, condition: Callable[[], Value], what: str, *, seconds: float = 60) -> Value:
        """Wait for a true value of `condition`, return it; fail as soon as the process has ended."""

        def check() -> Value:
            value = condition()
            assert value or self.is_running, f"syncer ended before {what}:\n{self.err[-3000:]}"
            return value

        return eventually(check, what, seconds=seconds)

    def assert_runs_for(self, seconds: float) -> None:
        """Return after `seconds`; fail if the process ends earlier."""
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise AssertionError(f"syncer ended with {self._popen.returncode}:\n{self.err[-3000:]}")

    def kill(self) -> None:
        """Send SIGKILL; fail if the process had ended already."""
        self._popen.kill()
        assert self._popen.wait() == -signal.SIGKILL, f"it was no longer running:\n{self.err[-3000:]}"

    def terminate(self, *, seconds: float = 120) -> CommandResult:
        """Send SIGTERM, wait for the end; return the result."""
        self._popen.send_signal(signal.SIGTERM)
        return self.wait(seconds=seconds)

    def wait(self, *, seconds: float = 120) -> CommandResult:
        """Wait for the end; return the result. After `seconds` fail with a traceback of every thread."""
        try:
            code = self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self._popen.send_signal(signal.SIGABRT)
            self._popen.wait()
            raise AssertionError(f"syncer did not end within {seconds:g} s:\n{self.err[-9000:]}") from None
        return CommandResult(code, self._out.read_text("utf-8"), self.err)

    def events(self) -> list[dict[str, Any]]:
        """The events that the daemon has logged so far; requires `--log-format json`."""
        lines = self.err.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def clean_up(self) -> None:
        """Kill it if it is still running."""
        if self.is_running:
            self._popen.kill()
            self._popen.wait()


class Program:
    """`syncer` in `folder`, which contains its `syncer.toml`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Process] = []
        self._numbers = count(1)

    def configure(self, text: str) -> None:
        """Write `syncer.toml`."""
        (self.folder / "syncer.toml").write_text(text, "utf-8")

    def start(self, *arguments: str, module: str = "syncer", **environment: str) -> Process:
        """Start `syncer ARGUMENTS`; return the process. `module` is run instead of `syncer`."""
        label = f"{next(self._numbers)}-{arguments[0]}"
        process = Process([module, *arguments], self.folder, {**self._environment(), **environment}, label)
        self._started.append(process)
        return process

    def run(self, *arguments: str, **environment: str) -> CommandResult:
        """Run `syncer ARGUMENTS` to its end; return the result."""
        return self.start(*arguments, **environment).wait()

    def start_daemon(self) -> Process:
        """Start the daemon, which logs JSON; return the process."""
        return self.start("run", "--log-format", "json", "--log-level", "DEBUG")

    def clean_up(self) -> None:
        """Kill the processes that a failed test has left running."""
        for process in self._started:
            process.clean_up()

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_PREFIXES) and name.upper() not in _PROXIES and name not in _KEYS
        }
        # Wide enough that no line of a table is folded.
        return {**kept, "HOME": str(self.folder), "COLUMNS": "300"}


@contextmanager
def program_in(folder: Path) -> Iterator[Program]:
    """The program in `folder`; its processes are killed at the end of the block."""
    program = Program(folder)
    try:
        yield program
    finally:
        program.clean_up()
