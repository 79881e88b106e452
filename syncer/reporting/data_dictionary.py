"""The data dictionary: what the comments in the database say of `reporting`, as one page in two languages.

A comment holds both: `English. / 中文。`, since BI tools show it to whoever sits before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

_BOTH = re.compile(r"(?P<english>[^一-鿿]+\.) / (?P<chinese>.*[一-鿿].*。)", re.S)


@dataclass(frozen=True, slots=True)
class BilingualComment:
    """What a thing means, in English and in Chinese."""

    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column of a view. Its comment is the database's; None where it has none."""

    name: str
    type: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class ReportingView:
    """A view in `reporting`."""

    name: str
    comment: str | None
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True, slots=True)
class ReportingFunction:
    """A function in `reporting`, with its arguments and its result as the database writes them."""

    name: str
    arguments: str
    result: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class SchemaComments:
    """All that `reporting` holds, by name."""

    views: tuple[ReportingView, ...]
    functions: tuple[ReportingFunction, ...] = ()


def bilingual(comment: str | None) -> BilingualComment | None:
    """What `comment` says in both languages; None where one of them is missing."""
    found = _BOTH.fullmatch(comment or "")
    return BilingualComment(found["english"], found["chinese"]) if found else None


def without_comment(catalogue: SchemaComments) -> list[str]:
    """What has no comment in both languages, such as `tasks.status`."""
    return [name for name, comment in _commented(catalogue) if bilingual(comment) is None]


def as_markdown(catalogue: SchemaComments) -> str:
    """The page. Whatever has no comment in both languages is left without a meaning."""
    views = [[f"[`{view.name}`](#{view.name})", *_cells(view.comment)] for view in catalogue.views]
    functions = [
        [f"`{each.name}({each.arguments})`", f"`{each.result}`", *_cells(each.comment)]
        for each in catalogue.functions
    ]
    head = (files("syncer.reporting") / "dictionary_head.md").read_text("utf-8")
    parts = [head, _table(("view", "holds", "内容"), views)]
    parts += [_section(view) for view in catalogue.views]
    parts += ["## Functions\n", _table(("function", "result", "meaning", "含义"), functions)]
    return "\n".join(parts)


def _section(view: ReportingView) -> str:
    about = bilingual(view.comment)
    told = f"{about.english}\n\n{about.chinese}\n" if about else ""
    rows = [[f"`{column.name}`", column.type, *_cells(column.comment)] for column in view.columns]
    return f"## {view.name}\n\n{told}\n" + _table(("column", "type", "meaning", "含义"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(comment: str | None) -> tuple[str, str]:
    about = bilingual(comment) or BilingualComment("", "")
    return _escaped(about.english), _escaped(about.chinese)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _commented(catalogue: SchemaComments) -> Iterator[tuple[str, str | None]]:
    for view in catalogue.views:
        yield view.name, view.comment
        yield from ((f"{view.name}.{column.name}", column.comment) for column in view.columns)
    yield from ((f"{each.name}()", each.comment) for each in catalogue.functions)
