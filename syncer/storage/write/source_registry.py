"""Rows of `sources` and `streams`: a source keeps its row when it gets another name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, and_, bindparam, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from syncer.errors import ConfigurationError
from syncer.model import DEAD_AFTER, Source, Stream, stream_label
from syncer.storage.connections import translated
from syncer.storage.tables import leases, processes, sources, streams
from syncer.storage.write.configuring_process import ConfiguringProcess
from syncer.storage.write.source_identity import (
    is_identical,
    is_known_list,
    is_named_account,
    is_same_list,
    provider_text,
)

#: Locked while sources are registered, so that two processes do not both insert a missing one. The lock does
#: not block readers; and a role that can only read cannot take it, unlike an advisory lock.
_LOCK = text(f"LOCK TABLE {sources.fullname} IN SHARE ROW EXCLUSIVE MODE")


class RegisteredStream(NamedTuple):
    """The id of a stream, and the stored name of its source, which another process may have changed."""

    stream_id: int
    source_name: str


def register_sources(
    connection: Connection, configured: Sequence[Source], process: ConfiguringProcess
) -> dict[str, int]:
    """Insert or update the row of each configured source; return the source_id of each, by name.

    A renamed source is found by its account and key. It keeps the name that a process has given to it which
    started later. Raises ConfigurationError where two sources read the same list of one account, or where a
    name belongs to another provider, site or account: two histories would be mixed.
    """
    reject_duplicate_sources(configured)
    connection.execute(_LOCK)
    names = {source.name for source in configured}
    ids: dict[str, int] = {}
    for source in configured:
        stored = connection.execute(select(sources)).all()
        row = _named(source, stored, configured, process) or _renamed(source, stored, names)
        values = {**_values(source), **process.columns}
        if row is None:
            row = connection.execute(insert(sources).values(values).returning(sources.c.source_id)).one()
        elif _differs(row, _values(source)) and not process.is_superseded_by(row):
            connection.execute(update(sources).where(sources.c.source_id == row.source_id).values(values))
        ids[source.name] = row.source_id
    return ids


def check_sources(engine: Engine, configured: Sequence[Source]) -> None:
    """Raise the errors that `register_sources` would raise; change nothing."""
    with translated(engine.url), engine.connect() as connection:
        now = connection.execute(select(func.clock_timestamp())).scalar_one()
        register_sources(connection, configured, ConfiguringProcess("", now))
        connection.rollback()


def register_stream(
    connection: Connection, stream: Stream, source_id: int | None, process: ConfiguringProcess
) -> RegisteredStream | None:
    """Insert `stream` or update its schedule; return it.

    None where the row `source_id` is gone, belongs to another account or has other values of an earlier
    process: then its source must be registered again.
    """
    source = stream.source
    schedule = {
        "poll_every": source.poll_every,
        "sweep_every": source.sweep_every,
        "retention": source.retention,
        "retired_at": None,
    }
    row = connection.execute(_STREAM, {"source_id": source_id, "region": stream.region}).one_or_none()
    if row is None or not (is_identical(row, source) or is_same_list(row, source)):
        return None
    if _differs(row, _values(source)) and not process.is_superseded_by(row):
        return None
    stream_id: int | None = row.stream_id
    if stream_id is None:
        new = insert(streams).values(source_id=source_id, region=stream.region, **schedule)
        # Another process may insert it now: then this one waits for it, and returns its row.
        same = new.on_conflict_do_update(index_elements=["source_id", "region"], set_=schedule)
        stream_id = connection.scalar(same.returning(streams.c.stream_id))
    elif _differs(row, schedule):
        connection.execute(update(streams).where(streams.c.stream_id == stream_id).values(schedule))
    assert stream_id is not None
    return RegisteredStream(stream_id, row.name)


_STREAM = (
    select(sources, *(column for column in streams.c if column.name not in sources.c))
    .select_from(
        sources.outerjoin(
            streams,
            and_(streams.c.source_id == sources.c.source_id, streams.c.region == bindparam("region")),
        )
    )
    .where(sources.c.source_id == bindparam("source_id"))
)


def retire_streams(
    connection: Connection,
    wanted: Mapping[str, Collection[str] | None],
    ids: Mapping[str, int],
    *,
    holder: str,
) -> list[str]:
    """Mark streams that are no longer configured as retired; return their labels.

    Streams that another running daemon read last stay: its configuration has them. `holder` is this process.

    `wanted` has the regions of each configured source, None where they are unknown; `ids` the source_id of
    those that were registered, which may have another name. A stream that is registered again is no longer
    retired.
    """
    by_id = {ids[name]: regions for name, regions in wanted.items() if name in ids}
    read = select(streams.c.stream_id, sources.c.source_id, sources.c.name, streams.c.region)
    active = (
        read.join_from(streams, sources)
        .outerjoin(leases, leases.c.stream_id == streams.c.stream_id)
        .where(streams.c.retired_at.is_(None), ~exists().where(_is_alive, leases.c.holder != holder))
    )
    retired = [
        row
        for row in connection.execute(active)
        if not _is_wanted(row.region, by_id.get(row.source_id, wanted.get(row.name, ())))
    ]
    if retired:
        found = [row.stream_id for row in retired]
        connection.execute(
            update(streams).where(streams.c.stream_id.in_(found)).values(retired_at=func.clock_timestamp())
        )
    return [stream_label(row.name, row.region) for row in retired]


#: Whether a daemon with a recent heartbeat is the holder of the lease.
_is_alive = and_(
    leases.c.holder == func.concat(processes.c.host, ":", processes.c.pid),
    processes.c.heartbeat_at > func.clock_timestamp() - DEAD_AFTER,
)


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
        if is_same_list(one, other):
            raise ConfigurationError(
                f"the sources {one.name} and {other.name} read the same list ({provider_text(one)}, "
                f"account {one.account}): keep one of them"
            )


def _named(
    source: Source, stored: Sequence[Row[Any]], configured: Sequence[Source], process: ConfiguringProcess
) -> Row[Any] | None:
    """The row with the name of `source`. Raises ConfigurationError if it belongs to something else."""
    row = next((row for row in stored if row.name == source.name), None)
    if row is None or is_identical(row, source):
        return row
    if (row.provider, row.site) != (source.provider, source.site):
        raise ConfigurationError(
            f"the source {source.name} was {provider_text(row)} before: give the new one another name"
            " (to swap names, use a third one in between)"
        )
    if any(is_identical(other, source) for other in stored if other is not row):
        raise ConfigurationError(
            f"the source {source.name} was of another account before, and this account has a history "
            "of its own: give it the name it had, or a new one"
        )
    if is_same_list(row, source):
        return row
    owners = (other for other in configured if is_identical(row, other) or is_same_list(row, other))
    if owner := next(owners, None):
        raise ConfigurationError(
            f"the source {source.name} was of another account before, which is {owner.name} now: "
            f"give {owner.name} its former name, and {source.name} a new one"
        )
    if is_named_account(row.account) and is_named_account(source.account):
        raise ConfigurationError(
            f"the source {source.name} was of the account {row.account} before, and is of {source.account}"
            " now: give the new one another name"
        )
    if process.is_superseded_by(row):
        raise ConfigurationError(
            f"{row.written_by}, which started later, reads the source {source.name} with another key: "
            "restart this process if the key was replaced, or give one of the two sources another name"
        )
    # The key was replaced.
    return row


def _renamed(source: Source, stored: Iterable[Row[Any]], names: set[str]) -> Row[Any] | None:
    """The row of the same list whose name no configured source has; its key may have changed too."""
    unnamed = [row for row in stored if row.name not in names]
    known = [row for row in unnamed if is_identical(row, source) or is_known_list(row, source)]
    return min(known, key=lambda row: not is_identical(row, source), default=None)
