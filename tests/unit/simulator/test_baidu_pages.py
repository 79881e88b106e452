"""Pages and markers of the simulated Baidu VOD."""

from __future__ import annotations

from datetime import timedelta

from syncer.simulator import Faults, ListOptions
from tests.support.simulator_calls import (
    baidu_page,
    error_code,
    frozen_simulator,
    one_list,
)


def test_baidu_marker_may_be_inclusive() -> None:
    pipeline = one_list("baidu", faults=Faults(inclusive_marker=True))
    first = baidu_page(pipeline, maxSize=5)

    second = baidu_page(pipeline, maxSize=5, marker=first["nextMarker"])

    assert second["data"][0] == first["data"][-1]


def test_baidu_list_may_be_endless() -> None:
    pipeline = one_list("baidu", backlog=20, faults=Faults(endless=True))

    page = baidu_page(pipeline, maxSize=100)
    beyond = baidu_page(pipeline, maxSize=100, marker=page["nextMarker"])

    assert len(page["data"]) < 100
    assert page["isTruncated"] is beyond["isTruncated"] is True
    assert (beyond["data"], beyond["nextMarker"]) == ([], page["nextMarker"])


def test_baidu_blank_page_repeats_its_marker() -> None:
    pipeline = one_list("baidu", faults=Faults(blank_rate=1.0))
    marker = baidu_page(pipeline)["nextMarker"]

    page = baidu_page(pipeline, marker=marker)

    assert (page["data"], page["nextMarker"], page["isTruncated"]) == ([], marker, True)


def test_baidu_expired_marker_is_refused() -> None:
    pipeline = one_list("baidu", faults=Faults(expired_cursor_rate=1.0))
    marker = baidu_page(pipeline)["nextMarker"]

    assert error_code(baidu_page, pipeline, marker=marker) == "InvalidParameter"


def test_baidu_marker_of_an_expired_row_continues_behind_it() -> None:
    simulator = frozen_simulator(
        backlog=0, lists={"baidu": ListOptions(backlog=100, retention=timedelta(days=7))}
    )
    pipeline = simulator.pipelines["baidu"]
    pipeline.task_index.advance(simulator.clock.now_ms())
    oldest = pipeline.task_index.page("", 99, 1)[0]
    pipeline.task_index.advance(oldest.created_ms + 7 * 86_400_000)

    assert pipeline.task_index.find(oldest.task_id) is None
    assert baidu_page(pipeline, marker=oldest.task_id)["data"] == []
