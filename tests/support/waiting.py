"""Waiting for something to come true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

#: Between two looks.
_PAUSE = 0.03


def eventually(condition: Callable[[], Value], what: str, *, seconds: float = 60) -> Value:
    """The first true value of `condition`; fails if there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(_PAUSE)
