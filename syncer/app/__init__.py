"""Composition root: builds the real objects and passes them inward. Only this package reads the clock."""

from syncer.app.clock import SystemClock
from syncer.app.daemon import Daemon
from syncer.app.results import StreamFailure, SyncCallbacks, SyncResult
from syncer.app.rollups import rebuild_rollups
from syncer.app.sources import ConfiguredSource, configured_sources, sources_to_check
from syncer.app.sync_once import sync_sources
from syncer.app.wiring import App, open_app

__all__ = [
    "App",
    "ConfiguredSource",
    "Daemon",
    "StreamFailure",
    "SyncCallbacks",
    "SyncResult",
    "SystemClock",
    "configured_sources",
    "open_app",
    "rebuild_rollups",
    "sources_to_check",
    "sync_sources",
]
