"""Cleaning of JSON values: redaction, removal of what Postgres cannot hold, one text for equal values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

Path = tuple[str, ...]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
#: NUL and lone surrogates: neither text nor jsonb can hold them.
#: https://www.postgresql.org/docs/current/datatype-json.html
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
)
#: The JSON text of a value; equal values give equal text, in whatever order a vendor sends the fields.
canonical_json = _ENCODER.encode


def clean(value: Any) -> tuple[Any, str, bool]:
    """`value` as Postgres can hold it, its JSON text, and whether anything was replaced.

    NUL characters and lone surrogates become U+FFFD; NaN and the infinities become their names.
    """
    try:
        text = canonical_json(value)
        if "\\u0000" not in text:
            text.encode()
            return value, text, False
    except ValueError:
        pass
    cleaned = _clean(value)
    return cleaned, canonical_json(cleaned), cleaned != value


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, list):
        return [_clean(element) for element in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(field) for name, field in value.items()}
    return value


def split_paths(dotted: Iterable[str]) -> tuple[Path, ...]:
    """The field names of each dotted path."""
    return tuple(tuple(path.split(".")) for path in dotted)


def remove_paths(value: Any, paths: Iterable[Path]) -> Any:
    """`value` without the fields at `paths`; a list on a path stands for each of its elements.

    Returns `value` itself if there is nothing to remove, else a copy.
    """
    for path in paths:
        value = _remove_path(value, path)
    return value


def _remove_path(value: Any, path: Path) -> Any:
    if isinstance(value, list):
        elements = [_remove_path(element, path) for element in value]
        is_changed = any(new is not old for new, old in zip(elements, value, strict=True))
        return elements if is_changed else value
    if not isinstance(value, dict) or path[0] not in value:
        return value
    name, rest = path[0], path[1:]
    if not rest:
        return {key: field for key, field in value.items() if key != name}
    field = _remove_path(value[name], rest)
    return value if field is value[name] else {**value, name: field}
