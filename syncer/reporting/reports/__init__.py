"""The reports that come with syncer: a title, a description and an SQL query that reads only `reporting`.

Each report is a file of this folder. Its first line is the title. The following comments are its description,
except those that begin with a keyword and a colon:

- `days`: the default number of local days to look back, today included; without it, the report is about now;
- `bar`: the column that is drawn as a bar, and optionally the column that is marked as a part of it;
- `optional`: the columns that a narrow terminal leaves out, the first one first; `bar` stands for the bar;
- `shorten`: the columns whose text may be shortened.

The SQL has the parameters `:days` and `:sources`, an array with the selected sources' names. The session must
be in the reporting time zone, so that `current_date` and midnights are local. psql can run it too, after
`\\set days 7` and `\\set sources '(select array_agg(source) from reporting.sources)'`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from syncer.errors import ConfigurationError

_KEYWORD = re.compile(r"(days|bar|optional|shorten): (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedReport:
    """A report; the fields are explained in the module's docstring."""

    name: str
    title: str
    description: str
    sql: str
    #: None for a report about the present.
    days: int | None = None
    bar: tuple[str, ...] = ()
    optional_columns: tuple[str, ...] = ()
    shortened_columns: tuple[str, ...] = ()


def shipped_reports() -> tuple[ShippedReport, ...]:
    """All reports in the order of `NAMES`."""
    return tuple(shipped_report(name) for name in NAMES)


#: In the order in which to list them; the first is the default.
NAMES = ("overview", "daily", "failures", "slow", "stuck", "lost", "coverage", "runs")


def shipped_report(name: str) -> ShippedReport:
    """The report `name`. Raises ConfigurationError if there is none."""
    if name not in NAMES:
        names = ", ".join(NAMES)
        raise ConfigurationError(f"there is no report {name}, only {names}: see `syncer report list`")
    text = (files("syncer.reporting.reports") / f"{name}.sql").read_text("utf-8")
    return _parse(name, text.splitlines())


def _parse(name: str, lines: list[str]) -> ShippedReport:
    comments = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    description = [line for line in comments[1:] if not _KEYWORD.fullmatch(line)]
    values = _keyword_values(comments)
    return ShippedReport(
        name=name,
        title=comments[0],
        description=" ".join(description),
        sql=sql.strip().removesuffix(";"),
        days=int(values["days"][0]) if "days" in values else None,
        bar=values.get("bar", ()),
        optional_columns=values.get("optional", ()),
        shortened_columns=values.get("shorten", ()),
    )


def _keyword_values(comments: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    matches = (_KEYWORD.fullmatch(comment) for comment in comments)
    return {match[1]: tuple(match[2].split()) for match in matches if match}
