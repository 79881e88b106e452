"""Where everything stands, for people to read: each stream's last run, and the holes in the coverage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from syncer.storage.connections import make_engine
from syncer.storage.overview.gaps import Gap, gap_at, load_gaps
from syncer.storage.overview.streams import StreamOverview, load_streams
from syncer.storage.schema import check_schema

__all__ = ["Gap", "StreamOverview", "gap_at", "load_gaps", "load_streams", "opened"]


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """The database at `url` to load from. Raises SchemaError where its schema is not this version's."""
    engine = make_engine(url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()
