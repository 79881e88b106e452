"""Makes JSON values storable: redacted, free of what Postgres cannot hold, written in one way only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

Path = tuple[str, ...]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
)
#: The same values give the same text, in whatever order a vendor sends the fields of an object.
encoded = _ENCODER.encode


def storable(value: Any) -> tuple[Any, str, bool]:
    """`value`, its JSON text, and whether something in it had to be replaced.

    NUL characters and lone surrogates become U+FFFD; NaN and the infinities become their names.
    """
    try:
        written = encoded(value)
        if "\\u0000" not in written:
            written.encode()
            return value, written, False
    except ValueError:
        pass
    cleaned = _cleaned(value)
    written = encoded(cleaned)
    return cleaned, written, cleaned != value


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(part) for name, part in value.items()}
    return value


def paths(dotted: Iterable[str]) -> tuple[Path, ...]:
    """Dotted paths, taken apart."""
    return tuple(tuple(one.split(".")) for one in dotted)


def without(value: Any, gone: Iterable[Path]) -> Any:
    """`value` without what stands at the paths `gone`; lists on the way count as each of their elements.

    `value` itself where there is nothing to remove; it is never changed.
    """
    for path in gone:
        value = _dropped(value, path)
    return value


def _dropped(value: Any, path: Path) -> Any:
    if isinstance(value, list):
        parts = [_dropped(one, path) for one in value]
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    if not isinstance(value, dict) or path[0] not in value:
        return value
    name, rest = path[0], path[1:]
    if not rest:
        return {key: part for key, part in value.items() if key != name}
    part = _dropped(value[name], rest)
    return value if part is value[name] else {**value, name: part}
