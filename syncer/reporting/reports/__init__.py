"""The reports that come with syncer: questions and their SQL, which reads nothing but `reporting`.

Each is a file of this folder. Its first line is the title; the comments after it describe the report, and
those that begin with a word and a colon say how to ask and to draw it:

- `days`: how many local days it looks back on where nobody says, today included; without it, it is about now;
- `bar`: the column that is drawn as a bar, and the one that is marked as a part of it;
- `spare`: the columns that may be left out where there is little room, the first one first, `bar` among them;
- `words`: the columns that may be cut short.

In the SQL stand `:days`, and `:sources`, an array of the names of all sources that are asked about. It is to
be asked in the reporting time zone, so that `current_date` and midnights are local. psql asks it, too, after
`\\set days 7` and `\\set sources '(select array_agg(source) from reporting.sources)'`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from syncer.errors import ConfigurationError

_KEY = re.compile(r"(days|bar|spare|words): (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedReport:
    """A report: what it tells, and its SQL."""

    name: str
    title: str
    description: str
    sql: str
    #: Local days to look back on where nobody says; None where the report is about the present.
    days: int | None = None
    bar: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def shipped_reports() -> tuple[ShippedReport, ...]:
    """All of them, in the order in which to show them: from the whole to its parts."""
    return tuple(shipped_report(name) for name in NAMES)


#: The first one is shown where nobody says which.
NAMES = ("overview", "daily", "failures", "slow", "stuck", "lost", "coverage", "runs")


def shipped_report(name: str) -> ShippedReport:
    """The report called `name`. Raises ConfigurationError where there is none."""
    if name not in NAMES:
        there = ", ".join(NAMES)
        raise ConfigurationError(f"no report is called {name}; there are {there}: see `syncer report list`")
    text = (files("syncer.reporting.reports") / f"{name}.sql").read_text("utf-8")
    return _read(name, text.splitlines())


def _read(name: str, lines: list[str]) -> ShippedReport:
    head = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    told = [line for line in head[1:] if not _KEY.fullmatch(line)]
    keys = _keys(head)
    return ShippedReport(
        name=name,
        title=head[0],
        description=" ".join(told),
        sql=sql.strip().removesuffix(";"),
        days=int(keys["days"][0]) if "days" in keys else None,
        bar=keys.get("bar", ()),
        spare=keys.get("spare", ()),
        words=keys.get("words", ()),
    )


def _keys(head: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found = (_KEY.fullmatch(line) for line in head)
    return {match[1]: tuple(match[2].split()) for match in found if match}
