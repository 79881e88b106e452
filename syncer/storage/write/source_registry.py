"""Rows of `sources` and `streams`: a source keeps its row when it gets another name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from syncer.errors import ConfigurationError
from syncer.model import Source, Stream, stream_label
from syncer.storage.connections import translated
from syncer.storage.tables import sources, streams

#: Locked while sources are registered, so that two processes do not both insert a missing one. The lock does
#: not block readers; and a role that can only read cannot take it, unlike an advisory lock.
_LOCK = text(f"LOCK TABLE {sources.fullname} IN SHARE ROW EXCLUSIVE MODE")


def register_sources(connection: Connection, configured: Sequence[Source]) -> None:
    """Insert or update the row of each configured source; a renamed source is found by its account and key.

    Raises ConfigurationError where two sources read the same list of one account, or where a name belonged to
    another provider, site or account: two histories would be mixed.
    """
    reject_duplicate_sources(configured)
    connection.execute(_LOCK)
    names = {source.name for source in configured}
    for source in configured:
        stored = connection.execute(select(sources)).all()
        row = _named(source, stored) or _renamed(source, stored, names)
        values = _values(source)
        if row is None:
            connection.execute(insert(sources).values(values))
        elif _differs(row, values):
            connection.execute(update(sources).where(sources.c.source_id == row.source_id).values(values))


def check_sources(engine: Engine, configured: Sequence[Source]) -> None:
    """Raise the errors that `register_sources` would raise; change nothing."""
    with translated(engine.url), engine.connect() as connection:
        register_sources(connection, configured)
        connection.rollback()


def register_stream(connection: Connection, stream: Stream) -> int:
    """Insert `stream` or update its schedule; return its stream_id. Its source must have been registered."""
    source = stream.source
    source_id = connection.scalar(select(sources.c.source_id).where(sources.c.name == source.name))
    schedule = {
        "poll_every": source.poll_every,
        "sweep_every": source.sweep_every,
        "retention": source.retention,
        "retired_at": None,
    }
    same = select(streams).where(streams.c.source_id == source_id, streams.c.region == stream.region)
    row = connection.execute(same).one_or_none()
    if row is None:
        new = insert(streams).values(source_id=source_id, region=stream.region, **schedule)
        connection.execute(new.on_conflict_do_nothing(index_elements=["source_id", "region"]))
        row = connection.execute(same).one()
    elif _differs(row, schedule):
        changed = update(streams).where(streams.c.stream_id == row.stream_id)
        connection.execute(changed.values(schedule))
    stream_id: int = row.stream_id
    return stream_id


def retire_streams(connection: Connection, wanted: Mapping[str, Collection[str] | None]) -> list[str]:
    """Mark streams that are no longer configured as retired; return their labels.

    `wanted` has the regions of each configured source, None where they are unknown. A stream that is
    registered again is no longer retired.
    """
    read = select(streams.c.stream_id, sources.c.name, streams.c.region).join_from(streams, sources)
    retired = [
        row
        for row in connection.execute(read.where(streams.c.retired_at.is_(None)))
        if not _is_wanted(row.region, wanted.get(row.name, ()))
    ]
    if retired:
        ids = [row.stream_id for row in retired]
        connection.execute(
            update(streams).where(streams.c.stream_id.in_(ids)).values(retired_at=func.clock_timestamp())
        )
    return [stream_label(row.name, row.region) for row in retired]


def _is_wanted(region: str, regions: Collection[str] | None) -> bool:
    return regions is None or region in regions


def _values(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "provider": source.provider,
        "site": source.site,
        "account": source.account,
        "key_hash": source.key_hash,
    }


def _differs(row: Row[Any], values: dict[str, Any]) -> bool:
    return any(row._mapping[name] != value for name, value in values.items())


def reject_duplicate_sources(configured: Iterable[Source]) -> None:
    """Raise ConfigurationError if two sources read the same list of one account."""
    for one, other in combinations(configured, 2):
        if (one.provider, one.site) == (other.provider, other.site) and _is_same_account(one, other):
            raise ConfigurationError(
                f"the sources {one.name} and {other.name} read the same list ({one.provider}, {one.site}, "
                f"account {one.account}): keep one of them"
            )


def _is_same_account(one: Source, other: Source) -> bool:
    same_key = one.key_hash != "" and one.key_hash == other.key_hash
    return same_key or (one.account != "" and one.account == other.account)


def _named(source: Source, stored: Sequence[Row[Any]]) -> Row[Any] | None:
    """The row with the name of `source`. Raises ConfigurationError if it belongs to something else."""
    row = next((row for row in stored if row.name == source.name), None)
    if row is None:
        return None
    if (row.provider, row.site) != (source.provider, source.site):
        raise ConfigurationError(
            f"the source {source.name} was {row.provider} ({row.site}) before: give the new one another name"
        )
    if any(_is_identical(other, source) for other in stored if other is not row):
        raise ConfigurationError(
            f"the source {source.name} was of another account before, and this account has a history "
            "of its own: give it the name it had, or a new one"
        )
    return row


def _renamed(source: Source, stored: Iterable[Row[Any]], names: set[str]) -> Row[Any] | None:
    """The row of the same account whose name no configured source has."""
    return next((row for row in stored if row.name not in names and _is_identical(row, source)), None)


def _is_identical(row: Row[Any], source: Source) -> bool:
    known = (row.provider, row.site, row.account, row.key_hash)
    return known == (source.provider, source.site, source.account, source.key_hash)
