"""Injected faults: what can go wrong in a simulated list, how often, and how often each fault has fired.

A rate is the share of requests that a fault affects. Each fault that fires is counted by its name, so that a
test can prove that the fault occurred.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from random import Random
from typing import Any


class MovedToken(StrEnum):
    """How the API treats a scroll token whose record has left the list that issued the token."""

    #: The scan goes on at the former position of the record.
    CONTINUE = "continue"
    #: An empty page with an empty token, as at the end of the list.
    EMPTY = "empty"
    #: An error.
    REFUSED = "refused"


class FailedFilter(StrEnum):
    """How the API treats the parameter SubTaskHasFailed."""

    WORKS = "works"
    REJECTED = "rejected"
    IGNORED = "ignored"


class Total(StrEnum):
    """What a list gives as the number of its rows."""

    EXACT = "exact"
    ZERO = "zero"
    NULL = "null"
    ABSENT = "absent"
    #: Less on each page.
    SHRINKING = "shrinking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The faults of one list. All are off by default."""

    #: The vendor's throttling error.
    throttle_rate: float = 0.0
    #: The vendor's internal error.
    error_rate: float = 0.0
    #: HTTP 502 with an HTML body, as a gateway sends it.
    gateway_rate: float = 0.0
    #: HTTP 200 with a login page in HTML, as a proxy sends it.
    html_rate: float = 0.0
    #: The response is delayed by `slow_seconds`.
    slow_rate: float = 0.0
    slow_seconds: float = 1.0
    #: The connection closes in the middle of the body.
    cut_rate: float = 0.0
    #: The connection is reset before the response.
    reset_rate: float = 0.0
    #: Valid scroll tokens and markers are refused as expired.
    expired_cursor_rate: float = 0.0
    #: An empty page whose cursor leads to further pages.
    blank_rate: float = 0.0
    #: A page shows one of its rows twice.
    duplicate_rate: float = 0.0
    #: The cursor leads to the same page again.
    repeat_rate: float = 0.0
    #: HTTP 200 with Success=false (aiccs).
    unsuccessful_rate: float = 0.0
    #: The last page claims that further pages follow (MPS, Baidu).
    endless: bool = False
    #: Pages begin with the row that the marker names (Baidu).
    inclusive_marker: bool = False
    moved_token: MovedToken = MovedToken.CONTINUE
    failed_filter: FailedFilter = FailedFilter.WORKS
    #: The largest page that the server returns, whatever size is requested (aiccs).
    page_cap: int | None = None
    #: A request with a larger page size fails.
    largest_page: int | None = None
    #: The total of a list (MPS, TAT, aiccs), and the number at which it stops counting.
    total: Total = Total.EXACT
    total_cap: int | None = None
    #: A page that begins behind so many rows is refused (TAT, aiccs).
    deepest_row: int | None = None
    #: A page with one of these tasks fails.
    poisoned_ids: tuple[str, ...] = ()
    #: Each request is refused for lack of permission.
    denied: bool = False
    #: Each request gets HTTP 503.
    down: bool = False
    #: The header Retry-After of throttled requests and of HTTP 502 and 503; none by default.
    retry_after: str = ""

    def with_changes(self, changes: Mapping[str, Any]) -> Faults:
        """These faults with `changes`, given as JSON values. Raises ValueError for an unknown fault."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(f"There is no fault {name!r}. The faults are: {', '.join(sorted(known))}.")
        return replace(self, **{name: _to_type_of(known[name], value) for name, value in changes.items()})


def _to_type_of(current: object, value: Any) -> Any:
    """A JSON value in the type of the current setting."""
    if isinstance(current, StrEnum):
        return type(current)(value)
    if isinstance(current, str):
        return str(value)
    if isinstance(current, tuple):
        return tuple(map(str, value))
    return value


class FaultInjector:
    """Decides for each request which faults fire, and counts them. Safe for several threads."""

    def __init__(self, faults: Faults, seed: str) -> None:
        self.faults = faults
        self._rng = Random(seed)
        self._fired: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fires(self, fault: str) -> bool:
        """Draw whether the named fault, a rate or a switch, fires now; count it and return the result."""
        rate = getattr(self.faults, fault)
        with self._lock:
            fires = bool(rate) and self._rng.random() < rate
            self._fired[fault] += fires
        return fires

    def count(self, fault: str) -> None:
        """Count a fault that fired."""
        with self._lock:
            self._fired[fault] += 1

    def random_below(self, bound: int) -> int:
        """Draw a random number from 0 to `bound` - 1."""
        with self._lock:
            return self._rng.randrange(bound)

    def fired(self) -> dict[str, int]:
        """By fault: how often it has fired. Faults that never fired are left out."""
        with self._lock:
            return {name: count for name, count in sorted(self._fired.items()) if count}

    def settings(self) -> dict[str, Any]:
        """The faults as JSON values."""
        return asdict(self.faults)
