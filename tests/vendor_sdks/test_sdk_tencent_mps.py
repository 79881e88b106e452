"""The SDK tencentcloud-sdk-python-mps as a client of the simulated MPS."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.model import Credentials
from syncer.simulator import Simulator
from tests.support.simulator_calls import visible_ids

pytestmark = [pytest.mark.vendor_sdks, pytest.mark.filterwarnings("ignore")]


class Sdk:
    """The SDK's client for one simulated site."""

    def __init__(self, simulator: Simulator, name: str, key: Credentials | None = None) -> None:
        pytest.importorskip("tencentcloud.mps", reason="needs tencentcloud-sdk-python-mps (extra `sdk`)")
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception import TencentCloudSDKException
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.mps.v20190612 import models, mps_client

        key = key or simulator.credentials
        http = HttpProfile(protocol="http", endpoint=simulator.endpoints[name].removeprefix("http://"))
        credential = Credential(key.access_key, key.secret_key, key.session_token)
        self.client = mps_client.MpsClient(credential, "", ClientProfile(httpProfile=http))
        self.models = models
        self.error: type[Exception] = TencentCloudSDKException

    def tasks(self, **parameters: Any) -> Any:
        request = self.models.DescribeTasksRequest()
        for name, value in parameters.items():
            setattr(request, name, value)
        return self.client.DescribeTasks(request)

    def all_ids(self, **parameters: Any) -> list[str]:
        """The ids on all pages."""
        ids: list[str] = []
        token = ""
        while True:
            response = self.tasks(ScrollToken=token, **parameters)
            ids += [task.TaskId for task in response.TaskSet]
            token = response.ScrollToken
            if not token:
                return ids

    def detail(self, task_id: str) -> Any:
        request = self.models.DescribeTaskDetailRequest()
        request.TaskId = task_id
        return self.client.DescribeTaskDetail(request)

    def code_of(self, call: Any) -> str:
        with pytest.raises(self.error) as caught:
            call()
        assert caught.value.requestId, "an error response has a request id too"  # type: ignore[attr-defined]
        return str(caught.value.code)  # type: ignore[attr-defined]


@pytest.mark.parametrize("site", ["mps-cn", "mps-intl"])
@pytest.mark.parametrize("status", ["WAITING", "PROCESSING", "FINISH"])
def test_scroll_shows_every_task_once(simulator: Simulator, site: str, status: str) -> None:
    ids = Sdk(simulator, site).all_ids(Status=status, Limit=100)

    assert sorted(ids) == visible_ids(simulator, site, status=status)
    assert len(ids) == len(set(ids))
    assert ids or status == "WAITING"


def test_page_without_limit_holds_ten(simulator: Simulator) -> None:
    response = Sdk(simulator, "mps-cn").tasks(Status="FINISH")

    assert len(response.TaskSet) == 10
    assert response.TotalCount == len(visible_ids(simulator, "mps-cn", status="FINISH"))


def test_token_is_the_next_id(simulator: Simulator) -> None:
    sdk = Sdk(simulator, "mps-cn")
    first = sdk.tasks(Status="FINISH", Limit=5)
    second = sdk.tasks(Status="FINISH", Limit=5, ScrollToken=first.ScrollToken)

    assert second.TaskSet[0].TaskId == first.ScrollToken


def test_failed_filter_splits_finish(simulator: Simulator) -> None:
    sdk = Sdk(simulator, "mps-cn")
    failed = set(sdk.all_ids(Status="FINISH", Limit=100, SubTaskHasFailed=True))
    clean = set(sdk.all_ids(Status="FINISH", Limit=100, SubTaskHasFailed=False))

    assert failed and clean and not failed & clean
    assert sorted(failed | clean) == visible_ids(simulator, "mps-cn", status="FINISH")


def test_open_task_has_the_zero_date(simulator: Simulator) -> None:
    task = Sdk(simulator, "mps-cn").tasks(Status="PROCESSING", Limit=1).TaskSet[0]

    assert task.FinishTime == "0000-00-00T00:00:00Z"
    assert task.BeginProcessTime > task.CreateTime


