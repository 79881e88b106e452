"""The data dictionary page, generated from comments in two languages."""

from __future__ import annotations

import pytest

from docs.tools.data_dictionary import (
    BilingualComment,
    ReportingFunction,
    ReportingView,
    SchemaComments,
    ViewColumn,
    as_markdown,
    bilingual,
    without_comment,
)

GOOD = "One row a day. / 每天一行。"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        (GOOD, BilingualComment("One row a day.", "每天一行。")),
        ("Either a / b. / 甲或乙。", BilingualComment("Either a / b.", "甲或乙。")),
        ("One row a day.", None),
        ("每天一行。", None),
        ("每天一行。 / One row a day.", None),
        ("One row a day. / one row a day。", None),
        ("One row a day / 每天一行。", None),
        ("", None),
        (None, None),
    ],
)
def test_comment_needs_both_languages(comment: str | None, expected: BilingualComment | None) -> None:
    assert bilingual(comment) == expected


def test_names_without_a_comment_are_listed() -> None:
    days = ReportingView(
        "days", None, (ViewColumn("day", "date", GOOD), ViewColumn("year", "bigint", "Year."))
    )
    schema = SchemaComments((days,), (ReportingFunction("now_as_of", "moment date", "date", None),))
    assert without_comment(schema) == ["days", "days.year", "now_as_of()"]


def test_page_has_a_section_for_each_view() -> None:
    columns = (ViewColumn("day", "date", "Either | or. / 或者。"), ViewColumn("year", "bigint", None))
    schema = SchemaComments(
        (ReportingView("days", GOOD, columns),), (ReportingFunction("f", "a date", "SETOF days", GOOD),)
    )
    page = as_markdown(schema)
    assert "| [`days`](#days) | One row a day. | 每天一行。 |\n" in page
    assert "\n## days\n\nOne row a day.\n\n每天一行。\n" in page
    assert "| `day` | date | Either \\| or. | 或者。 |\n| `year` | bigint |  |  |\n" in page
    assert "| `f(a date)` | `SETOF days` | One row a day. | 每天一行。 |\n" in page
