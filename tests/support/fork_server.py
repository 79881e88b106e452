"""A process that has imported the program, and forks one process for each command of the tests.

The import takes a second of CPU, and the tests start the program more than a hundred times. A forked process
is as separate as any other: it has its own memory, environment, files, signals and exit code.

The test sends one line of JSON for each process, and receives `{"pid": …}`, then `{"ended": pid, "code": …}`.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from syncer.cli.command_registry import COMMANDS, command

ROOT = Path(__file__).parents[2]


class ForkServer:
    """The server of this test process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        self._socket = ours
        self._lines = ours.makefile("r")
        self._lock = threading.Lock()
        self._codes: dict[int, int] = {}

    def start(
        self, command: list[str], *, folder: Path, environment: Mapping[str, str], out: int, err: int
    ) -> ForkedProcess:
        """Run the module `command[0]` with its arguments in a new process."""
        request = {"command": command, "folder": str(folder), "environment": dict(environment)}
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], [out, err])
            while "pid" not in (message := self._receive()):
                pass
        return ForkedProcess(self, message["pid"])

    def code(self, pid: int, seconds: float) -> int | None:
        """The exit code of a process; None if it is running after `seconds`."""
        deadline = time.monotonic() + seconds
        while pid not in self._codes:
            with self._lock:
                left = max(0.0, min(deadline - time.monotonic(), 0.1))
                if select.select([self._socket], [], [], left)[0]:
                    self._receive()
            if pid not in self._codes and time.monotonic() >= deadline:
                return None
        return self._codes[pid]

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._lines.readline())
        if "ended" in message:
            self._codes[message["ended"]] = message["code"]
        return message


class ForkedProcess:
    """A forked process, with the interface of `subprocess.Popen`."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self.pid = pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._server.code(self.pid, 0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._server.code(self.pid, threading.TIMEOUT_MAX if timeout is None else timeout)
        if code is None:
            raise subprocess.TimeoutExpired("syncer", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def fork_server() -> ForkServer:
    """The server, started at the first call."""
    return ForkServer()


def _serve(connection: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request; return its request in that process, and None at the end."""
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    while True:
        readable = select.select([connection.fileno(), woken], [], [])[0]
        if woken in readable:
            os.read(woken, 1000)
            _report_ended(connection)
        if connection.fileno() in readable:
            line, files, _, _ = socket.recv_fds(connection, 1 << 20, 2)
            if not line:
                return None
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for descriptor in (woken, waker, connection.detach()):
                    os.close(descriptor)
                return {**json.loads(line), "files": files}
            for descriptor in files:
                os.close(descriptor)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")


def _report_ended(connection: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        message = {"ended": pid, "code": os.waitstatus_to_exitcode(status)}
        connection.sendall(json.dumps(message).encode() + b"\n")


def _become(request: dict[str, Any]) -> None:
    """Run the requested module as the main module of this process."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, descriptor in enumerate(request["files"], start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    faulthandler.enable()
    module, *arguments = request["command"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    import syncer.app  # noqa: F401

    for name in COMMANDS:
        command(name)
    gc.freeze()
    if received := _serve(socket.socket(fileno=int(sys.argv[1]))):
        _become(received)
