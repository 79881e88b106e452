"""Problems of a configuration: the place of each, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from syncer.errors import ConfigurationError

#: The messages about a wrong type of value, in TOML's words. pydantic's have Python's: "a valid tuple".
#: https://docs.pydantic.dev/latest/errors/validation_errors/
_WRONG_TYPES = {
    **dict.fromkeys(("string_type", "path_type"), "must be a string"),
    "string_too_short": "must not be empty",
    **dict.fromkeys(("list_type", "tuple_type"), "must be a list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), "must be a table"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "must be a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. Never holds the invalid value, which may be a secret in the wrong place."""

    #: The key, such as `sources[1].poll_every`; sources are counted from zero.
    place: str
    message: str
    #: The name of the source; "" outside of sources.
    owner: str = ""

    def __str__(self) -> str:
        return (
            f"{self.place} ({self.owner}): {self.message}" if self.owner else f"{self.place}: {self.message}"
        )


def listed(where: str, problems: Iterable[Problem]) -> ConfigurationError:
    """One error that lists all `problems` of the file `where`, one per line."""
    lines = list(dict.fromkeys(map(str, problems)))
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return ConfigurationError("\n  ".join((f"{count} in {where}:", *lines)))


def problems_of(error: ValidationError, place: str, model: type[BaseModel]) -> list[Problem]:
    """The problems in pydantic's error about the table at `place`, which should be a `model`."""
    errors = error.errors(include_url=False, include_input=False)
    return [_problem(details, place, model) for details in errors]


def nearest(word: str, words: Iterable[str]) -> str:
    """`; did you mean "regions"?` where one of `words` is similar to `word`, otherwise ""."""
    close = get_close_matches(word, list(words), 1)
    return f'; did you mean "{close[0]}"?' if close else ""


def unknown_key(key: str, keys: Iterable[str], owner: str = "") -> str:
    """The message about a `key` that is not one of `keys`, the keys of `owner`."""
    keys = list(keys)
    advice = nearest(key, keys) or (f"; the keys are {', '.join(keys)}" if keys else "")
    return f"unknown key{f' for {owner}' if owner else ''}{advice}"


def joined(place: str, location: Iterable[int | str]) -> str:
    """`location` below `place` as one path: `sources[1].lookback.max`."""
    for step in location:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return place


def _problem(details: Mapping[str, Any], place: str, model: type[BaseModel]) -> Problem:
    location: tuple[int | str, ...] = details["loc"]
    for step in location[:-1]:
        inner = model.model_fields[step].annotation if step in model.model_fields else None
        model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
    return Problem(joined(place, location), _message(details, location, model))


def _message(details: Mapping[str, Any], location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    key = str(next((step for step in reversed(location) if isinstance(step, str)), ""))
    field = model.model_fields.get(key)
    example = f"write {key} = {field.examples[0]}" if field and field.examples else ""
    match details["type"]:
        case "extra_forbidden":
            return unknown_key(key, model.model_fields)
        case "missing":
            return f"is missing; {example}" if example else "is missing"
        case "value_error":
            return str(details["ctx"]["error"])
    message = _WRONG_TYPES.get(details["type"]) or str(details["msg"]).replace("Input should be", "must be")
    return f"{message}; for example {key} = {field.examples[0]}" if field and field.examples else message
