"""Files that are there whole or not at all, and folders that one writer has at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from syncer.errors import ConfigurationError, SyncerError


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place of `path` when the block ends well; else nothing has happened.

    Once the block has ended it survives a power cut. A crash leaves at most a file whose name begins with a
    point, which readers of lakes pass over and the next writer of `path` replaces.
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
    # The name, and that of the folder around it, which may be as new.
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """`folder`, made where it is missing, for us alone. Raises ConfigurationError where another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ConfigurationError(
            f"another export is writing into {folder}: wait, or take another --into"
        ) from None
    finally:
        os.close(opened)


@contextmanager
def explain_os_errors(folder: Path) -> Iterator[None]:
    """Says in one line what the operating system has against writing into `folder`."""
    try:
        yield
    except OSError as error:
        raise SyncerError(f"cannot write into {folder}: {error.strerror or error}") from error


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
