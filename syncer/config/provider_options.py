"""The options of a provider: keys of a source that only this provider has."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from syncer.config.problems import Problem, joined


def option_names(options_class: type) -> tuple[str, ...]:
    """The keys of a provider's options."""
    return tuple(field.name for field in fields(options_class))


def read_options(options_class: type, written: Mapping[str, Any], place: str) -> Any | list[Problem]:
    """The instance of `options_class` with the values in `written`, or the problems of these values.

    A list must not be empty, hold nothing twice, and hold no word that may replace the list, such as "all".
    """
    hints = get_type_hints(options_class)
    missing = [
        field.name for field in fields(options_class) if field.name not in written and _is_required(field)
    ]
    problems = [
        Problem(joined(place, [key]), f"is missing; write {key} = {_example(hints[key])}") for key in missing
    ]
    wrong = {
        key
        for key, value in written.items()
        if isinstance(value, list) and not _is_set(value, _words(hints.get(key)))
    }
    try:
        options = None if missing else TypeAdapter(options_class).validate_python(dict(written))
    except ValidationError as error:
        # Each member of a union has its own error; the key is what matters.
        wrong |= {str(details["loc"][0]) for details in error.errors(include_url=False, include_input=False)}
    problems += [
        Problem(joined(place, [key]), f"write {key} = {_example(hints[key])}") for key in sorted(wrong)
    ]
    return problems or options


def _is_required(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _is_set(value: list[Any], words: tuple[Any, ...]) -> bool:
    is_free = not any(word in value for word in words)
    return bool(value) and is_free and len({repr(one) for one in value}) == len(value)


def _words(hint: Any) -> tuple[Any, ...]:
    """The literals that a value of the type `hint` may be, such as `"all"` instead of a list."""
    return get_args(hint) if get_origin(hint) is Literal else sum(map(_words, get_args(hint)), ())


def _example(hint: Any) -> str:
    """An example of a value of the type `hint`: `["…", …] or "all"`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_example(each) for each in arguments if each is not types.NoneType)
    if origin is Literal:
        return " or ".join(f'"{each}"' for each in arguments)
    if origin in (tuple, list):
        return f"[{_example(arguments[0])}, …]"
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(hint, '"…"')
