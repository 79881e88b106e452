"""The rollups, kept fresh: `queue` tells which days changed, `facts` computes one, `worker` does both."""

from syncer.storage.rollups.queue import count_days, touch_everything
from syncer.storage.rollups.worker import refresh

__all__ = ["count_days", "refresh", "touch_everything"]
