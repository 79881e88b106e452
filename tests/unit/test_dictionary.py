"""The page about the analysts' views, made from comments in two languages."""

from __future__ import annotations

import pytest

from syncer.reporting.dictionary import (
    Catalogue,
    Column,
    Function,
    Meaning,
    View,
    as_markdown,
    meaning,
    untold,
)

GOOD = "One row a day. / 每天一行。"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        (GOOD, Meaning("One row a day.", "每天一行。")),
        ("Either a / b. / 甲或乙。", Meaning("Either a / b.", "甲或乙。")),
        ("One row a day.", None),
        ("每天一行。", None),
        ("每天一行。 / One row a day.", None),
        ("One row a day. / one row a day。", None),
        ("One row a day / 每天一行。", None),
        ("", None),
        (None, None),
    ],
)
def test_meaning_needs_both_languages(comment: str | None, expected: Meaning | None) -> None:
    assert meaning(comment) == expected


def test_what_is_not_told_is_named() -> None:
    days = View("days", None, (Column("day", "date", GOOD), Column("year", "bigint", "Year.")))
    catalogue = Catalogue((days,), (Function("now_as_of", "moment date", "date", None),))
    assert untold(catalogue) == ["days", "days.year", "now_as_of()"]


def test_page_has_a_section_for_each_view() -> None:
    columns = (Column("day", "date", "Either | or. / 或者。"), Column("year", "bigint", None))
    catalogue = Catalogue((View("days", GOOD, columns),), (Function("f", "a date", "SETOF days", GOOD),))
    page = as_markdown(catalogue)
    assert "| [`days`](#days) | One row a day. | 每天一行。 |\n" in page
    assert "\n## days\n\nOne row a day.\n\n每天一行。\n" in page
    assert "| `day` | date | Either \\| or. | 或者。 |\n| `year` | bigint |  |  |\n" in page
    assert "| `f(a date)` | `SETOF days` | One row a day. | 每天一行。 |\n" in page
