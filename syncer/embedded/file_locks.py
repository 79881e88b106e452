"""File locks that the kernel lets go of when their holder dies, however it dies.

A lock belongs to the open file, not to the process: a child that inherits the file holds the lock with us
and keeps it after we have closed ours. That tells for certain whether a server lives; a pid does not.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syncer.errors import StoreUnavailable

_PAUSE = 0.05


@contextmanager
def opened_lock_file(path: Path) -> Iterator[int]:
    """A file descriptor to lock on; closing it lets go, unless a child has inherited it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def lock_file(path: Path, *, seconds: float, what: str) -> Iterator[int]:
    """`path` locked for us alone. Raises StoreUnavailable, saying `what` it waited for, after `seconds`."""
    with opened_lock_file(path) as descriptor:
        for _ in range(max(1, round(seconds / _PAUSE))):
            if try_alone(descriptor):
                break
            time.sleep(_PAUSE)
        else:
            raise StoreUnavailable(f"waited {seconds:.0f} s for {what} ({path} is locked)")
        yield descriptor


def share(descriptor: int) -> None:
    """Lock together with others who share; waits for whoever has it alone."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_alone(descriptor: int) -> bool:
    """True if the lock is now ours alone."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """True while somebody else has `path` locked for himself."""
    if not path.exists():
        return False
    with opened_lock_file(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
