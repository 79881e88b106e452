"""Which loopback port the server listens on: the same as the last time, if it is free."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

from syncer.embedded.password_file import HOST

#: Below the range of outgoing connections, so that the port is still free the next time.
_PREFERRED = range(25432, 25532)


def candidate_ports(kept: Path) -> Iterator[int]:
    """Ports to try, one after the other: the one kept in a file, then free ones."""
    before = read_port(kept)
    if before is not None and is_free(before):
        yield before
    for port in _PREFERRED:
        if is_free(port):
            yield port
    yield _any_port()


def read_port(kept: Path) -> int | None:
    """The port kept in a file, or None where there is no such file."""
    try:
        return int(kept.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def keep_port(kept: Path, port: int) -> None:
    """Remember `port` in a file."""
    draft = kept.with_suffix(".new")
    draft.write_text(f"{port}\n", encoding="ascii")
    draft.rename(kept)


def is_free(port: int) -> bool:
    """True if nobody listens on `port` of the loopback address at the moment."""
    with socket.socket() as probe:
        # As Postgres itself does: old connections in TIME_WAIT are no reason to move.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
