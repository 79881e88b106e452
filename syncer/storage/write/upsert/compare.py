"""Selection of the sightings to write: each is joined with its stored task and compared."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import CTE, Subquery, and_, case, cast, false, func, not_, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from syncer.model import Status
from syncer.storage.tables import OPEN_STATUSES, task_versions, tasks
from syncer.storage.write.staging import staging
from syncer.storage.write.upsert.parameters import FIELDS, OLD, RUN_ID, STREAM_ID, Expression, sides

_OUTCOMES = (Status.SUCCEEDED.value, Status.FAILED.value)


def changed_sightings() -> CTE:
    """The sightings to write, each with its stored task in the columns `old_…`, and with three flags.

    `is_new`: the task is not stored yet. `completes`: the change makes no new version. `replaces`: nulls of
    the sighting replace stored values.
    """
    pair = _pairs()
    new, old = sides(pair)
    is_new = old["task_id"].is_(None)
    # A list row does not null fields that a detail call filled.
    replaces = and_(new["raw"].is_not(None), old["detail"].is_(None), new["detail"].is_(None))
    return (
        select(
            *pair.c,
            is_new.label("is_new"),
            func.coalesce(or_(_completes(new, old), _details(new, old), _records(new, old)), false()).label(
                "completes"
            ),
            replaces.label("replaces"),
        )
        .where(
            or_(
                and_(is_new, new["raw"].is_not(None)),
                and_(not_(is_new), _is_changed(new, old), _is_not_older(new, old), not_(reopens(new, old))),
            )
        )
        .cte("change")
    )


def _pairs() -> Subquery:
    # Lateral, so that the plan is one index lookup per sighting, whatever the statistics are.
    old = (
        select(tasks)
        .where(tasks.c.stream_id == STREAM_ID, tasks.c.task_id == staging.c.task_id)
        .limit(1)
        .lateral("old")
    )
    # `finished` means an unknown outcome, so it does not replace a known one.
    keeps_outcome = and_(staging.c.status == Status.FINISHED.value, old.c.status.in_(_OUTCOMES))
    return (
        select(
            *(column for column in staging.c if column is not staging.c.status),
            case((keeps_outcome, old.c.status), else_=staging.c.status).label("status"),
            *(column.label(OLD + column.name) for column in old.c),
        )
        .select_from(staging.outerjoin(old, true()))
        .subquery("pair")
    )


def _is_changed(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    has_other_detail = cast(new["detail"], JSONB).is_distinct_from(old["detail"])
    return or_(
        and_(new["fingerprint"].is_not(None), new["fingerprint"].is_distinct_from(old["fingerprint"])),
        and_(new["detail"].is_not(None), has_other_detail),
        new["status"] != old["status"],
        old["lost_at"].is_not(None),
    )


def _is_not_older(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """Compare by rank, the provider's rule, then by the time of the request. A missing rank equals the other.

    With equal ranks an ended state is newer than an open one: two states can have the same timestamp, in
    whole seconds.
    """
    ends_first = and_(
        new["rank"] == old["rank"],
        new["status"].in_(OPEN_STATUSES),
        old["status"].not_in(OPEN_STATUSES),
    )
    is_not_before = tuple_(func.coalesce(new["rank"], old["rank"], 0), new["requested_at"]) >= tuple_(
        func.coalesce(old["rank"], new["rank"], 0), old["requested_at"]
    )
    return and_(is_not_before, not_(func.coalesce(ends_first, false())))


def reopens(new: Mapping[str, Expression], old: Mapping[str, Expression]) -> Expression:
    """A list shows an ended task as open, there is no rank to compare, and no call by id has confirmed it."""
    return and_(
        new["status"].in_(OPEN_STATUSES),
        old["status"].not_in(OPEN_STATUSES),
        func.coalesce(new["rank"], old["rank"]).is_(None),
        not_(new["is_confirmed"]),
    )


def _completes(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """The run that stored the task as `finished` now has its outcome: one state, shown by two responses."""
    return and_(
        old["status"] == Status.FINISHED.value,
        old["run_id"] == RUN_ID,
        new["status"].in_(_OUTCOMES),
        or_(new["fingerprint"].is_(None), new["fingerprint"] == old["fingerprint"]),
    )


def _details(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """A call by id has more fields of an end that a list has shown: it fills fields and changes none."""
    return and_(
        old["status"].not_in(OPEN_STATUSES),
        old["detail"].is_(None),
        old["lost_at"].is_(None),
        new["detail"].is_not(None),
        new["raw"].is_(None),
        new["status"] == old["status"],
        *(or_(new[name].is_(None), old[name].is_(None), new[name] == old[name]) for name in FIELDS),
    )


def _records(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """A list shows a state that a call by id has shown first: it adds the record and changes nothing else.

    The record that it replaces belongs to the former state, and the history has it.
    """
    # A subquery and no join, so that it is evaluated only for the few rows that meet the other conditions.
    former = (
        select(task_versions.c.fingerprint)
        .where(task_versions.c.task_key == old["task_key"], task_versions.c.version == old["version"] - 1)
        .limit(1)
        .scalar_subquery()
    )
    return and_(
        old["detail"].is_not(None),
        old["lost_at"].is_(None),
        new["raw"].is_not(None),
        new["detail"].is_(None),
        new["status"] == old["status"],
        *(or_(new[name].is_(None), new[name] == old[name]) for name in FIELDS),
        old["fingerprint"] == former,
    )
