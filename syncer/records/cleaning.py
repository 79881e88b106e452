"""Cleaning of JSON values: replacement of what Postgres cannot hold, one text for equal values."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from syncer.model import REPEATED_NAMES, OversizedNumber

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
#: NUL and lone surrogates: neither text nor jsonb can hold them.
#: https://www.postgresql.org/docs/current/datatype-json.html
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Fails for the types that `json` does not have: Decimal, OversizedNumber, REPEATED_NAMES.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def canonical_json(value: Any) -> str:
    """The JSON text of a clean value. Equal values give equal text, whatever the order of the fields."""
    try:
        return _ENCODER.encode(value)
    except TypeError:
        return _exact_json(value)


def _exact_json(value: Any) -> str:
    if isinstance(value, Decimal):
        digits = f"{value:f}"
        return digits.rstrip("0") if "." in digits else digits
    if isinstance(value, list):
        return f"[{','.join(map(_exact_json, value))}]"
    if isinstance(value, dict):
        fields = (f"{_ENCODER.encode(name)}:{_exact_json(value[name])}" for name in sorted(value))
        return f"{{{','.join(fields)}}}"
    return _ENCODER.encode(value)


def clean(value: Any) -> tuple[Any, str, bool]:
    """`value` as Postgres can hold it, its JSON text, and whether anything was replaced or lost.

    NUL characters and lone surrogates become U+FFFD; NaN and the infinities become their names; a number
    that is too long becomes text. Of a repeated name in an object the last value is kept.
    """
    try:
        text = _ENCODER.encode(value)
        if "\\u0000" not in text:
            text.encode()
            return value, text, False
    except (ValueError, TypeError):
        pass
    cleaned = _clean(value)
    return cleaned, canonical_json(cleaned), cleaned != value


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(_REPLACEMENT, value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, OversizedNumber):
        return value.digits
    if isinstance(value, list):
        return [_clean(element) for element in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(field) for name, field in value.items() if name is not REPEATED_NAMES}
    return value
