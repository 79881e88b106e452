"""Parsing of JSON text without loss: exact numbers, and marks for what a Python value cannot hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: Limit of the significant digits of a number with a point or an exponent, and of its power of ten. Postgres
#: holds more, and Python converts at least 640 digits of a whole number, whatever its settings.
_MOST_DIGITS = 600
#: Whole numbers up to here are exact as floating-point numbers.
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class OversizedNumber:
    """A number with more digits than can be computed with or stored as a number."""

    #: As the vendor wrote it.
    digits: str


class _RepeatedNames:
    """The key that marks an object in whose text a name occurs twice; the last value of the name counts."""


REPEATED_NAMES: Any = _RepeatedNames()


def parse_json(text: str) -> Any:
    """The value that `text` describes.

    Equal numbers are equal values of one type, however they are written: int if whole, float if that is
    exact, else Decimal, and OversizedNumber beyond the limits. An object with a repeated name has the
    additional key REPEATED_NAMES. Raises json.JSONDecodeError, and RecursionError for text nested too deeply.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # A whole number with more digits than Python converts.
        return _LONG_NUMBER_DECODER.decode(text)


def _fraction(digits: str) -> int | float | Decimal | OversizedNumber:
    """The number in `digits`, which have a point or an exponent."""
    value = float(digits)
    if repr(value) == digits and abs(value) < _EXACT:
        return int(value) if value.is_integer() else value
    try:
        exact = Decimal(digits)
    except ArithmeticError:  # An exponent beyond all bounds.
        return OversizedNumber(digits)
    if exact and not -_MOST_DIGITS < exact.adjusted() < _MOST_DIGITS:
        return OversizedNumber(digits)
    if exact == exact.to_integral_value():
        return int(exact)
    if Decimal(repr(value)) == exact:
        return value
    return exact if len(exact.as_tuple().digits) < _MOST_DIGITS else OversizedNumber(digits)


def _whole(digits: str) -> int | OversizedNumber:
    try:
        return int(digits)
    except ValueError:
        return OversizedNumber(digits)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[Any, Any]:
    value: dict[Any, Any] = dict(pairs)
    if len(value) < len(pairs):
        value[REPEATED_NAMES] = True
    return value


#: Control characters in strings are accepted, as many vendors write them.
_DECODER = json.JSONDecoder(strict=False, parse_float=_fraction, object_pairs_hook=_object)
_LONG_NUMBER_DECODER = json.JSONDecoder(
    strict=False, parse_float=_fraction, parse_int=_whole, object_pairs_hook=_object
)
