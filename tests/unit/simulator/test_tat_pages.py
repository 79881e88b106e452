"""Pages and filters of the simulated TAT."""

from __future__ import annotations

from syncer.simulator import Faults
from tests.support.simulator_calls import (
    REGION,
    error_code,
    one_list,
    tat_page,
)


def test_tat_offset_beyond_the_end_is_empty() -> None:
    page = tat_page(one_list("tat"), REGION, Offset=10_000)

    assert page["InvocationTaskSet"] == []
    assert page["TotalCount"] > 0


def test_tat_ids_of_another_region_are_unknown() -> None:
    pipeline = one_list("tat")
    row = tat_page(pipeline, REGION, Limit=1)["InvocationTaskSet"][0]

    assert tat_page(pipeline, "ap-shanghai", InvocationTaskIds=[row["InvocationTaskId"]])["TotalCount"] == 0


def test_tat_too_many_ids_are_refused() -> None:
    pipeline = one_list("tat")

    assert error_code(tat_page, pipeline, REGION, InvocationTaskIds=["invt-00000000"] * 101)


def test_tat_page_may_be_blank() -> None:
    pipeline = one_list("tat", faults=Faults(blank_rate=1.0))

    page = tat_page(pipeline, REGION)

    assert page["InvocationTaskSet"] == []
    assert page["TotalCount"] > 0


def test_tat_filters_are_limited() -> None:
    pipeline = one_list("tat")
    many = [{"Name": "instance-id", "Values": [f"ins-{n}" for n in range(6)]}]
    unknown = [{"Name": "status", "Values": ["SUCCESS"]}]

    assert error_code(tat_page, pipeline, REGION, Filters=many) == "LimitExceeded.FilterValueExceeded"
    assert error_code(tat_page, pipeline, REGION, Filters=unknown) == "InvalidParameterValue.InvalidFilter"


def test_tat_update_time_is_that_of_the_state() -> None:
    pipeline = one_list("tat")
    for row in tat_page(pipeline, REGION, Limit=100)["InvocationTaskSet"]:
        assert row["UpdatedTime"] >= (row["EndTime"] or row["StartTime"] or row["CreatedTime"])
        assert row["UpdatedTime"].endswith("+00:00")
