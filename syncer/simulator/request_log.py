"""Counts of requests, pages, rows and errors by action; tests check the client's cost with them."""

from __future__ import annotations

import threading
from collections import Counter


class RequestLog:
    """The counts of one list. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = {}
        self._errors: Counter[str] = Counter()

    def count_request(self, action: str) -> None:
        """Count a request."""
        self._add(action, "requests", 1)

    def count_page(self, action: str, rows: int) -> None:
        """Count a successful response and its rows."""
        self._add(action, "pages", 1)
        self._add(action, "rows", rows)

    def count_error(self, action: str, code: str) -> None:
        """Count an error response, by action and by the vendor's code."""
        self._add(action, "errors", 1)
        with self._lock:
            self._errors[code] += 1

    def counts(self) -> dict[str, dict[str, int]]:
        """By action: requests, and how many pages, rows and errors were returned."""
        with self._lock:
            return {action: dict(counts) for action, counts in sorted(self._counts.items())}

    def errors(self) -> dict[str, int]:
        """By error code: how often it was returned."""
        with self._lock:
            return dict(sorted(self._errors.items()))

    def _add(self, action: str, counter: str, count: int) -> None:
        with self._lock:
            counts = self._counts.setdefault(action, Counter(requests=0, pages=0, rows=0, errors=0))
            counts[counter] += count
