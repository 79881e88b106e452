"""Waits for a condition."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

#: Seconds between two evaluations of the condition.
_PAUSE = 0.03


def eventually(condition: Callable[[], Value], what: str, *, seconds: float = 60) -> Value:
    """Wait for a true value of `condition`, return it; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(_PAUSE)
