"""Generator of docs/data-dictionary.md: the comments of the schema `reporting`, in English and in Chinese.

A comment holds both languages, as `English. / 中文。`, because BI tools show it to users of either.
`make dictionary` writes the page; a test compares it with the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, Row, text

_HEAD = Path(__file__).with_name("data_dictionary_head.md")
_BOTH = re.compile(r"(?P<english>[^一-鿿]+\.) / (?P<chinese>.*[一-鿿].*。)", re.S)
_COLUMNS = text("""
SELECT c.relname::text AS view, obj_description(c.oid, 'pg_class') AS view_comment, a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = to_regnamespace('reporting') AND c.relkind IN ('v', 'm', 'r', 'p', 'f')
    AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
""")
_FUNCTIONS = text("""
SELECT proname::text AS name, pg_get_function_arguments(oid) AS arguments,
       pg_get_function_result(oid) AS result, obj_description(oid, 'pg_proc') AS comment
FROM pg_proc WHERE pronamespace = to_regnamespace('reporting') ORDER BY proname, 2
""")


@dataclass(frozen=True, slots=True)
class BilingualComment:
    """A comment in English and in Chinese."""

    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """A column of a view, with its comment in the database; None without a comment."""

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
    """The views and functions of `reporting`, sorted by name."""

    views: tuple[ReportingView, ...]
    functions: tuple[ReportingFunction, ...] = ()


def load_schema_comments(connection: Connection) -> SchemaComments:
    """The views of `reporting` with their columns in the order of the view, and its functions."""
    functions = tuple(ReportingFunction(*row) for row in connection.execute(_FUNCTIONS))
    return SchemaComments(tuple(_views(connection.execute(_COLUMNS))), functions)


def bilingual(comment: str | None) -> BilingualComment | None:
    """The two languages of `comment`; None where one of them is missing."""
    match = _BOTH.fullmatch(comment or "")
    return BilingualComment(match["english"], match["chinese"]) if match else None


def without_comment(schema: SchemaComments) -> list[str]:
    """The names, such as `tasks.status`, that have no comment in both languages."""
    return [name for name, comment in _comments(schema) if bilingual(comment) is None]


def as_markdown(schema: SchemaComments) -> str:
    """The page. The meaning is empty where a comment is not in both languages."""
    views = [[f"[`{view.name}`](#{view.name})", *_cells(view.comment)] for view in schema.views]
    functions = [
        [f"`{function.name}({function.arguments})`", f"`{function.result}`", *_cells(function.comment)]
        for function in schema.functions
    ]
    parts = [_HEAD.read_text("utf-8"), _table(("view", "holds", "内容"), views)]
    parts += [_section(view) for view in schema.views]
    parts += ["## Functions\n", _table(("function", "result", "meaning", "含义"), functions)]
    return "\n".join(parts)


def _views(rows: Iterable[Row[str, str, str, str, str]]) -> Iterable[ReportingView]:
    for (name, comment), columns in groupby(rows, key=lambda row: (row.view, row.view_comment)):
        yield ReportingView(
            name, comment, tuple(ViewColumn(row.name, row.type, row.comment) for row in columns)
        )


def _section(view: ReportingView) -> str:
    comment = bilingual(view.comment)
    text = f"{comment.english}\n\n{comment.chinese}\n" if comment else ""
    rows = [[f"`{column.name}`", column.type, *_cells(column.comment)] for column in view.columns]
    return f"## {view.name}\n\n{text}\n" + _table(("column", "type", "meaning", "含义"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(comment: str | None) -> tuple[str, str]:
    languages = bilingual(comment) or BilingualComment("", "")
    return _escaped(languages.english), _escaped(languages.chinese)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _comments(schema: SchemaComments) -> Iterator[tuple[str, str | None]]:
    for view in schema.views:
        yield view.name, view.comment
        yield from ((f"{view.name}.{column.name}", column.comment) for column in view.columns)
    yield from ((f"{function.name}()", function.comment) for function in schema.functions)
