"""Texts that a spreadsheet would run are escaped; everything else is unchanged."""

from __future__ import annotations

import pytest

from syncer.reporting.spreadsheet_formulas import escape_formula


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "+cmd|' /C calc'!A0",
        "-2+3",
        "-5+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "\rx",
        "\nx",
        "  =1",
        "\ufeff=1",
        "\u3000＝1+1",
        "－1+1",
        "-",
        "--1",
        "-1,5",
        "-٣",
        "-1e",
        "+1 2",
    ],
)
def test_formula_is_escaped(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a=b",
        "1-2",
        "-5",
        "+5",
        "-5.25",
        "-.5",
        "-5.",
        "+1e-9",
        "-1E+30",
        " -7 ",
        "2026-01-31",
        "'=1",
        "点播",
    ],
)
def test_other_text_is_unchanged(text: str) -> None:
    assert escape_formula(text) == text
