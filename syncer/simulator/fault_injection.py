"""What goes wrong on purpose, and how often it has.

A rate is the share of requests that suffer; every fault that fires is counted by its name, so that a test
can prove that it met it.
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
    """What a scroll token means once its record has left the list it was handed out for."""

    #: The scan goes on where the record would stand.
    CONTINUE = "continue"
    #: An empty page with an empty token, as at the end.
    EMPTY = "empty"
    REFUSED = "refused"


class FailedFilter(StrEnum):
    """What the API makes of SubTaskHasFailed."""

    WORKS = "works"
    REJECTED = "rejected"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """The faults of one list. All off by default."""

    #: The vendor's throttling error.
    throttle_rate: float = 0.0
    #: The vendor's internal error.
    error_rate: float = 0.0
    #: A gateway's 502 with an HTML body.
    gateway_rate: float = 0.0
    #: A login page in HTML with status 200, as a proxy sends it.
    html_rate: float = 0.0
    slow_rate: float = 0.0
    slow_seconds: float = 1.0
    #: The connection closes in the middle of the body.
    cut_rate: float = 0.0
    #: The connection is reset before the answer.
    reset_rate: float = 0.0
    #: Valid scroll tokens and markers are refused as expired.
    expired_cursor_rate: float = 0.0
    #: An empty page whose cursor goes on.
    blank_rate: float = 0.0
    #: A row stands on its page twice.
    duplicate_rate: float = 0.0
    #: The cursor leads to the same page again.
    repeat_rate: float = 0.0
    #: HTTP 200 that says Success=false (aiccs).
    unsuccessful_rate: float = 0.0
    #: The last page claims that there are more (MPS, Baidu).
    endless: bool = False
    #: Markers include the row they name (Baidu).
    inclusive_marker: bool = False
    moved_token: MovedToken = MovedToken.CONTINUE
    failed_filter: FailedFilter = FailedFilter.WORKS
    #: The most rows the server puts on a page, whatever was asked (aiccs).
    page_cap: int | None = None
    #: A page asked with a higher limit fails.
    largest_page: int | None = None
    #: A page with one of these tasks fails.
    poisoned_ids: tuple[str, ...] = ()
    #: Every call is refused for lack of permission.
    denied: bool = False
    #: Every call gets 503.
    down: bool = False

    def changed(self, changes: Mapping[str, Any]) -> Faults:
        """These faults with `changes`, given as JSON values. Raises ValueError for what is no fault."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in changes:
            if name not in known:
                raise ValueError(f"There is no fault {name!r}. The faults are: {', '.join(sorted(known))}.")
        return replace(self, **{name: _as_type_of(known[name], value) for name, value in changes.items()})


def _as_type_of(old: object, value: Any) -> Any:
    if isinstance(old, StrEnum):
        return type(old)(value)
    if isinstance(old, tuple):
        return tuple(map(str, value))
    return value


class FaultInjector:
    """Decides for each request which faults it meets, and counts them. Safe for several threads."""

    def __init__(self, faults: Faults, seed: str) -> None:
        self.faults = faults
        self._rng = Random(seed)
        self._fired: Counter[str] = Counter()
        self._lock = threading.Lock()

    def fires(self, fault: str) -> bool:
        """Whether the fault with this name of a rate or a switch fires now."""
        chance = getattr(self.faults, fault)
        with self._lock:
            fires = bool(chance) and self._rng.random() < chance
            self._fired[fault] += fires
        return fires

    def note(self, fault: str) -> None:
        """Count a fault that fired."""
        with self._lock:
            self._fired[fault] += 1

    def pick(self, count: int) -> int:
        """A random number below `count`."""
        with self._lock:
            return self._rng.randrange(count)

    def fired(self) -> dict[str, int]:
        """How often each fault fired so far."""
        with self._lock:
            return {name: count for name, count in sorted(self._fired.items()) if count}

    def settings(self) -> dict[str, Any]:
        """The faults as JSON values."""
        return asdict(self.faults)
