"""Totals and depths of simulated lists that cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncer.simulator import Faults, Total
from tests.support.simulator_calls import REGION, aiccs_page, error_code, mps_page, one_list, tat_page


def _tat(faults: Faults) -> dict[str, Any]:
    return tat_page(one_list("tat", faults=faults), REGION)


def _mps(faults: Faults) -> dict[str, Any]:
    return mps_page(one_list("mps-cn", faults=faults), Status="FINISH")


def _aiccs(faults: Faults) -> dict[str, Any]:
    page: dict[str, Any] = aiccs_page(one_list("aiccs", faults=faults))["Data"]
    return page


@pytest.mark.parametrize(
    ("page", "field", "rows"),
    [(_tat, "TotalCount", "InvocationTaskSet"), (_mps, "TotalCount", "TaskSet"), (_aiccs, "Total", "Record")],
    ids=["tat", "mps", "aiccs"],
)
def test_total_is_disturbed_and_the_rows_are_not(
    page: Callable[[Faults], dict[str, Any]], field: str, rows: str
) -> None:
    true = page(Faults())
    assert true[field] > 3
    assert page(Faults(total_cap=3)) == {**true, field: 3}
    assert page(Faults(total_cap=10**6)) == true
    assert page(Faults(total=Total.ZERO)) == {**true, field: 0}
    assert page(Faults(total=Total.NULL)) == {**true, field: None}
    assert page(Faults(total=Total.ABSENT)) == {name: value for name, value in true.items() if name != field}
    shrunk = page(Faults(total=Total.SHRINKING))
    assert 0 <= shrunk[field] <= true[field]
    assert shrunk[rows] == true[rows]


def test_total_of_tasks_asked_for_by_id_is_true() -> None:
    pipeline = one_list("tat", faults=Faults(total=Total.ZERO))
    (row,) = tat_page(pipeline, REGION, Limit=1)["InvocationTaskSet"]
    assert tat_page(pipeline, REGION, InvocationTaskIds=[row["InvocationTaskId"]])["TotalCount"] == 1


def test_pages_behind_the_deepest_row_are_refused() -> None:
    faults = Faults(deepest_row=10)
    tat, aiccs = one_list("tat", faults=faults), one_list("aiccs", faults=faults)
    assert tat_page(tat, REGION, Offset=10, Limit=5)["InvocationTaskSet"]
    assert error_code(tat_page, tat, REGION, Offset=11, Limit=5).startswith("InvalidParameterValue")
    assert aiccs_page(aiccs, PageNo=3, PageSize=5)["Data"]["Record"]
    assert error_code(aiccs_page, aiccs, PageNo=4, PageSize=5) == "ParameterError"
