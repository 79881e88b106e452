"""Notices what nobody documented: new fields, new values of enumerations, values of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncer.model import Facts, Quirk, Task
from syncer.records.cleaning import encoded

#: A page is sampled, not indexed: a vendor who uses ids as field names must not flood us.
_MOST = 50
_LONGEST = 200
_ZERO_DATES = ("0000-00-00", "0001-01-01")
_JSON_TYPES: dict[type, str] = {
    **{str: "string", bool: "boolean", int: "number", float: "number"},
    **{list: "array", dict: "object"},
}

Tree = dict[str, "Tree"]


class Quirks:
    """The quirks of one page, each once."""

    def __init__(self, facts: Facts) -> None:
        self._known = _tree(facts.known_paths)
        self._values = [(p, p.split("."), known) for p, known in facts.known_values.items()]
        self._fields = [(p, p.split("."), name) for p, name in facts.fields.items()]
        self._found: dict[tuple[str, str | None], Quirk] = {}

    @property
    def found(self) -> tuple[Quirk, ...]:
        return tuple(self._found.values())

    def notice(self, record: Mapping[str, Any], task: Task) -> None:
        """Keep what is new in `record`, from which `task` was read."""
        self._notice_fields(record, self._known, "")
        for path, names, known in self._values:
            for value in _reached(record, names):
                for word in value if isinstance(value, list) else (value,):
                    if isinstance(word, str) and word and word not in known:
                        self._keep(path, word, word)
        for path, names, field in self._fields:
            mapped = getattr(task, field)
            if mapped is None or mapped == ():
                self._notice_unreadable(path, _reached(record, names))

    def _notice_fields(self, part: Mapping[str, Any], known: Tree, prefix: str) -> None:
        for name, value in part.items():
            path = f"{prefix}{name}"
            if name not in known:
                self._keep(path, None, value)
            elif isinstance(value, dict):
                self._notice_fields(value, known[name], f"{path}.")
            elif isinstance(value, list):
                for one in value:
                    if isinstance(one, dict):
                        self._notice_fields(one, known[name], f"{path}.")

    def _notice_unreadable(self, path: str, values: Iterator[Any]) -> None:
        for value in values:
            if not _says_nothing(value):
                self._keep(path, f"({_JSON_TYPES[type(value)]})", value)

    def _keep(self, path: str, value: str | None, sample: Any) -> None:
        key = (path[:_LONGEST], value and value[:_LONGEST])
        if key not in self._found and len(self._found) < _MOST:
            self._found[key] = Quirk(path=key[0], value=key[1], sample=encoded(sample)[:_LONGEST])


def _tree(known: frozenset[str]) -> Tree:
    tree: Tree = {}
    for path in known:
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


def _reached(value: Any, names: list[str]) -> Iterator[Any]:
    """What stands at the path, in each element of the lists on the way."""
    if not names:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _reached(one, names)
    elif isinstance(value, dict) and names[0] in value:
        yield from _reached(value[names[0]], names[1:])


def _says_nothing(value: object) -> bool:
    """Whether `value` is a vendor's way of saying "not yet" or "none"."""
    if isinstance(value, str):
        return not value.strip("0") or value.startswith(_ZERO_DATES)
    return not value
