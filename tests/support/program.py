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

from tests.support.waiting import Value, eventually

#: Whatever a developer has set up for himself must not reach the program under test.
_FOREIGN = ("SYNCER_", "TENCENTCLOUD_", "ALIBABA_CLOUD_", "BAIDUCLOUD_", "PG")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Process:
    """A command under way. Its output goes to files, so that it never waits for a reader."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str], label: str) -> None:
        self._out, self._err = folder / f"{label}.out", folder / f"{label}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def err(self) -> str:
        return self._err.read_text("utf-8")

    def until(self, condition: Callable[[], Value], what: str, *, seconds: float = 60) -> Value:
        """The first true value of `condition`. Fails as soon as the process has ended without it."""

        def look() -> Value:
            value = condition()
            assert value or self.is_running, f"syncer ended before {what}:\n{self.err[-3000:]}"
            return value

        return eventually(look, what, seconds=seconds)

    def runs_for(self, seconds: float) -> None:
        """Return after `seconds`; fails if the process ends before."""
        try:
            self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise AssertionError(f"syncer ended with {self._popen.returncode}:\n{self.err[-3000:]}")

    def kill(self) -> None:
        """Kill it as kill -9 does; fails if it had ended by itself."""
        self._popen.kill()
        assert self._popen.wait() == -signal.SIGKILL, f"it was not running any more:\n{self.err[-3000:]}"

    def terminate(self, *, seconds: float = 120) -> Ended:
        """Tell it to stop, and how it ended."""
        self._popen.send_signal(signal.SIGTERM)
        return self.ended(seconds=seconds)

    def ended(self, *, seconds: float = 120) -> Ended:
        """How it ended, once it has; fails, with what its threads were doing, if it does not."""
        try:
            code = self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self._popen.send_signal(signal.SIGABRT)
            self._popen.wait()
            raise AssertionError(f"syncer did not end within {seconds:g} s:\n{self.err[-9000:]}") from None
        return Ended(code, self._out.read_text("utf-8"), self.err)

    def events(self) -> list[dict[str, Any]]:
        """What the daemon has logged so far; it must have been started to log JSON."""
        lines = self.err.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def clean_up(self) -> None:
        """End it, however it stands."""
        if self.is_running:
            self._popen.kill()
            self._popen.wait()


class Program:
    """`syncer` in `folder`, whose `syncer.toml` it finds by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Process] = []
        self._numbers = count(1)

    def configure(self, text: str) -> None:
        """Write `syncer.toml`."""
        (self.folder / "syncer.toml").write_text(text, "utf-8")

    def start(self, *words: str, module: str = "syncer", **environment: str) -> Process:
        """The command `syncer WORDS`, under way; `module` is what runs instead of the program itself."""
        label = f"{next(self._numbers)}-{words[0]}"
        process = Process([module, *words], self.folder, {**self._environment(), **environment}, label)
        self._started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> Ended:
        """How the command `syncer WORDS` ended."""
        return self.start(*words, **environment).ended()

    def daemon(self) -> Process:
        """The daemon, logging JSON."""
        return self.start("run", "--log-format", "json")

    def clean_up(self) -> None:
        """End whatever a failed test has left behind."""
        for process in self._started:
            process.clean_up()

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN) and name.upper() not in _PROXIES
        }
        # Wide enough that no line of a table is folded.
        return {**kept, "HOME": str(self.folder), "COLUMNS": "300", "PYTHONFAULTHANDLER": "1"}


@contextmanager
def installed(folder: Path) -> Iterator[Program]:
    """The program in `folder`; nothing of it outlives the block."""
    program = Program(folder)
    try:
        yield program
    finally:
        program.clean_up()
