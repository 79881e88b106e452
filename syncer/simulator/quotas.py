"""The vendors' rate limits: calls of an action in any second of real time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping


class RateLimit:
    """Sliding window of one second for each action. Actions without a quota are not limited.

    Safe for several threads.
    """

    def __init__(self, quotas: Mapping[str, float]) -> None:
        self._quotas = quotas
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def try_acquire(self, action: str) -> bool:
        """Count a call of the action and return True; False, uncounted, if it exceeds the quota."""
        quota = self._quotas.get(action)
        if quota is None:
            return True
        now = time.monotonic()
        with self._lock:
            calls = self._calls.setdefault(action, deque())
            while calls and calls[0] <= now - 1:
                calls.popleft()
            if len(calls) >= quota:
                return False
            calls.append(now)
            return True

    def quota(self, action: str) -> float:
        """Calls a second; 0 where the action is not limited."""
        return self._quotas.get(action, 0)
