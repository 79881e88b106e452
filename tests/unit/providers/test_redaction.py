"""What providers remove from a record before it is stored."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from tests.support.provider_responses import make_provider

_MPS = make_provider("tencent_mps")
_TAT = make_provider("tencent_tat")


def record(**fields: Any) -> dict[str, Any]:
    """A TAT record with `fields`."""
    return {"InvocationTaskId": "invt-1", "TaskStatus": "SUCCESS", **fields}


def test_keys_of_other_systems_are_removed() -> None:
    record = {
        "TaskNotifyConfig": {"NotifyType": "URL", "NotifyKey": "hush", "AwsSQS": {"S3SecretKey": "hush"}},
        "WorkflowTask": {"Results": [{"S3SecretId": "hush", "Bucket": "b"}]},
    }
    reduced = _MPS.reduce(record)
    assert "hush" not in json.dumps(reduced)
    assert reduced["WorkflowTask"] == {"Results": [{"Bucket": "b"}]}
    assert record["TaskNotifyConfig"]["NotifyKey"] == "hush"


def test_content_is_replaced_by_its_length_and_hash() -> None:
    command = b"mysql -phush"
    given = record(CommandDocument={"Content": b64encode(command).decode(), "Timeout": 60})
    assert _TAT.reduce(given)["CommandDocument"] == {
        "Timeout": 60,
        "ContentLength": len(command),
        "ContentSha256": sha256(command).hexdigest(),
    }
    assert "Content" in given["CommandDocument"]


@pytest.mark.parametrize(
    ("document", "length"),
    [
        ({"Content": "no base64!"}, 10),
        ({"Content": "\ud800"}, 3),
        ({"Content": ["hush"]}, 8),
        ("hush, hush", 10),
    ],
)
def test_content_with_another_structure_is_replaced(document: object, length: int) -> None:
    reduced = _TAT.reduce(record(CommandDocument=document))
    assert reduced["CommandDocument"]["ContentLength"] == length
    assert "hush" not in json.dumps(reduced)


@pytest.mark.parametrize("document", [None, {}, {"Content": ""}, {"Timeout": 1}])
def test_document_without_content_is_unchanged(document: object) -> None:
    given = record(CommandDocument=document)
    assert _TAT.reduce(given) == given


def test_content_is_kept_if_configured() -> None:
    given = record(CommandDocument={"Content": "d2hvYW1p"})
    assert make_provider("tencent_tat", command_content=True).reduce(given) == given


@pytest.mark.parametrize(
    ("outputs", "status", "kept"),
    [(False, "SUCCESS", False), (True, "SUCCESS", True), (True, "RUNNING", False), (True, "ODD", False)],
)
def test_output_is_kept_if_configured_and_final(outputs: bool, status: str, kept: bool) -> None:
    given = record(TaskStatus=status, TaskResult={"ExitCode": 0, "Output": "cm9vdAo="})
    reduced = make_provider("tencent_tat", outputs=outputs).reduce(given)
    assert ("Output" in reduced["TaskResult"]) is kept
    assert reduced["TaskResult"]["ExitCode"] == 0


@pytest.mark.parametrize("result", [None, "none", {"Output": ""}, {"ExitCode": 0}])
def test_result_without_output_is_unchanged(result: object) -> None:
    given = record(TaskResult=result)
    assert _TAT.reduce(given) == given
