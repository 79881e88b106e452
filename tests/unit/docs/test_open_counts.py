"""No statement of the docs, dashboards, reports and sample queries counts lost tasks as open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = [
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "deploy/**/*.toml",
        "deploy/**/*.json",
        "deploy/**/*.yaml",
        "syncer/reporting/**/*.sql",
    )
    for path in sorted(ROOT.glob(pattern))
]
_STATUSES = re.compile(r"JOIN reporting\.statuses (\w+)")
_COUNT_VIEWS = re.compile(r"reporting\.(task_counts|arrivals_\w+|completions_\w+|tasks|task_versions)\b")


def counts_lost_as_open(statement: str) -> bool:
    """True if `statement` filters counted tasks by `statuses.is_open` and does not leave out lost ones."""
    aliases = [*_STATUSES.findall(statement), "statuses"]
    filtered = any(re.search(rf"\b{alias}\.(is_open|is_terminal)\b", statement) for alias in aliases)
    negated = re.search(r"(?<!NOT )\b\w+\.is_terminal", statement) and "is_open" not in statement
    left_out = re.search(r"\b(lost|is_lost|sum\((\w+\.)?open\))", statement)
    return bool(filtered and _COUNT_VIEWS.search(statement) and not negated and not left_out)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("sum(c.tasks) FROM reporting.task_counts c JOIN reporting.statuses s WHERE s.is_open", True),
        (
            "sum(c.tasks) FROM reporting.arrivals_daily c JOIN reporting.statuses s WHERE NOT s.is_terminal",
            True,
        ),
        ("sum(c.tasks) FROM reporting.arrivals_daily c JOIN reporting.statuses s WHERE s.is_terminal", False),
        ("sum(c.open) FROM reporting.task_counts c JOIN reporting.statuses s WHERE s.is_open", False),
    ],
)
def test_statements_that_count_lost_tasks_are_recognised(statement: str, expected: bool) -> None:
    assert counts_lost_as_open(statement) is expected


def test_no_shipped_statement_counts_lost_tasks_as_open() -> None:
    assert len(FILES) > 60
    statements = [
        part for path in FILES for part in re.split(r";\n|```|\\n\"|^sql = ", path.read_text("utf-8"))
    ]
    assert [text for text in statements if counts_lost_as_open(text)] == []
