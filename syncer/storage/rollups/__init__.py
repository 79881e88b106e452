"""The rollups, kept fresh: `queue` tells which days changed, `facts` computes one, `worker` does both."""

from syncer.storage.rollups.dirty_queue import count_dirty_days, mark_all_dirty
from syncer.storage.rollups.refresh import refresh

__all__ = ["count_dirty_days", "mark_all_dirty", "refresh"]
