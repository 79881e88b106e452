"""File locks that the kernel releases when their holder ends, also after a crash or `kill -9`.

A lock of flock(2) belongs to the open file, not to the process. A child process that inherits the open file
shares the lock, and keeps it after the parent has closed the file. So a lock shows reliably whether a server
is alive; a pid does not. https://man7.org/linux/man-pages/man2/flock.2.html
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncer.errors import StoreUnavailable

_PAUSE_SECONDS = 0.05


@contextmanager
def open_lock_file(path: Path) -> Iterator[int]:
    """Open a lock file; closing it releases its lock, unless a child process has inherited it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def exclusive_lock(path: Path, *, timeout_seconds: float, waiting_for: str) -> Iterator[int]:
    """Lock `path` exclusively until the end of the block, and write the number of this process into it.

    Raises StoreUnavailable after `timeout_seconds`; its message names what the process was `waiting_for`.
    """
    with open_lock_file(path) as descriptor:
        for _ in range(max(1, round(timeout_seconds / _PAUSE_SECONDS))):
            if try_lock_exclusive(descriptor):
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            by = f" by process {holder}" if holder.isdecimal() else ""
            raise StoreUnavailable(f"waited {timeout_seconds:.0f} s for {waiting_for} ({path} is locked{by})")
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor


def lock_shared(descriptor: int) -> None:
    """Lock the file together with other shared holders; wait until no process holds it exclusively."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_lock_exclusive(descriptor: int) -> bool:
    """Lock the file exclusively if no other process holds a lock on it; return whether it is locked now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether another process holds an exclusive lock on `path`."""
    if not path.exists():
        return False
    with open_lock_file(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
