"""Refreshes and rebuilds the rollups (the counts of days and hours) with an `App`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from syncer.app.wiring import App
from syncer.errors import SyncerError

log = logging.getLogger(__name__)

#: Pause between two attempts while another process refreshes the rollups.
_BUSY_RETRY = timedelta(milliseconds=200)
_NO_TIME = timedelta(0)


def refresh_rollups(app: App) -> None:
    """Compute the rollups of the days that have changed. Raises Stopped between two transactions."""
    app.store.refresh_rollups(lambda: app.clock.sleep(_NO_TIME))


def refresh_rollups_quietly(app: App) -> None:
    """Compute the rollups of the days that have changed; log an error instead of raising it.

    The days that are left remain marked: the next refresh, in any process, computes them.
    """
    try:
        refresh_rollups(app)
    except SyncerError as error:
        log.warning("rollups.deferred", extra={"error": str(error)})


def rebuild_rollups(app: App, progress: Callable[[int], None] = lambda _: None) -> int:
    """Compute the rollups of every day, whether a daemon is running or not; return the number of days.

    `progress` is called with the number of days left. Days that a daemon computes meanwhile are not counted.
    """
    app.store.rebuild_rollups()

    def pause() -> None:
        progress(app.store.stale_days())
        app.clock.sleep(_NO_TIME)

    while (days := app.store.refresh_rollups(pause)) is None:
        app.clock.sleep(_BUSY_RETRY)
    return days
