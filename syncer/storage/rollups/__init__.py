"""Rollups: the queue of changed days, the statements that compute a day, and the refresh that runs them."""

from syncer.storage.rollups.dirty_queue import count_dirty_days, mark_all_dirty
from syncer.storage.rollups.refresh import refresh

__all__ = ["count_dirty_days", "mark_all_dirty", "refresh"]
