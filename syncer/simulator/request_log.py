"""What was asked and answered, by action: tests hold the client's cost against it."""

from __future__ import annotations

import threading
from collections import Counter


class RequestLog:
    """Counts of one list. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = {}
        self._errors: Counter[str] = Counter()

    def request(self, action: str) -> None:
        self._add(action, "requests", 1)

    def page(self, action: str, rows: int) -> None:
        """A page was answered as it should be."""
        self._add(action, "pages", 1)
        self._add(action, "rows", rows)

    def error(self, action: str, code: str) -> None:
        self._add(action, "errors", 1)
        with self._lock:
            self._errors[code] += 1

    def counts(self) -> dict[str, dict[str, int]]:
        """By action: requests, and of these pages, rows and errors."""
        with self._lock:
            return {action: dict(counts) for action, counts in sorted(self._counts.items())}

    def errors(self) -> dict[str, int]:
        """How often each error code was answered."""
        with self._lock:
            return dict(sorted(self._errors.items()))

    def _add(self, action: str, what: str, count: int) -> None:
        with self._lock:
            counts = self._counts.setdefault(action, Counter(requests=0, pages=0, rows=0, errors=0))
            counts[what] += count
