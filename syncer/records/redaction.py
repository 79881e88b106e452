"""Removal of the fields that the configuration names in `redact`, and of fields that change by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: The names of the fields from the record to one of its inner fields.
Path = tuple[str, ...]


def split_paths(dotted: Iterable[str]) -> tuple[Path, ...]:
    """The field names of each dotted path."""
    return tuple(tuple(path.split(".")) for path in dotted)


def remove_paths(value: Any, paths: Iterable[Path]) -> Any:
    """`value` without the fields at `paths`; in a list, the path applies to each element.

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
