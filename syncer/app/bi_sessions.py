"""Ends sessions of BI roles that stay idle in a transaction."""

from __future__ import annotations

import logging

from syncer.app.wiring import App
from syncer.storage.roles import IDLE_TIMEOUT, end_idle_transactions

log = logging.getLogger(__name__)


def end_idle_bi_sessions(app: App) -> None:
    """End the sessions of BI roles that are idle in a transaction for longer than the timeout of the role."""
    for name in end_idle_transactions(app.engine, IDLE_TIMEOUT):
        log.warning("bi_session.ended", extra={"role": name})
