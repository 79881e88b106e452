"""Each provider's own view: what its records hold beyond `reporting.tasks`, in columns with types."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.reporting.conftest import Look, Shown, read
from tests.sightings import after, begin, store

EXAMPLES = Path(__file__).parents[2] / "data"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}_examples.json").read_text("utf-8"))


def tat(**told: Any) -> dict[str, Any]:
    (record,) = example("tencent_tat")[0]["Response"]["InvocationTaskSet"]
    return {**record, **told}


def written(value: bytes | str) -> dict[str, Any]:
    """The result of a command that wrote this."""
    return {
        "ExitCode": 0,
        "Output": b64encode(value if isinstance(value, bytes) else value.encode()).decode(),
    }


# Tencent TAT


def test_tat_shows_what_its_documented_record_holds(shown: Shown) -> None:
    (row,) = shown("tencent_tat", tat(CommandName="查看用户"), outputs=True)
    assert (row["task_id"], row["invocation_id"], row["instance_id"]) == (
        "invt-08oe5fe2",
        "inv-1vll7hda",
        "ins-zj0f57ex",
    )
    assert (row["command_id"], row["command_name"], row["command_type"]) == (
        "cmd-13axrtuq",
        "查看用户",
        "SHELL",
    )
    assert (row["timeout_seconds"], row["run_as"], row["working_directory"]) == (1.0, "root", "/root/")
    assert (row["invoked_by"], row["exit_code"]) == ("user", 0)
    assert (row["output"], row["output_base64"], row["output_dropped_bytes"]) == ("root\n", "cm9vdAo=", 0)
    assert row["output_upload_error"] is None
    assert row["execution_started_at"] == row["started_at"] == datetime(2020, 11, 5, 7, 49, 58, tzinfo=UTC)
    assert row["execution_finished_at"] == row["finished_at"] == datetime(2020, 11, 5, 7, 50, 4, tzinfo=UTC)
    assert (row["status"], row["is_open"], row["queue_seconds"], row["run_seconds"]) == (
        "succeeded",
        False,
        2,
        6,
    )


def test_tat_never_shows_the_command(shown: Shown) -> None:
    secret = "mysql -pS3cretWord"
    command = b64encode(secret.encode()).decode()
    document = {"Content": command, "CommandType": "SHELL", "Timeout": 60}
    (kept,) = shown("tencent_tat", tat(CommandDocument=document), command_content=True)
    assert not [value for value in kept.values() if isinstance(value, str) and value in (secret, command)]
    assert (kept["command_bytes"], kept["command_sha256"]) == (None, None)
    (row,) = shown("tencent_tat", tat(CommandDocument=document))
    assert row["command_bytes"] == len(secret)
    assert len(row["command_sha256"]) == 64


def test_tat_without_outputs_stored_has_none(shown: Shown) -> None:
    (row,) = shown("tencent_tat", tat(TaskResult=written("secret")))
    assert (row["output"], row["output_base64"], row["exit_code"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("wrote", "text"),
    [
        ("完成：3 个文件\n", "完成：3 个文件\n"),
        ("tab\tquote'\"\\ €𝄞", "tab\tquote'\"\\ €𝄞"),
        ("完成".encode()[:-1], "完"),
        ("完成".encode()[:-2], "完"),
        ("a𝄞".encode()[:-1], "a"),
        ("完成".encode("gb18030"), None),
        (b"\xff\xfe\x00binary", None),
        (b"a\x00b", None),
        (b"\xed\xa0\x80", None),
        (b"\xc0\x80", None),
        (b"\xf4\x90\x80\x80", None),
        (b"", None),
    ],
    ids=[
        *("Chinese", "marks", "cut after two", "cut after one", "cut after three", "GB 18030", "binary"),
        *("NUL", "surrogate", "overlong", "beyond Unicode", "nothing"),
    ],
)
def test_tat_output_is_shown_where_it_is_text(shown: Shown, wrote: bytes | str, text: str | None) -> None:
    (row,) = shown("tencent_tat", tat(TaskResult=written(wrote)), outputs=True)
    assert row["output"] == text
    assert (row["output_base64"] is None) is (wrote == b"")


def test_tat_exit_code_is_told_when_it_is_over(shown: Shown) -> None:
    result = {"ExitCode": 0, "Output": ""}
    (row,) = shown("tencent_tat", tat(TaskStatus="RUNNING", TaskResult=result, EndTime=None))
    assert (row["status"], row["exit_code"]) == ("running", None)
    (row,) = shown("tencent_tat", tat(TaskStatus="FAILED", TaskResult={"ExitCode": 127}), at=9)
    assert (row["exit_code"], row["error_code"], row["versions"]) == (127, "127", 2)


@pytest.mark.parametrize(
    "odd",
    [None, "", "x", -1, 1.5, 2**70, "9" * 30, True, [], [1], {}, {"a": {}}, "0000-00-00T00:00:00Z", "\x00"],
)
def test_tat_odd_values_are_null_or_themselves_and_never_an_error(shown: Shown, odd: Any) -> None:
    parts = {
        "TaskResult": dict.fromkeys(("ExitCode", "Output", "Dropped", "ExecStartTime", "ExecEndTime"), odd),
        "CommandDocument": dict.fromkeys(("Timeout", "Username", "WorkingDirectory", "CommandType"), odd),
    }
    rows = shown(
        "tencent_tat",
        tat(
            InvocationTaskId="a", CommandId=odd, CommandName=odd, InvocationSource=odd, StartTime=odd, **parts
        ),
        tat(InvocationTaskId="b", TaskResult=odd, CommandDocument=odd),
        outputs=True,
    )
    assert [row["task_id"] for row in rows] == ["a", "b"]
    (row, _) = rows
    whole = type(odd) is int and odd < 2**63
    assert row["exit_code"] == (odd if whole else None)
    assert row["timeout_seconds"] == (odd if whole else None)
    assert (row["execution_started_at"], row["started_at"]) == (None, None)
    assert row["command_id"] is None or isinstance(row["command_id"], str)


# Tencent MPS


def mps(task_id: str, **told: Any) -> dict[str, Any]:
    return {
        "TaskId": task_id,
        "TaskType": "WorkflowTask",
        "SubTaskTypes": ["Transcode", "AiRecognition"],
        **told,
    }


def test_mps_tells_outcomes_only_where_the_provider_did(shown: Shown) -> None:
    times = {
        "CreateTime": "2026-03-01T08:00:00Z",
        "BeginProcessTime": "2026-03-01T08:00:10Z",
        "FinishTime": "2026-03-01T08:01:00Z",
    }
    shown("tencent_mps", mps("1", **times), mps("2", **times, SubTaskTypes=[]), listing="FINISH")
    shown("tencent_mps", mps("2", **times, SubTaskTypes=[]), listing="FINISH.failed", at=5)
    rows = shown("tencent_mps", mps("3", CreateTime="2026-03-01T08:00:00Z"), listing="WAITING", at=9)
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


def test_mps_zero_dates_and_negative_durations_are_null(shown: Shown) -> None:
    zero = "0000-00-00T00:00:00Z"
    rows = shown(
        "tencent_mps",
        mps("a", CreateTime="2026-03-01T08:00:00Z", BeginProcessTime=zero, FinishTime=zero),
        mps("b", CreateTime="2026-03-01T08:00:00Z", FinishTime="2026-03-01T07:00:00Z"),
        listing="FINISH",
    )
    assert [(row["started_at"], row["finished_at"] is None, row["total_seconds"]) for row in rows] == [
        (None, True, None),
        (None, False, None),
    ]


# Alibaba aiccs


def aiccs(number: int, **told: Any) -> dict[str, Any]:
    return {"Id": number, "Status": "RUNNING", "TaskName": "回访", "RobotName": "机器人", **told}


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
def test_aiccs_completion_rate_is_a_share_or_null(shown: Shown, complete: Any, total: Any, rate: Any) -> None:
    (row,) = shown("alibaba_aiccs", aiccs(7, CompleteCount=complete, TotalCount=total), listing="ALL")
    assert row["completion_rate"] == rate
    assert row["calls_total"] == (None if total is None else int(total))


def test_aiccs_ids_beyond_2_53_are_whole(shown: Shown) -> None:
    (row,) = shown("alibaba_aiccs", aiccs(2**53 + 1, RobotId=2**63 - 1), listing="ALL")
    assert (row["task_id"], row["robot_id"]) == (str(2**53 + 1), str(2**63 - 1))
    assert (row["name"], row["robot_name"], row["status"]) == ("回访", "机器人", "running")


def test_aiccs_queue_is_from_creation_to_the_first_call(shown: Shown) -> None:
    told = {"GmtCreate": "1618477232000", "FireTime": "1618477332500"}
    rows = shown(
        "alibaba_aiccs", aiccs(1, **told), aiccs(2, GmtCreate="1618477232000", FireTime="0"), listing="ALL"
    )
    assert [row["queue_seconds"] for row in rows] == [100.5, None]


# Baidu VOD


def test_baidu_shows_what_its_documented_records_hold(shown: Shown) -> None:
    rows = shown(
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


# All


def test_each_view_shows_its_provider_alone(shown: Shown, look: Look) -> None:
    shown("tencent_tat", tat())
    shown("tencent_mps", mps("m"), listing="WAITING")
    shown("alibaba_aiccs", aiccs(1), listing="ALL")
    shown("baidu_vod", {"taskId": "b"})
    counted = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, task_key, source_key, source, status FROM reporting.{kind}_tasks"
        for kind in ("tencent_tat", "tencent_mps", "alibaba_aiccs", "baidu_vod")
    )
    joined = f"({counted}) v JOIN reporting.tasks t USING (task_key, source_key, status)"
    rows = look(f"SELECT v.kind, t.provider FROM {joined}")
    assert len(rows) == 4
    assert all(row["kind"] == row["provider"] for row in rows)


def test_former_records_are_read_by_no_view(ours: Any, look: Look) -> None:
    run = begin(ours)
    for at, done in ((0, 1), (9, 2)):
        store(ours, run, *read("alibaba_aiccs", aiccs(1, CompleteCount=done), listing="ALL", at=at))
    (row,) = look("SELECT progress_done, changed_at FROM reporting.tasks")
    assert row == {"progress_done": 2, "changed_at": after(9)}
