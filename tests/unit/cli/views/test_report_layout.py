"""Layout of a report: which columns fit a width, and how long the bars are."""

from __future__ import annotations

import pytest

from syncer.cli.views.report_layout import columns_that_fit, fit_layout
from tests.unit.cli.views.test_report_columns import make_column


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (34, ("a", "b", "c")),
        (33, ("a", "c")),
        (22, ("a", "c")),
        (21, ("a",)),
        (10, ("a",)),
        (9, ()),
    ],
)
def test_optional_columns_are_omitted_in_their_order(width: int, kept: tuple[str, ...]) -> None:
    assert columns_that_fit({"a": 10, "b": 10, "c": 10}, ("b", "c"), width) == kept


def test_bars_are_omitted_first_unless_optional_names_them() -> None:
    columns = [make_column("a", "x" * 10), make_column("b", "x" * 10)]
    layout = fit_layout(columns, optional=("b",), width=31, has_bars=True)
    assert layout is not None
    assert ([column.name for column in layout.columns], layout.bar_width) == (["a", "b"], 0)
    layout = fit_layout(columns, optional=("b", "bar"), width=31, has_bars=True)
    assert layout is not None
    assert ([column.name for column in layout.columns], layout.bar_width) == (["a"], 19)


def test_bars_have_a_maximum_width() -> None:
    layout = fit_layout([make_column("a", "x")], optional=(), width=500, has_bars=True)
    assert layout is not None
    assert layout.bar_width == 40


def test_text_is_shortened_before_a_column_is_omitted() -> None:
    columns = [make_column("a", "x" * 10), make_column("error", "w" * 90, is_shortenable=True)]
    layout = fit_layout(columns, optional=("a",), width=40, has_bars=True)
    assert layout is not None
    assert ([column.name for column in layout.columns], layout.bar_width) == (["a", "error"], 8)


def test_no_layout_where_required_columns_do_not_fit() -> None:
    assert fit_layout([make_column("a", "x" * 50)], optional=("b",), width=40, has_bars=True) is None
