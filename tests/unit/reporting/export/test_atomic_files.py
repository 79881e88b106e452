"""Files that replace others: a folder that cannot be synchronised fails no write."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from syncer.reporting.export.atomic_files import atomic_file


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EBADF, errno.EACCES])
def test_refused_sync_of_a_folder_keeps_the_file(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    with atomic_file(tmp_path / "day=2026-01-01" / "tasks.csv") as file:
        file.write(b"rows")
    assert (tmp_path / "day=2026-01-01" / "tasks.csv").read_bytes() == b"rows"


def test_failed_sync_of_the_file_fails_the_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"), atomic_file(tmp_path / "tasks.csv"):
        pass
    assert list(tmp_path.iterdir()) == []
