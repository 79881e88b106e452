"""A temporary Superset on this machine, with new metadata in SQLite and generated secrets."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

_CONFIGURATION = """\
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/metadata.db"
"""

#: Timeout of the start; two slow cores need some 20 seconds.
_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Access:
    """The address of Superset, and its administrator."""

    address: str
    name: str = "admin"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)


@contextmanager
def running(folder: Path) -> Iterator[Access]:
    """Run Superset on a free port of the loopback interface; `folder` is an empty folder for its files."""
    access = Access(f"http://127.0.0.1:{_free_port()}")
    configuration = folder / "superset_config.py"
    configuration.touch(mode=0o600)
    configuration.write_text(_CONFIGURATION.format(secret=secrets.token_urlsafe(48), folder=folder))
    environment = _environment(folder)
    _prepare(access, folder, environment)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            _serve(access), env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _await(access, server, folder)
            yield access
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)


def _environment(folder: Path) -> dict[str, str]:
    overrides = {
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
        "SUPERSET_HOME": str(folder),
        "FLASK_APP": "superset",
        "SCARF_ANALYTICS": "false",  # otherwise its pages report their visits to a tracking server
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | overrides


def _prepare(access: Access, folder: Path, environment: dict[str, str]) -> None:
    login = ["--username", access.name, "--password", access.password]
    person = ["--firstname", "Bundle", "--lastname", "Trial", "--email", "trial@example.org"]
    for command in (["db", "upgrade"], ["fab", "create-admin", *login, *person], ["init"]):
        with (folder / "prepare.log").open("ab") as log:
            if subprocess.run(
                [_tool("superset"), *command], env=environment, stdout=log, stderr=log
            ).returncode:
                raise RuntimeError(f"superset {command[0]} failed:\n{_tail(folder / 'prepare.log')}")


def _serve(access: Access) -> list[str]:
    at = access.address.removeprefix("http://")
    threads = ["--workers", "2", "--worker-class", "gthread", "--threads", "8"]
    return [_tool("gunicorn"), *threads, "--timeout", "120", "--bind", at, "superset.app:create_app()"]


def _await(access: Access, server: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + _SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            if requests.get(f"{access.address}/health", timeout=30, proxies={"http": ""}).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise RuntimeError(f"Superset does not answer:\n{_tail(folder / 'server.log')}")


def _tool(name: str) -> str:
    """Path of a command in the current virtual environment."""
    return str(Path(sys.executable).with_name(name))


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
