"""The wiring: everything real is made here and handed inward. The only room that reads the clock."""

from syncer.app.clock import SystemClock
from syncer.app.readers import Reader, make_readers
from syncer.app.results import Failure, Result, View
from syncer.app.wiring import App, open_app

__all__ = ["App", "Failure", "Reader", "Result", "SystemClock", "View", "make_readers", "open_app"]
