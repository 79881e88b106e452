"""Values for formats that have only text, numbers and booleans.

Unlike `cli.views.json_output`, which keeps an instant's offset: these files are sorted and compared as text,
so every instant is in UTC and all have the same length.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def plain(value: object) -> object:
    """Instants as `2026-01-31T12:00:00.000000Z`, dates as `2026-01-31`; other values unchanged."""
    match value:
        case datetime():
            # Always with microseconds: texts of equal length sort like their instants.
            return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        case date():
            return value.isoformat()
        case _:
            return value
