"""The roles that may read `reporting` and nothing else: made, listed, removed, looked at for loopholes."""

from __future__ import annotations

from syncer.storage.readers.loopholes import Loophole, close_loopholes, load_loopholes
from syncer.storage.readers.making import create_reader, drop_reader, load_reader, reader_script
from syncer.storage.readers.standing import ReaderStanding, load_readers

__all__ = [
    "Loophole",
    "ReaderStanding",
    "close_loopholes",
    "create_reader",
    "drop_reader",
    "load_loopholes",
    "load_reader",
    "load_readers",
    "reader_script",
]
