"""The vendors' rate limits: so many calls of an action in any second, in real time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping


class RateLimit:
    """Counts calls by action. Actions without a quota are never limited."""

    def __init__(self, quotas: Mapping[str, float]) -> None:
        self._quotas = quotas
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admits(self, action: str) -> bool:
        """Whether one more call of the action fits into the last second. A refused call does not count."""
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
        return self._quotas.get(action, 0)
