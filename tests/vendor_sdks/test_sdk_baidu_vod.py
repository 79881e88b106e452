"""bce-python-sdk's signer and HTTP layer as a client of the simulated Baidu VOD (it has no VOD client)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from syncer.model import Credentials
from syncer.simulator import Simulator
from tests.support.simulator_calls import visible_ids

pytestmark = [pytest.mark.vendor_sdks, pytest.mark.filterwarnings("ignore")]


class Sdk:
    """A VOD client made of the SDK's parts."""

    def __init__(self, simulator: Simulator, key: Credentials | None = None) -> None:
        pytest.importorskip("baidubce", reason="needs bce-python-sdk (extra `sdk`)")
        from baidubce.auth.bce_credentials import BceCredentials
        from baidubce.bce_client_configuration import DEFAULT_CONFIG, BceClientConfiguration
        from baidubce.retry.retry_policy import NoRetryPolicy

        self.key = key or simulator.credentials
        self.config = copy.deepcopy(DEFAULT_CONFIG)
        own = BceClientConfiguration(
            BceCredentials(self.key.access_key, self.key.secret_key),
            simulator.endpoints["baidu"].encode(),
            retry_policy=NoRetryPolicy(),
        )
        self.config.merge_non_none_values(own)

    def get(self, path: str, *, stamp: int = 0, signed: Any = None, **parameters: Any) -> Any:
        """The response, with its fields as attributes."""
        from baidubce.auth import bce_v1_signer
        from baidubce.http import bce_http_client, handler

        def sign(credentials: Any, method: Any, path: Any, headers: Any, params: Any) -> Any:
            return bce_v1_signer.sign(
                credentials, method, path, headers, params, stamp, headers_to_sign=signed
            )

        params = {name.encode(): str(value).encode() for name, value in parameters.items()}
        headers = {b"x-bce-security-token": self.key.session_token} if self.key.session_token else {}
        handlers = [handler.parse_error, handler.parse_json]
        return bce_http_client.send_request(
            self.config, sign, handlers, b"GET", path.encode(), None, headers, params
        )

    def all_rows(self, **parameters: Any) -> list[Any]:
        rows: list[Any] = []
        response = self.get("/v2/tasks", **parameters)
        while True:
            rows += response.data
            if not response.is_truncated:
                return rows
            response = self.get("/v2/tasks", marker=response.next_marker, **parameters)

    def error(self, path: str = "/v2/tasks", **parameters: Any) -> tuple[int, str]:
        from baidubce.exception import BceHttpClientError

        with pytest.raises(BceHttpClientError) as caught:
            self.get(path, **parameters)
        assert caught.value.last_error.request_id
        return caught.value.last_error.status_code, caught.value.last_error.code


@pytest.fixture
def sdk(simulator: Simulator) -> Sdk:
    return Sdk(simulator)


def test_markers_show_every_task_once(simulator: Simulator, sdk: Sdk) -> None:
    ids = [row.task_id for row in sdk.all_rows(maxSize=100)]

    assert sorted(ids) == visible_ids(simulator, "baidu")
    assert len(ids) == len(set(ids)) > 100


def test_page_without_size_holds_ten(sdk: Sdk) -> None:
    response = sdk.get("/v2/tasks")

    assert len(response.data) == 10
    assert response.is_truncated is True
    assert (response.marker, response.next_marker) == (response.data[0].task_id, response.data[-1].task_id)


def test_last_page_has_a_marker_too(sdk: Sdk) -> None:
    response = sdk.get("/v2/tasks", maxSize=100)
    while response.is_truncated:
        response = sdk.get("/v2/tasks", maxSize=100, marker=response.next_marker)

    assert response.next_marker == response.data[-1].task_id


def test_status_selects(simulator: Simulator, sdk: Sdk) -> None:
    rows = sdk.all_rows(maxSize=50, status="FAILED")

    assert sorted(row.task_id for row in rows) == visible_ids(simulator, "baidu", status="FAILED")
    assert {row.status for row in rows} == {"FAILED"}


def test_window_includes_both_ends(sdk: Sdk) -> None:
    rows = sdk.all_rows(maxSize=100)
    begin, end = rows[40].create_time, rows[20].create_time

    matches = sdk.all_rows(maxSize=7, beginTime=begin, endTime=end)

    expected = [row.task_id for row in rows if begin <= row.create_time <= end]
    assert [row.task_id for row in matches] == expected
    assert len(expected) >= 21


def test_running_task_has_no_finish_time(sdk: Sdk) -> None:
    rows = sdk.all_rows(maxSize=100)
    running = [row for row in rows if row.status == "RUNNING"]

    assert running and all(row.finish_time is None for row in running)
    assert all(row.finish_time >= row.create_time for row in rows if row.status == "FINISHED")


def test_detail_nests_the_media(sdk: Sdk) -> None:
    row = sdk.all_rows(maxSize=100, status="FAILED")[0]

    response = sdk.get(f"/v2/tasks/{row.task_id}")

    part = response.media_workflow_task_info or response.media_preset_task_info
    assert (response.task_id, response.status, response.media_id) == (row.task_id, "FAILED", None)
    assert part.media_id == row.media_id
    assert part.error_code


def test_row_is_found_by_id_and_by_media(sdk: Sdk) -> None:
    row = sdk.get("/v2/tasks", maxSize=1).data[0]

    assert [match.task_id for match in sdk.all_rows(taskId=row.task_id)] == [row.task_id]
    assert row.task_id in [match.task_id for match in sdk.all_rows(mediaId=row.media_id)]


@pytest.mark.parametrize("signed", [None, [b"host", b"x-bce-date"]], ids=["default", "chosen"])
def test_default_and_chosen_signed_headers_are_accepted(sdk: Sdk, signed: Any) -> None:
    assert sdk.get("/v2/tasks", signed=signed, status="FAILED", maxSize=3).data


@pytest.mark.parametrize(
    "parameters",
    [{"maxSize": 101}, {"maxSize": 0}, {"marker": "tsk-unknown"}, {"beginTime": "yesterday"}],
    ids=["over", "under", "marker", "time"],
)
def test_bad_parameter_is_refused(sdk: Sdk, parameters: dict[str, Any]) -> None:
    assert sdk.error(**parameters) == (400, "InvalidParameter")


def test_unknown_task_is_not_found(sdk: Sdk) -> None:
    assert sdk.error("/v2/tasks/tsk-unknown") == (404, "TaskNotFound")


def test_old_signature_is_refused(sdk: Sdk) -> None:
    assert sdk.error(stamp=1_700_000_000) == (400, "RequestExpired")


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (Credentials("unknown", "x"), (403, "InvalidAccessKeyId")),
        (Credentials("AKIDsimulator0000000000000000000000", "wrong"), (400, "SignatureDoesNotMatch")),
    ],
    ids=["unknown-key", "wrong-secret"],
)
def test_wrong_key_is_refused(simulator: Simulator, key: Credentials, error: tuple[int, str]) -> None:
    assert Sdk(simulator, key).error() == error


def test_unexpected_session_token_is_refused(simulator: Simulator) -> None:
    key = simulator.credentials

    sdk = Sdk(simulator, Credentials(key.access_key, key.secret_key, "old"))

    assert sdk.error() == (403, "AccessDenied")
