"""`reporting.tencent_tat_tasks`: commands and their output, without the command text."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.model import Stream
from syncer.storage import PgStore
from tests.integration.reporting.conftest import Look, ViewRows, example
from tests.support.fakes import make_source
from tests.support.sightings import begin, store


def tat(**fields: Any) -> dict[str, Any]:
    (record,) = example("tencent_tat")[0]["Response"]["InvocationTaskSet"]
    return {**record, **fields}


def written(value: bytes | str) -> dict[str, Any]:
    """The result of a command with this output."""
    return {
        "ExitCode": 0,
        "Output": b64encode(value if isinstance(value, bytes) else value.encode()).decode(),
    }


def test_tat_view_holds_the_documented_record(view_rows: ViewRows) -> None:
    (row,) = view_rows("tencent_tat", tat(CommandName="查看用户"), outputs=True)
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


def test_tat_view_has_no_command_text(view_rows: ViewRows) -> None:
    secret = "mysql -pS3cretWord"
    command = b64encode(secret.encode()).decode()
    document = {"Content": command, "CommandType": "SHELL", "Timeout": 60}
    (kept,) = view_rows("tencent_tat", tat(CommandDocument=document), command_content=True)
    assert not [value for value in kept.values() if isinstance(value, str) and value in (secret, command)]
    assert (kept["command_bytes"], kept["command_sha256"]) == (None, None)
    (row,) = view_rows("tencent_tat", tat(CommandDocument=document))
    assert row["command_bytes"] == len(secret)
    assert len(row["command_sha256"]) == 64


def test_tat_output_is_null_if_not_stored(view_rows: ViewRows) -> None:
    (row,) = view_rows("tencent_tat", tat(TaskResult=written("secret")))
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
def test_tat_output_is_decoded_if_it_is_text(
    view_rows: ViewRows, wrote: bytes | str, text: str | None
) -> None:
    (row,) = view_rows("tencent_tat", tat(TaskResult=written(wrote)), outputs=True)
    assert row["output"] == text
    assert (row["output_base64"] is None) is (wrote == b"")


def test_tat_exit_code_is_known_after_the_end(view_rows: ViewRows) -> None:
    result = {"ExitCode": 0, "Output": ""}
    (row,) = view_rows("tencent_tat", tat(TaskStatus="RUNNING", TaskResult=result, EndTime=None))
    assert (row["status"], row["exit_code"]) == ("running", None)
    (row,) = view_rows("tencent_tat", tat(TaskStatus="FAILED", TaskResult={"ExitCode": 127}), at=9)
    assert (row["exit_code"], row["error_code"], row["versions"]) == (127, "127", 2)


def test_lost_command_has_no_exit_code(pg: PgStore, look: Look, view_rows: ViewRows) -> None:
    running = tat(TaskStatus="RUNNING", TaskResult={"ExitCode": 0, "Output": ""}, EndTime=None)
    view_rows("tencent_tat", running)
    with pg.claim(Stream(make_source(name="tencent_tat", provider="tencent_tat"))) as ours:
        store(ours, begin(ours), lost=(running["InvocationTaskId"],))
    (row,) = look("SELECT status, is_open, is_lost, exit_code FROM reporting.tencent_tat_tasks")
    assert tuple(row.values()) == ("running", False, True, None)


@pytest.mark.parametrize(
    "odd",
    [None, "", "x", -1, 1.5, 2**70, "9" * 30, True, [], [1], {}, {"a": {}}, "0000-00-00T00:00:00Z", "\x00"],
)
def test_tat_odd_values_never_raise_an_error(view_rows: ViewRows, odd: Any) -> None:
    parts = {
        "TaskResult": dict.fromkeys(("ExitCode", "Output", "Dropped", "ExecStartTime", "ExecEndTime"), odd),
        "CommandDocument": dict.fromkeys(("Timeout", "Username", "WorkingDirectory", "CommandType"), odd),
    }
    rows = view_rows(
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
