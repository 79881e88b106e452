"""The values to write for a new or changed sighting."""

from __future__ import annotations

from sqlalchemy import CTE, BigInteger, and_, case, cast, false, func, literal, not_, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, array

from syncer.storage.tables import OPEN_STATUSES
from syncer.storage.write.upsert.parameters import (
    FIELDS,
    LAST_RUN_AT,
    LAST_SWEEP_AT,
    RUN_ID,
    STREAM_ID,
    Expression,
    sides,
)

#: The names in the reporting views of columns that have another name there.
_VIEW_NAMES = {"updated_at": "provider_updated_at"}


def new_values(change: CTE) -> dict[str, Expression]:
    """The new values by column of `tasks`."""
    fields = _fields(change)
    key = {"stream_id": STREAM_ID, "task_id": change.c.task_id}
    return {**key, **fields, **_payload(change), **_version(change, fields)}


def _fields(change: CTE) -> dict[str, Expression]:
    new, old = sides(change)
    merged: dict[str, Expression] = {
        name: case((change.c.replaces, new[name]), else_=func.coalesce(new[name], old[name]))
        for name in FIELDS
    }
    return {**merged, "status": new["status"], "lost_at": null()}


def _payload(change: CTE) -> dict[str, Expression]:
    new, old = sides(change)
    was_altered = and_(not_(change.c.replaces), func.coalesce(old["raw_altered"], false()))
    return {
        "raw": func.coalesce(cast(new["raw"], JSONB), old["raw"]),
        "detail": func.coalesce(cast(new["detail"], JSONB), old["detail"]),
        "fingerprint": func.coalesce(new["fingerprint"], old["fingerprint"]),
        "rank": func.greatest(new["rank"], old["rank"]),
        "raw_altered": or_(new["raw_altered"], was_altered),
    }


def _version(change: CTE, fields: dict[str, Expression]) -> dict[str, Expression]:
    new, old = sides(change)
    of_a_new_version = {
        "version": func.coalesce(old["version"], 0) + 1,
        "observed_after": _observed_after(change),
        "requested_at": func.greatest(new["requested_at"], old["requested_at"]),
        "observed_at": func.greatest(new["observed_at"], old["observed_at"]),
        **_status_change(change),
    }
    # An outcome that follows from several responses has no request_id: the stored one stays.
    has_no_request = and_(change.c.completes, new["request_id"] == "")
    return {
        **{
            name: case((change.c.completes, old[name]), else_=value)
            for name, value in of_a_new_version.items()
        },
        "changed_fields": _changed_fields(change, fields),
        "first_seen_at": new["observed_at"],
        "changed_in": cast(cast(func.pg_current_xact_id(), TEXT), BigInteger),
        "run_id": RUN_ID,
        "request_id": case((has_no_request, old["request_id"]), else_=new["request_id"]),
    }


def _status_change(change: CTE) -> dict[str, Expression]:
    """When the status was first seen, and the former status that a change of status has ended."""
    new, old = sides(change)
    is_changed = new["status"] != old["status"]
    seen_at = func.greatest(new["observed_at"], old["observed_at"])
    return {
        "status_seen_at": case((or_(change.c.is_new, is_changed), seen_at), else_=old["status_seen_at"]),
        "former_status": case((is_changed, old["status"])),
        "former_seen_at": case((is_changed, old["status_seen_at"])),
    }


def _observed_after(change: CTE) -> Expression:
    """The latest instant at which the new state is known not to have been reached; null if unknown."""
    new, old = sides(change)
    since = case((old["status"].in_(OPEN_STATUSES), LAST_RUN_AT), else_=LAST_SWEEP_AT)
    checked_at = case((change.c.is_new, LAST_RUN_AT), else_=func.greatest(old["requested_at"], since))
    # Another process may have estimated the provider's clock slightly ahead of us. Null stays null.
    return case((checked_at > new["requested_at"], new["requested_at"]), else_=checked_at)


def _changed_fields(change: CTE, fields: dict[str, Expression]) -> Expression:
    """Names, as in the views, of the fields that differ from the version before; null for the first one."""
    _, old = sides(change)
    is_first = or_(change.c.is_new, and_(change.c.completes, old["version"] == 1))
    before = case((change.c.completes, old["changed_fields"]))
    field = func.unnest(func.array_cat(before, _differences(old, fields))).column_valued("field")
    names = select(field).where(field.is_not(None)).distinct().order_by(field).scalar_subquery()
    # A change without a changed column is a change of the record.
    return case((not_(is_first), func.coalesce(func.nullif(func.array(names), _texts()), _texts("record"))))


def _differences(old: dict[str, Expression], fields: dict[str, Expression]) -> Expression:
    return cast(
        array(
            [
                case((value.is_distinct_from(old[name]), literal(_VIEW_NAMES.get(name, name))))
                for name, value in fields.items()
            ]
        ),
        ARRAY(TEXT),
    )


def _texts(*words: str) -> Expression:
    return cast(array([literal(word) for word in words], type_=TEXT), ARRAY(TEXT))
