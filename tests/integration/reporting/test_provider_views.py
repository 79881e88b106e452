"""The views of the providers: typed columns for what their records hold beyond `reporting.tasks`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.reporting.conftest import Look, ViewRows, example, read
from tests.support.sightings import after, begin, store

# Tencent MPS


def mps(task_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "TaskId": task_id,
        "TaskType": "WorkflowTask",
        "SubTaskTypes": ["Transcode", "AiRecognition"],
        **fields,
    }


def test_mps_outcome_is_known_only_from_the_provider(view_rows: ViewRows) -> None:
    times = {
        "CreateTime": "2026-03-01T08:00:00Z",
        "BeginProcessTime": "2026-03-01T08:00:10Z",
        "FinishTime": "2026-03-01T08:01:00Z",
    }
    view_rows("tencent_mps", mps("1", **times), mps("2", **times, SubTaskTypes=[]), list_name="FINISH")
    view_rows("tencent_mps", mps("2", **times, SubTaskTypes=[]), list_name="FINISH.failed", at=5)
    rows = view_rows("tencent_mps", mps("3", CreateTime="2026-03-01T08:00:00Z"), list_name="WAITING", at=9)
    assert [(row["task_id"], row["status"], row["outcome"]) for row in rows] == [
        ("1", "finished", None),
        ("2", "failed", "failed"),
        ("3", "waiting", None),
    ]
    assert [(row["sub_types"], row["sub_tasks"]) for row in rows[:2]] == [
        ("Transcode, AiRecognition", 2),
        (None, 0),
    ]
    assert (rows[0]["queue_seconds"], rows[0]["run_seconds"], rows[0]["total_seconds"]) == (10, 50, 60)
    assert (rows[2]["run_seconds"], rows[2]["total_seconds"]) == (None, None)


def test_mps_zero_dates_and_negative_durations_are_null(view_rows: ViewRows) -> None:
    zero = "0000-00-00T00:00:00Z"
    rows = view_rows(
        "tencent_mps",
        mps("a", CreateTime="2026-03-01T08:00:00Z", BeginProcessTime=zero, FinishTime=zero),
        mps("b", CreateTime="2026-03-01T08:00:00Z", FinishTime="2026-03-01T07:00:00Z"),
        list_name="FINISH",
    )
    assert [(row["started_at"], row["finished_at"] is None, row["total_seconds"]) for row in rows] == [
        (None, True, None),
        (None, False, None),
    ]


# Alibaba aiccs


def aiccs(number: int, **fields: Any) -> dict[str, Any]:
    return {"Id": number, "Status": "RUNNING", "TaskName": "回访", "RobotName": "机器人", **fields}


@pytest.mark.parametrize(
    ("complete", "total", "rate"),
    [
        (1, 4, 0.25),
        (4, 4, 1.0),
        (0, 9, 0.0),
        (0, 0, None),
        (None, 4, None),
        (3, None, None),
        ("2", "4", 0.5),
        (-1, 4, None),
    ],
)
def test_aiccs_completion_rate_is_a_share_or_null(
    view_rows: ViewRows, complete: Any, total: Any, rate: Any
) -> None:
    (row,) = view_rows("alibaba_aiccs", aiccs(7, CompleteCount=complete, TotalCount=total), list_name="ALL")
    assert row["completion_rate"] == rate
    assert row["calls_total"] == (None if total is None else int(total))


def test_aiccs_ids_beyond_2_53_are_exact(view_rows: ViewRows) -> None:
    (row,) = view_rows("alibaba_aiccs", aiccs(2**53 + 1, RobotId=2**63 - 1), list_name="ALL")
    assert (row["task_id"], row["robot_id"]) == (str(2**53 + 1), str(2**63 - 1))
    assert (row["name"], row["robot_name"], row["status"]) == ("回访", "机器人", "running")


def test_aiccs_queue_is_from_creation_to_the_first_call(view_rows: ViewRows) -> None:
    times = {"GmtCreate": "1618477232000", "FireTime": "1618477332500"}
    rows = view_rows(
        "alibaba_aiccs", aiccs(1, **times), aiccs(2, GmtCreate="1618477232000", FireTime="0"), list_name="ALL"
    )
    assert [row["queue_seconds"] for row in rows] == [100.5, None]


# Baidu VOD


def test_baidu_view_holds_the_documented_records(view_rows: ViewRows) -> None:
    rows = view_rows(
        "baidu_vod", *example("baidu_vod")[0]["data"], {"taskId": "tsk-z", "status": "NOVEL", "type": 5}
    )
    assert [(row["task_id"], row["media_id"], row["task_type"]) for row in rows] == [
        ("tsk-emeq6k7m52p8d2u0", "mda-emcvg7qrib0xq2y5", "PRESET"),
        ("tsk-emeqb9c1kmdd7rns", "mda-emcventhizk2yfbz", "WORKFLOW"),
        ("tsk-z", None, None),
    ]
    assert [(row["status"], row["is_open"], row["total_seconds"]) for row in rows] == [
        ("failed", False, 10.0),
        ("failed", False, 2.0),
        ("unknown", True, None),
    ]


# All providers


def test_each_view_has_only_its_provider(view_rows: ViewRows, look: Look) -> None:
    view_rows("tencent_tat", {"InvocationTaskId": "t"})
    view_rows("tencent_mps", mps("m"), list_name="WAITING")
    view_rows("alibaba_aiccs", aiccs(1), list_name="ALL")
    view_rows("baidu_vod", {"taskId": "b"})
    counted = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, task_key, source_key, source, status FROM reporting.{kind}_tasks"
        for kind in ("tencent_tat", "tencent_mps", "alibaba_aiccs", "baidu_vod")
    )
    joined = f"({counted}) v JOIN reporting.tasks t USING (task_key, source_key, status)"
    rows = look(f"SELECT v.kind, t.provider FROM {joined}")
    assert len(rows) == 4
    assert all(row["kind"] == row["provider"] for row in rows)


def test_views_read_only_current_records(ours: Any, look: Look) -> None:
    run = begin(ours)
    for at, done in ((0, 1), (9, 2)):
        store(ours, run, *read("alibaba_aiccs", aiccs(1, CompleteCount=done), list_name="ALL", at=at))
    (row,) = look("SELECT progress_done, changed_at FROM reporting.tasks")
    assert row == {"progress_done": 2, "changed_at": after(9)}