def test_detail_shows_the_outcome(simulator: Simulator) -> None:
    sdk = Sdk(simulator, "mps-cn")
    now = simulator.clock.now()
    tasks = [task for task in simulator.true_tasks("mps-cn") if task.is_visible(now)]
    failed = next(task for task in tasks if task.states[-1].has_failed and "Workflow" in task.task_id)
    clean = next(task for task in tasks if not task.states[-1].is_open and not task.states[-1].has_failed)

    assert _codes(sdk.detail(failed.task_id).WorkflowTask) - {0}
    response = sdk.detail(clean.task_id)
    assert response.Status == "FINISH"
    section = getattr(response, response.TaskType)
    assert section.TaskId == clean.task_id
    assert section.ErrCode == 0


def _codes(workflow: Any) -> set[int]:
    """The error codes of a workflow and its media parts."""
    codes = {workflow.ErrCode}
    for result in workflow.MediaProcessResultSet:
        parts = (getattr(result, name) for name in vars(type(result)) if name.endswith("Task"))
        codes |= {part.ErrCode for part in parts if part is not None}
    for result in workflow.AiRecognitionResultSet:
        codes.add(result.AsrFullTextTask.ErrCode)
    for result in workflow.AiAnalysisResultSet:
        codes.add(result.ClassificationTask.ErrCode)
    for result in workflow.SmartSubtitlesTaskResult:
        codes.add(result.AsrFullTextTask.ErrCode)
    return codes


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Status": "FINISH", "Limit": 101}, "InvalidParameterValue.Limit"),
        ({"Status": "DONE"}, "InvalidParameterValue"),
        ({"Limit": 10}, "MissingParameter"),
        ({"Status": "FINISH", "ScrollToken": "unknown"}, "InvalidParameterValue"),
    ],
    ids=["limit", "status", "no-status", "token"],
)
def test_bad_parameter_gets_the_documented_code(
    simulator: Simulator, parameters: dict[str, Any], code: str
) -> None:
    sdk = Sdk(simulator, "mps-cn")

    assert sdk.code_of(lambda: sdk.tasks(**parameters)) == code


def test_detail_of_unknown_task_is_refused(simulator: Simulator) -> None:
    sdk = Sdk(simulator, "mps-cn")

    assert sdk.code_of(lambda: sdk.detail("1-WorkflowTask-none")) == "InvalidParameterValue.TaskId"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (Credentials("AKIDunknown", "x"), "AuthFailure.SecretIdNotFound"),
        (Credentials("AKIDsimulator0000000000000000000000", "wrong"), "AuthFailure.SignatureFailure"),
    ],
    ids=["unknown-key", "wrong-secret"],
)
def test_wrong_key_is_refused(simulator: Simulator, key: Credentials, code: str) -> None:
    sdk = Sdk(simulator, "mps-cn", key)

    assert sdk.code_of(lambda: sdk.tasks(Status="FINISH")) == code


def test_unexpected_session_token_is_refused(simulator: Simulator) -> None:
    key = simulator.credentials
    sdk = Sdk(simulator, "mps-cn", Credentials(key.access_key, key.secret_key, "expired"))

    assert sdk.code_of(lambda: sdk.tasks(Status="FINISH")) == "AuthFailure.TokenFailure"


def test_old_timestamp_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = Sdk(simulator, "mps-cn")
    import time

    late = time.time() - 6 * 60
    monkeypatch.setattr("tencentcloud.common.abstract_client.time.time", lambda: late)
    monkeypatch.setattr(simulator, "signature_time_ms", lambda: int((late + 6 * 60) * 1000))

    assert sdk.code_of(lambda: sdk.tasks(Status="FINISH")) == "AuthFailure.SignatureExpire"


def test_get_request_is_accepted(simulator: Simulator) -> None:
    sdk = Sdk(simulator, "mps-cn")
    sdk.client.profile.httpProfile.reqMethod = "GET"

    response = sdk.tasks(Status="FINISH", Limit=7, SubTaskHasFailed=True)

    assert len(response.TaskSet) == 7
