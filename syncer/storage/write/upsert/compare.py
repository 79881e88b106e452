"""Which sightings are to be written: each is put beside the task as it stands, and compared."""

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
    """The sightings to be written, each with its task (columns `old_…`) and what they are to each other.

    `is_new`: there is no such task yet. `completes`: the version stays. `replaces`: nulls count, too.
    """
    pair = _pairs()
    new, old = sides(pair)
    is_new = old["task_id"].is_(None)
    # Once a detail call has told more than the list does, the list's silence erases nothing.
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
    # Lateral, so that no statistics can make it anything else than one look into the index a sighting.
    old = (
        select(tasks)
        .where(tasks.c.stream_id == STREAM_ID, tasks.c.task_id == staging.c.task_id)
        .limit(1)
        .lateral("old")
    )
    # `finished` tells less than how it ended, so it does not replace that.
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
    """By the provider's rule first, then by when it was asked; an unknown rank is as good as the other.

    Under one and the same rank, an end is the newer state: stamps of a second hold more than one state.
    """
    ends_first = and_(
        new["rank"] == old["rank"],
        new["status"].in_(OPEN_STATUSES),
        old["status"].not_in(OPEN_STATUSES),
    )
    is_not_before = tuple_(func.coalesce(new["rank"], old["rank"], 0), new["observed_at"]) >= tuple_(
        func.coalesce(old["rank"], new["rank"], 0), old["observed_at"]
    )
    return and_(is_not_before, not_(func.coalesce(ends_first, false())))


def reopens(new: Mapping[str, Expression], old: Mapping[str, Expression]) -> Expression:
    """A list shows an ended task as open, no rule tells which is newer, and nobody has asked for it by id."""
    return and_(
        new["status"].in_(OPEN_STATUSES),
        old["status"].not_in(OPEN_STATUSES),
        func.coalesce(new["rank"], old["rank"]).is_(None),
        not_(new["is_confirmed"]),
    )


def _completes(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """The run that saw the task end now learns how: the same state, told in two answers."""
    return and_(
        old["status"] == Status.FINISHED.value,
        old["run_id"] == RUN_ID,
        new["status"].in_(_OUTCOMES),
        or_(new["fingerprint"].is_(None), new["fingerprint"] == old["fingerprint"]),
    )


def _details(new: dict[str, Expression], old: dict[str, Expression]) -> Expression:
    """A call by id now tells more of the end that the list has shown: it fills in and changes nothing."""
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
    """The list now shows the state that a call by id had told first: it adds the record and nothing else.

    The record it replaces is the former state's, and stands in the history with it.
    """
    # No join, so that it is looked up for the few that get as far as this.
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
