"""Values as text for people: numbers, instants, durations, shortened ids, widths on a terminal."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

#: Said of sources and regions that were in the configuration before.
NO_LONGER_CONFIGURED = "no longer configured"


def cell_text(value: object) -> str:
    """`value` as text: instants in UTC to the second, durations in their two largest units, null as "-"."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}Z"
        case timedelta():
            return duration_text(value)
        case _:
            return str(value)


def printable(text: str) -> str:
    """`text` on one line: line breaks and control codes of terminals become spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def zone_lines(time_zone: str) -> list[str]:
    """A line that says that times are in UTC, where the reports use another `time_zone`."""
    return [] if time_zone == "UTC" else [f"times are in UTC; reports use {time_zone}"]


def duration_text(value: timedelta) -> str:
    """The two largest units of a duration: `2d 3h`, `4m 5s`, `0.25s`."""
    seconds = abs(value.total_seconds())
    sign = "-" if value < timedelta(0) else ""
    if seconds < 60:
        return f"{sign}{round(seconds, 2):.3g}s"
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    rest = int(seconds)
    parts: list[str] = []
    for unit, size in units:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return sign + " ".join(part for part in parts[:2] if not part.startswith("0"))


def minute_text(instant: datetime | None) -> str | None:
    """`2026-01-31 12:00Z`: short enough for three of them in a line. None where there is no instant."""
    return None if instant is None else f"{instant:%Y-%m-%d %H:%MZ}"


def shortened(text: str, limit: int = 26) -> str:
    """`text`, or its beginning and its end where it is longer than `limit`: ids differ there.

    `errors.one_line` shortens text that is read from its beginning.
    """
    head = limit // 3
    return text if len(text) <= limit else f"{text[:head]}…{text[head + 1 - limit :]}"


def text_width(text: str) -> int:
    """The number of columns that `text` takes on a terminal: two for each Chinese character."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
