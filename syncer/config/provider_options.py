"""The keys of a source that only its provider knows."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from syncer.config.problems import Problem, joined


def option_names(options: type) -> tuple[str, ...]:
    """The keys that a provider's `Options` takes."""
    return tuple(field.name for field in fields(options))


def read_options(options: type, written: Mapping[str, Any], place: str) -> Any | list[Problem]:
    """The instance of a provider's `Options` that `written` tells, or what is wrong with it.

    A list must hold something, nothing twice, and no word that could stand in its place.
    """
    hints = get_type_hints(options)
    missing = [each.name for each in fields(options) if each.name not in written and _is_required(each)]
    problems = [
        Problem(joined(place, [key]), f"is missing; write {key} = {_spelled(hints[key])}") for key in missing
    ]
    wrong = {
        key
        for key, value in written.items()
        if isinstance(value, list) and not _is_set(value, _words(hints.get(key)))
    }
    try:
        made = None if missing else TypeAdapter(options).validate_python(dict(written))
    except ValidationError as error:
        # Of the branches of a union each complains on its own; the key is what people look for.
        wrong |= {str(details["loc"][0]) for details in error.errors(include_url=False, include_input=False)}
    problems += [
        Problem(joined(place, [key]), f"write {key} = {_spelled(hints[key])}") for key in sorted(wrong)
    ]
    return problems or made


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _is_set(value: list[Any], words: tuple[Any, ...]) -> bool:
    is_free = not any(word in value for word in words)
    return bool(value) and is_free and len({repr(one) for one in value}) == len(value)


def _words(hint: Any) -> tuple[Any, ...]:
    """The words that a value of the type `hint` may be, such as `"all"` in place of a list."""
    return get_args(hint) if get_origin(hint) is Literal else sum(map(_words, get_args(hint)), ())


def _spelled(hint: Any) -> str:
    """How a value of the type `hint` is written: `["…", …] or "all"`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_spelled(one) for one in arguments if one is not types.NoneType)
    if origin is Literal:
        return " or ".join(f'"{one}"' for one in arguments)
    if origin in (tuple, list):
        return f"[{_spelled(arguments[0])}, …]"
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(hint, '"…"')
