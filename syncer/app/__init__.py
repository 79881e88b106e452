"""The wiring: everything real is made here and handed inward. The only room that reads the clock."""

from syncer.app.clock import SystemClock
from syncer.app.results import StreamFailure, SyncCallbacks, SyncResult
from syncer.app.sources import ConfiguredSource, configured_sources
from syncer.app.wiring import App, open_app

__all__ = [
    "App",
    "ConfiguredSource",
    "StreamFailure",
    "SyncCallbacks",
    "SyncResult",
    "SystemClock",
    "configured_sources",
    "open_app",
]
