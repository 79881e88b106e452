"""Timestamps in the vendors' formats, to the second."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache


def iso_z(instant_ms: int) -> str:
    """An epoch millisecond as 2018-12-27T13:57:15Z."""
    return f"{_to_the_second(instant_ms // 1000)}Z"


def iso_offset(instant_ms: int) -> str:
    """An epoch millisecond as 2020-11-05T07:49:58+00:00."""
    return f"{_to_the_second(instant_ms // 1000)}+00:00"


@lru_cache(maxsize=10_000)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def parse_iso_z(text: str) -> int:
    """The epoch millisecond of 2018-12-27T13:57:15Z. Raises ValueError for any other form."""
    instant = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return int(instant.timestamp()) * 1000
