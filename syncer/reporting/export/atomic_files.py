"""Files that are written completely or not at all, and folders with one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from syncer.errors import ConfigurationError, SyncerError

#: The answers for a folder that CIFS, FUSE and NFS cannot synchronise, or whose entries may not be read. They
#: are no failure of the file in it, which is written.
_CANNOT_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM}


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a new file that replaces `path` when the block succeeds; an error leaves `path` unchanged.

    After the block the file is on disk (fsync) and survives a power failure, except on file systems that
    cannot write the entries of a folder to disk, such as CIFS and some of FUSE. A crash leaves at most a file
    whose name begins with a dot: data lake readers skip it, and the next writer of `path` replaces it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    # The directory entries of the file and of its folder, which may be new too.
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Create `folder` if missing and lock it. Raises ConfigurationError if another process holds the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ConfigurationError(
            f"another export is writing to {folder}: wait for its end, or use another --into"
        ) from None
    finally:
        os.close(descriptor)


@contextmanager
def explain_os_errors(folder: Path) -> Iterator[None]:
    """Replace an OSError by a SyncerError with one line that names `folder`."""
    try:
        yield
    except OSError as error:
        raise SyncerError(f"cannot write to {folder}: {error.strerror or error}") from error


def _sync(folder: Path) -> None:
    """Write the entries of `folder` to disk where its file system can; raise OSError if the disk fails."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
