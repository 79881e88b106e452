"""The rollups, kept fresh: `queue` tells which days changed, `facts` computes one, `worker` does both."""

from syncer.storage.rollups.worker import refresh, touch_everything, touched_days

__all__ = ["refresh", "touch_everything", "touched_days"]
