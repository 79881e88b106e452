"""Values in formats that only know texts and numbers.

Not the rule of `cli.views.json_values`, which keeps an instant's offset: these files are sorted and compared
as text, so every instant is in UTC and of one length.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def plain(value: object) -> object:
    """`value` with instants as `2026-01-31T12:00:00.000000Z`, days as `2026-01-31`, all else as it is."""
    match value:
        case datetime():
            # Always with microseconds: texts of one length sort as their instants do.
            return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        case date():
            return value.isoformat()
        case _:
            return value
