"""Whether the database can be written."""

from __future__ import annotations

from sqlalchemy import Engine, text

from syncer.errors import StoreUnavailable
from syncer.storage.connections import transaction
from syncer.storage.database_urls import describe_url


def check_writable(engine: Engine) -> None:
    """Check that transactions can write. Raises StoreUnavailable for a standby and a read-only setting."""
    with transaction(engine) as connection:
        if connection.scalar(text("SELECT pg_is_in_recovery()")):
            reason = "it is a standby: use the primary, or `target_session_attrs=read-write` in the URL"
        elif connection.scalar(text("SHOW transaction_read_only")) == "on":
            reason = "default_transaction_read_only is on for the role or the database: turn it off"
        else:
            return
    raise StoreUnavailable(f"the database at {describe_url(engine.url)} is read-only: {reason}")
