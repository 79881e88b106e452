"""What the schema `reporting` holds, as the database itself has it on record."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Engine, Row, text

from syncer.reporting.data_dictionary import ReportingFunction, ReportingView, SchemaComments, ViewColumn
from syncer.storage.connections import transaction

_COLUMNS = text("""
SELECT c.relname::text AS view, obj_description(c.oid, 'pg_class') AS about, a.attname::text AS name,
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


def load_schema_comments(engine: Engine) -> SchemaComments:
    """The views and functions of `reporting` by name, the columns as they stand."""
    with transaction(engine) as connection:
        functions = tuple(ReportingFunction(*row) for row in connection.execute(_FUNCTIONS))
        return SchemaComments(tuple(_views(connection.execute(_COLUMNS))), functions)


def _views(rows: Iterable[Row[str, str, str, str, str]]) -> Iterable[ReportingView]:
    for (name, about), columns in groupby(rows, key=lambda row: (row.view, row.about)):
        yield ReportingView(
            name, about, tuple(ViewColumn(row.name, row.type, row.comment) for row in columns)
        )
