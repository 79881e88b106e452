"""The SDK alibabacloud-aiccs20191015 as a client of the simulated aiccs."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.model import Credentials
from syncer.simulator import Simulator
from tests.support.simulator_calls import visible_ids

pytestmark = [pytest.mark.vendor_sdks, pytest.mark.filterwarnings("ignore")]


class Sdk:
    """The SDK's client for one simulator."""

    def __init__(
        self, simulator: Simulator, key: Credentials | None = None, algorithm: str | None = None
    ) -> None:
        pytest.importorskip(
            "alibabacloud_aiccs20191015", reason="needs alibabacloud-aiccs20191015 (extra `sdk`)"
        )
        from alibabacloud_aiccs20191015 import models
        from alibabacloud_aiccs20191015.client import Client
        from alibabacloud_tea_openapi.utils_models import Config

        key = key or simulator.credentials
        self.client = Client(
            Config(
                access_key_id=key.access_key,
                access_key_secret=key.secret_key,
                security_token=key.session_token,
                endpoint=simulator.endpoints["aiccs"].removeprefix("http://"),
                protocol="http",
                signature_algorithm=algorithm,
            )
        )
        self.models = models

    def tasks(self, **parameters: Any) -> Any:
        return self.client.list_task(self.models.ListTaskRequest(**parameters)).body

    def all_records(self, **parameters: Any) -> list[Any]:
        records: list[Any] = []
        number = 1
        while True:
            data = self.tasks(page_no=number, page_size=50, **parameters).data
            if not data.record:
                assert data.total == len(records)
                return records
            records += data.record
            number += 1

    def code_of(self, **parameters: Any) -> str:
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

        with pytest.raises(AlibabaCloudException) as caught:
            self.tasks(**parameters)
        assert caught.value.request_id
        return str(caught.value.code)


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["acs3", "rpc"])
def test_pages_show_every_task_once(simulator: Simulator, algorithm: str | None) -> None:
    ids = [str(record.id) for record in Sdk(simulator, algorithm=algorithm).all_records()]

    assert sorted(ids) == visible_ids(simulator, "aiccs")
    assert len(ids) == len(set(ids)) > 50


def test_page_without_size_holds_twenty(simulator: Simulator) -> None:
    data = Sdk(simulator).tasks().data

    assert (len(data.record), data.page_size, data.page_no) == (20, 20, 1)


def test_envelope_has_code_ok(simulator: Simulator) -> None:
    body = Sdk(simulator).tasks()

    assert (body.code, body.success) == ("OK", True)
    assert body.request_id


def test_ids_exceed_the_integers_of_a_float(simulator: Simulator) -> None:
    records = Sdk(simulator).all_records()

    assert all(len(str(record.id)) == 19 and record.id > 1 << 53 for record in records)


def test_status_filter_selects(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    for status in ("DONE", "RUNNING", "CANCEL"):
        records = sdk.all_records(status=status)
        assert sorted(str(record.id) for record in records) == visible_ids(simulator, "aiccs", status=status)
        assert {record.status for record in records} <= {status}


def test_task_id_selects_one(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    task_id = sdk.tasks().data.record[7].id

    assert [record.id for record in sdk.tasks(task_id=task_id).data.record] == [task_id]
    assert sdk.tasks(task_id=5).data.record == []


def test_names_select(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    sample = sdk.tasks().data.record[0]

    assert sdk.tasks(task_name=sample.task_name).data.record[0].id == sample.id
    robots = sdk.all_records(robot_name=sample.robot_name)
    assert {record.robot_name for record in robots} == {sample.robot_name}


def test_finished_campaign_has_made_all_its_calls(simulator: Simulator) -> None:
    records = Sdk(simulator).all_records()

    assert all(record.complete_count == record.total_count for record in records if record.status == "DONE")
    assert all(record.fire_time for record in records if record.status == "DONE")
    assert any(0 < record.complete_count < record.total_count for record in records)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"page_size": 0}, "ParameterError"), ({"status": "SLEEPING"}, "ParameterError")],
    ids=["size", "status"],
)
def test_bad_parameter_gets_the_documented_code(
    simulator: Simulator, parameters: dict[str, Any], code: str
) -> None:
    assert Sdk(simulator).code_of(**parameters) == code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (Credentials("LTAIunknown", "x"), "InvalidAccessKeyId.NotFound"),
        (Credentials("AKIDsimulator0000000000000000000000", "wrong"), "SignatureDoesNotMatch"),
    ],
    ids=["unknown-key", "wrong-secret"],
)
@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["acs3", "rpc"])
def test_wrong_key_is_refused(
    simulator: Simulator, key: Credentials, code: str, algorithm: str | None
) -> None:
    assert Sdk(simulator, key, algorithm).code_of() == code


def test_used_nonce_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = Sdk(simulator)
    from alibabacloud_tea_openapi.utils import Utils

    monkeypatch.setattr(Utils, "get_nonce", staticmethod(lambda: "same-nonce"))
    sdk.tasks()

    assert sdk.code_of() == "SignatureNonceUsed"


def test_old_timestamp_is_refused(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = Sdk(simulator)
    from alibabacloud_tea_openapi.utils import Utils

    monkeypatch.setattr(Utils, "get_timestamp", staticmethod(lambda: "2020-01-01T00:00:00Z"))

    assert sdk.code_of() == "InvalidTimeStamp.Expired"


def test_unexpected_session_token_is_refused(simulator: Simulator) -> None:
    key = simulator.credentials
    with_token = Credentials(key.access_key, key.secret_key, "old")

    assert Sdk(simulator, with_token).code_of() == "InvalidSecurityToken.Expired"


def test_throttling_has_the_vendors_code(simulator: Simulator) -> None:
    sdk = Sdk(simulator)
    simulator.set_faults("aiccs", throttle_rate=1.0)
    try:
        assert sdk.code_of() == "Throttling.User"
    finally:
        simulator.set_faults("aiccs", throttle_rate=0.0)
