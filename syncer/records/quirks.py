"""Collection of what is undocumented in records: new fields, new enumeration values, unreadable values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncer.model import ZERO_DATES, Facts, Quirk, Task, iso_instant
from syncer.records.cleaning import canonical_json

#: Per page. A vendor that uses ids as field names would otherwise produce one quirk for each id.
_MAX_QUIRKS = 50
#: Characters of a path, a value or a sample. Cut without an ellipsis: path and value are the key of a quirk.
_MAX_LENGTH = 200
_JSON_TYPES: dict[type, str] = {
    **{str: "string", bool: "boolean", int: "number", float: "number", Decimal: "number"},
    **{list: "array", dict: "object"},
}

Tree = dict[str, "Tree"]
#: A path, its names, and the field of Task that it fills.
MappedField = tuple[str, list[str], str]


class QuirkCollector:
    """The quirks of one page, whose response was observed at `observed_at`; each once."""

    def __init__(self, facts: Facts, observed_at: datetime) -> None:
        self._observed_at = observed_at
        self._known_fields = _tree(facts.known_paths)
        self._enumerations = [(path, path.split("."), known) for path, known in facts.known_values.items()]
        self._mapped_fields = [(path, path.split("."), field) for path, field in facts.fields.items()]
        self._mapped_instants = [each for each in self._mapped_fields if each[2].endswith("_at")]
        self._view_instants = [(path, path.split(".")) for path in sorted(facts.view_instants)]
        self._quirks: dict[tuple[str, str | None], Quirk] = {}

    @property
    def quirks(self) -> tuple[Quirk, ...]:
        return tuple(self._quirks.values())

    def add(self, record: Mapping[str, Any], task: Task) -> None:
        """Collect the quirks of `record`, which was mapped to `task`."""
        self._add_unknown_fields(record, self._known_fields, "")
        for path, names, known in self._enumerations:
            for value in _values_at(record, names):
                for word in value if isinstance(value, list) else (value,):
                    if isinstance(word, str) and word and word not in known:
                        self._add_quirk(path, word, word)
        self._add_unreadable_fields(record, task, self._mapped_fields)
        for path, names in self._view_instants:
            values = (v for v in _values_at(record, names) if iso_instant(v, self._observed_at) is None)
            self._add_unreadable_values(path, values)

    def add_detail(self, detail: Mapping[str, Any], task: Task) -> None:
        """Collect the unreadable and impossible instants of the detail response that was mapped to `task`."""
        self._add_unreadable_fields(detail, task, self._mapped_instants)

    def _add_unreadable_fields(
        self, record: Mapping[str, Any], task: Task, mapped_fields: Iterable[MappedField]
    ) -> None:
        for path, names, field in mapped_fields:
            mapped = getattr(task, field)
            if mapped is None or mapped == ():
                self._add_unreadable_values(path, _values_at(record, names))

    def _add_unknown_fields(self, part: Mapping[str, Any], known: Tree, prefix: str) -> None:
        for name, value in part.items():
            path = f"{prefix}{name}"
            if name not in known:
                self._add_quirk(path, None, value)
            elif isinstance(value, dict):
                self._add_unknown_fields(value, known[name], f"{path}.")
            elif isinstance(value, list):
                for element in value:
                    if isinstance(element, dict):
                        self._add_unknown_fields(element, known[name], f"{path}.")

    def _add_unreadable_values(self, path: str, values: Iterator[Any]) -> None:
        for value in values:
            if not _is_empty(value):
                self._add_quirk(path, f"({_JSON_TYPES[type(value)]})", value)

    def _add_quirk(self, path: str, value: str | None, sample: Any) -> None:
        key = (path[:_MAX_LENGTH], value and value[:_MAX_LENGTH])
        if key not in self._quirks and len(self._quirks) < _MAX_QUIRKS:
            self._quirks[key] = Quirk(path=key[0], value=key[1], sample=canonical_json(sample)[:_MAX_LENGTH])


def _tree(paths: frozenset[str]) -> Tree:
    tree: Tree = {}
    for path in paths:
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


def _values_at(value: Any, names: list[str]) -> Iterator[Any]:
    """The values at a path; a list on the path stands for each of its elements."""
    if not names:
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _values_at(element, names)
    elif isinstance(value, dict) and names[0] in value:
        yield from _values_at(value[names[0]], names[1:])


def _is_empty(value: object) -> bool:
    """Whether `value` is a vendor's notation for "not yet" or "none"."""
    if isinstance(value, str):
        return not value.strip("0") or value.startswith(ZERO_DATES)
    return not value
