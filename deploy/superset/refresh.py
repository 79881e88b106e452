"""Update the datasets' columns from a database: `python refresh.py postgresql://…/syncer`.

Names, types and descriptions come from the views and their comments; labels, formats, calculated columns
and metrics are not changed. Requires PyYAML and psycopg. `--check` writes nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
import yaml

DATASETS = Path(__file__).parent / "bundle" / "datasets" / "syncer"

#: Words with a fixed spelling in labels.
_WORDS = {"id": "ID", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99", "sha256": "SHA-256"}

#: Superset's names of the types.
_TYPES = {
    "bool": "boolean",
    "float8": "double precision",
    "int4": "integer",
    "int8": "bigint",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}

_COMMENTS = """
SELECT attname, col_description(attrelid, attnum) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Represent texts with several lines as blocks, so that queries are readable."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


yaml.SafeDumper.add_representer(str, _block)


def main() -> int:
    parser = ArgumentParser(description="Update the datasets' columns from a database.")
    parser.add_argument("url", help="a database with the schema reporting")
    parser.add_argument("--check", action="store_true", help="only list the files that would change")
    args = parser.parse_args()
    stale = refresh(args.url, writes=not args.check)
    print("\n".join(stale) or "nothing to do")
    return int(args.check and bool(stale))


def refresh(url: str, *, writes: bool) -> list[str]:
    """Return the names of the dataset files that differ from the database; update them if `writes`."""
    stale = []
    with psycopg.connect(url) as connection:
        for path in sorted(DATASETS.glob("*.yaml")):
            before = path.read_text("utf-8")
            dataset = yaml.safe_load(before)
            _describe(connection, dataset)
            after = yaml.safe_dump(dataset, sort_keys=False, allow_unicode=True, width=120)
            if after != before:
                stale.append(path.name)
                if writes:
                    path.write_text(after, "utf-8")
    return stale


def _describe(connection: psycopg.Connection[Any], dataset: dict[str, Any]) -> None:
    """Replace the dataset's columns by those of the view or query; calculated columns follow."""
    known = {column["column_name"]: column for column in dataset["columns"]}
    view = f"{dataset['schema']}.{dataset['table_name']}"
    source = f"({dataset['sql']}) AS query" if dataset["sql"] else view
    described = connection.execute(f"SELECT * FROM {source} LIMIT 0").description or []
    comments = dict(connection.execute(_COMMENTS, (view,)).fetchall())
    columns = [
        _column(known.get(column.name, {}), column.name, column.type_display, comments.get(column.name))
        for column in described
    ]
    dataset["columns"] = columns + [column for column in dataset["columns"] if column.get("expression")]


def _column(known: dict[str, Any], name: str, kind: str, comment: str | None) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": known.get("verbose_name") or _label(name),
        "description": comment,
        "type": _TYPES.get(kind, kind).upper(),
        "is_dttm": kind in ("date", "timestamp", "timestamptz"),
        "groupby": True,
        "filterable": True,
    }


def _label(name: str) -> str:
    words = [_WORDS.get(word, word) for word in name.split("_")]
    words[0] = words[0][:1].upper() + words[0][1:]
    return " ".join(words)


if __name__ == "__main__":
    raise SystemExit(main())
