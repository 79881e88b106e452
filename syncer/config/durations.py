"""Durations as text: "500ms", "2s", "1m", "6h", "7d", and sums such as "1h30m"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|[smhd])")
_PARTS = re.compile(rf"(?:{_PART.pattern})+")
#: A hundred years, which is far below the limits of Postgres' intervals and Python's dates.
_LONGEST = timedelta(days=36_500)


def parse_duration(text: object) -> timedelta:
    """The duration in `text`. Raises ValueError with examples of valid text."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not _PARTS.fullmatch(text.strip()):
        raise ValueError('write a duration such as "500ms", "2s", "1m", "6h" or "7d"')
    try:
        duration = sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(text)), timedelta(0))
    except OverflowError:
        duration = timedelta.max
    if duration > _LONGEST:
        raise ValueError('write a duration of a hundred years at most, such as "90d"')
    return duration


def write_duration(duration: timedelta) -> str:
    """`duration` as text for the configuration, in the largest unit that is exact."""
    for unit in ("d", "h", "m", "s"):
        if duration % _UNITS[unit] == timedelta(0):
            return f"{duration // _UNITS[unit]}{unit}"
    return f"{duration // _UNITS['ms']}ms"


def _parse_positive(text: object) -> timedelta:
    duration = parse_duration(text)
    if duration <= timedelta(0):
        raise ValueError('write a duration longer than zero, such as "1s"')
    return duration


#: A duration longer than zero.
Duration = Annotated[timedelta, BeforeValidator(_parse_positive)]
#: A duration that may be "0s".
Span = Annotated[timedelta, BeforeValidator(parse_duration)]
