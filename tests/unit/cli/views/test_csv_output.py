"""CSV output of a report."""

from __future__ import annotations

import io
from datetime import date

from syncer.cli.views.csv_output import write_csv
from tests.unit.cli.views.test_report_columns import make_result
from tests.unit.cli.views.test_report_output import RESULT


def test_csv_rounds_nothing_and_leaves_null_empty() -> None:
    out = io.StringIO()
    write_csv(RESULT, out)
    assert out.getvalue().splitlines() == [
        "source,tasks,failed_rate,last_at,error",
        'mps,1200,0.5,2026-03-01T09:00:00+00:00,"the file of this task',
        'is not there [red]"',
        "点播,600,,,",
    ]


def test_csv_writes_dates_and_booleans_as_databases_read_them() -> None:
    out = io.StringIO()
    write_csv(make_result("day is_complete", (date(2026, 3, 1), True)), out)
    assert out.getvalue() == "day,is_complete\n2026-03-01,true\n"


def test_csv_escapes_formulas_on_request() -> None:
    result = make_result("error tasks change", ("=cmd()", 5, -5), ("-5", 0, -0.5))
    plain, escaped = io.StringIO(), io.StringIO()
    write_csv(result, plain)
    write_csv(result, escaped, escape_formulas=True)
    assert plain.getvalue() == "error,tasks,change\n=cmd(),5,-5\n-5,0,-0.5\n"
    assert escaped.getvalue() == "error,tasks,change\n'=cmd(),5,-5\n-5,0,-0.5\n"
