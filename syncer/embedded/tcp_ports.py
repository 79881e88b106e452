"""The server's loopback port: the one of the last start if it is free, else another free one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

from syncer.embedded.password_file import HOST

#: Below the range of outgoing connections, so that the port is still free at the next start.
_PREFERRED_PORTS = range(25432, 25532)


def candidate_ports(port_file: Path) -> Iterator[int]:
    """The ports to try, in order: the saved one, the preferred ones that are free, any free one."""
    saved = read_port(port_file)
    if saved is not None and is_free(saved):
        yield saved
    for port in _PREFERRED_PORTS:
        if is_free(port):
            yield port
    yield _any_free_port()


def read_port(port_file: Path) -> int | None:
    """The saved port; None if there is none."""
    try:
        return int(port_file.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def save_port(port_file: Path, port: int) -> None:
    """Save `port` for the next start."""
    draft = port_file.with_suffix(".new")
    draft.write_text(f"{port}\n", encoding="ascii")
    draft.rename(port_file)


def is_free(port: int) -> bool:
    """Whether no process listens on `port` of the loopback address."""
    with socket.socket() as probe:
        # As Postgres does: old connections in TIME_WAIT do not make a port unusable.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
