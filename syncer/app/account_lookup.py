"""`AccountLookup`: the question to a vendor which account a key belongs to, asked once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from syncer.errors import SyncerError

#: How long a failure is raised again without another question. The threads of `check` share one attempt.
FAILURE_KEPT = timedelta(seconds=20)


class AccountLookup:
    """Calls `ask` for the account; remembers the answer, and a failure for a while. Thread-safe."""

    def __init__(self, ask: Callable[[], str | None], monotonic: Callable[[], float]) -> None:
        self._ask, self._monotonic = ask, monotonic
        self._lock = threading.Lock()
        self._answers: list[str | None] = []
        self._failure: SyncerError | None = None
        self._failed_at = 0.0

    def __call__(self) -> str | None:
        """Return the account; None where the vendor names none. Raises the errors of `ask`."""
        with self._lock:
            if not self._answers:
                self._answers.append(self._asked())
            return self._answers[0]

    def _asked(self) -> str | None:
        age = self._monotonic() - self._failed_at
        if self._failure and age < FAILURE_KEPT.total_seconds():
            raise self._failure
        try:
            return self._ask()
        except SyncerError as error:
            self._failure, self._failed_at = error, self._monotonic()
            raise
