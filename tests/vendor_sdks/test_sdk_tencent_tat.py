"""The SDK tencentcloud-sdk-python-tat as a client of the simulated TAT."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from syncer.model import Credentials
from syncer.simulator import Simulator
from tests.support.simulator_calls import visible_ids

pytestmark = [pytest.mark.vendor_sdks, pytest.mark.filterwarnings("ignore")]

REGIONS = ("ap-guangzhou", "ap-shanghai", "ap-singapore")


class Sdk:
    """The SDK's client for one region."""

    def __init__(
        self, simulator: Simulator, region: str = REGIONS[0], key: Credentials | None = None
    ) -> None:
        pytest.importorskip("tencentcloud.tat", reason="needs tencentcloud-sdk-python-tat (extra `sdk`)")
        from tencentcloud.common.credential import Credential
        from tencentcloud.common.exception import TencentCloudSDKException
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.tat.v20201028 import models, tat_client

        key = key or simulator.credentials
        http = HttpProfile(protocol="http", endpoint=simulator.endpoints["tat"].removeprefix("http://"))
        credential = Credential(key.access_key, key.secret_key, key.session_token)
        self.client = tat_client.TatClient(credential, region, ClientProfile(httpProfile=http))
        self.models = models
        self.error: type[Exception] = TencentCloudSDKException

    def tasks(self, **parameters: Any) -> Any:
        request = self.models.DescribeInvocationTasksRequest()
        for name, value in parameters.items():
            setattr(request, name, value)
        return self.client.DescribeInvocationTasks(request)

    def filtered(self, name: str, *values: str) -> Any:
        condition = self.models.Filter()
        condition.Name, condition.Values = name, list(values)
        return self.tasks(Filters=[condition], Limit=100)

    def all_tasks(self) -> list[Any]:
        tasks: list[Any] = []
        while True:
            response = self.tasks(Limit=100, Offset=len(tasks))
            tasks += response.InvocationTaskSet
            if not response.InvocationTaskSet:
                assert response.TotalCount == len(tasks)
                return tasks

    def code_of(self, **parameters: Any) -> str:
        with pytest.raises(self.error) as caught:
            self.tasks(**parameters)
        return str(caught.value.code)  # type: ignore[attr-defined]


@pytest.mark.parametrize("region", REGIONS)
def test_offsets_show_every_task_of_the_region_once(simulator: Simulator, region: str) -> None:
    ids = [task.InvocationTaskId for task in Sdk(simulator, region).all_tasks()]

    assert sorted(ids) == visible_ids(simulator, "tat", region=region)
    assert len(ids) == len(set(ids)) > 0


def test_page_without_limit_holds_twenty(simulator: Simulator) -> None:
    assert len(Sdk(simulator).tasks().InvocationTaskSet) == 20


def test_ids_without_limit_still_get_a_page_of_twenty(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    ids = visible_ids(simulator, "tat", region=REGIONS[0])[:60]

    short, whole = sdk.tasks(InvocationTaskIds=ids), sdk.tasks(InvocationTaskIds=ids, Limit=len(ids))

    assert (len(short.InvocationTaskSet), short.TotalCount) == (20, 60)
    assert sorted(task.InvocationTaskId for task in whole.InvocationTaskSet) == ids


def test_unknown_id_is_left_out(simulator: Simulator) -> None:
    known = visible_ids(simulator, "tat", region=REGIONS[0])[0]

    response = Sdk(simulator).tasks(InvocationTaskIds=["invt-zzzzzzzz", known])

    assert [task.InvocationTaskId for task in response.InvocationTaskSet] == [known]


def test_output_is_shown_on_request_only(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    hidden = sdk.tasks(Limit=100).InvocationTaskSet
    shown = sdk.tasks(Limit=100, HideOutput=False).InvocationTaskSet

    assert not any(task.TaskResult.Output for task in hidden)
    ended = [task for task in shown if task.TaskStatus == "SUCCESS"]
    assert ended and all(base64.b64decode(task.TaskResult.Output) for task in ended)


def test_command_is_base64(simulator: Simulator) -> None:
    documents = [task.CommandDocument for task in Sdk(simulator).all_tasks()]

    assert any("mysqldump" in base64.b64decode(document.Content).decode() for document in documents)
    assert {document.CommandType for document in documents} == {"SHELL", "POWERSHELL"}


def test_failed_command_has_an_exit_code(simulator: Simulator) -> None:
    tasks = Sdk(simulator).all_tasks()

    assert all(task.TaskResult.ExitCode != 0 for task in tasks if task.TaskStatus == "FAILED")
    assert all(task.TaskResult.ExitCode == 0 for task in tasks if task.TaskStatus == "SUCCESS")


def test_filters_select(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    sample = sdk.tasks(Limit=1).InvocationTaskSet[0]

    siblings = sdk.filtered("invocation-id", sample.InvocationId)
    itself = sdk.filtered("invocation-task-id", sample.InvocationTaskId)

    assert siblings.TotalCount >= 1
    assert {task.InvocationId for task in siblings.InvocationTaskSet} == {sample.InvocationId}
    assert [task.InvocationTaskId for task in itself.InvocationTaskSet] == [sample.InvocationTaskId]


def test_regions_are_described(simulator: Simulator) -> None:
    sdk = Sdk(simulator)

    response = sdk.client.DescribeRegions(sdk.models.DescribeRegionsRequest())

    available = [region.Region for region in response.RegionSet if region.RegionState == "AVAILABLE"]
    assert tuple(available) == REGIONS
    assert response.TotalCount > len(available), "a closed region is listed too"


def test_wrong_region_is_refused(simulator: Simulator) -> None:
    assert Sdk(simulator, "mars-north").code_of() == "UnsupportedRegion"
    assert Sdk(simulator, "").code_of() == "MissingParameter"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Limit": 101}, "InvalidParameterValue"),
        ({"InvocationTaskIds": ["ins-1"]}, "InvalidParameterValue.InvalidInvocationTaskId"),
    ],
    ids=["limit", "id"],
)
def test_bad_parameter_gets_the_documented_code(
    simulator: Simulator, parameters: dict[str, Any], code: str
) -> None:
    assert Sdk(simulator).code_of(**parameters) == code


def test_ids_and_filters_together_are_refused(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    condition = sdk.models.Filter()
    condition.Name, condition.Values = "instance-id", ["ins-1"]

    code = sdk.code_of(InvocationTaskIds=["invt-00000000"], Filters=[condition])

    assert code == "InvalidParameter.ConflictParameter"


def test_wrong_key_is_refused(simulator: Simulator) -> None:
    key = Credentials(simulator.credentials.access_key, "wrong")

    assert Sdk(simulator, key=key).code_of() == "AuthFailure.SignatureFailure"
