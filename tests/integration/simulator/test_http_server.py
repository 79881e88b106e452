"""Simulated lists over HTTP: connections, headers, errors, connection faults and rate limits."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from syncer.errors import CredentialsError, CredentialsExpired, SyncerError, Throttled
from syncer.model import GLOBAL, Credentials
from syncer.simulator import LIST_NAMES, ListOptions, Simulator, SimulatorOptions
from tests.support.simulator_calls import visible_ids
from tests.support.simulator_http import ListClient


@pytest.fixture(params=LIST_NAMES)
def client(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[ListClient]:
    client = ListClient(simulator, request.param)
    yield client
    client.connection.close()


# Pages


def test_provider_reads_every_task(client: ListClient) -> None:
    name, seen = client.name, set()
    for listing in client.provider.facts.lists:
        query = client.query(list_name=listing.name, limit=client.provider.facts.page_size)
        while True:
            envelope = client.provider.parse(query, client.get(query))
            now = client.simulator.clock.now()
            seen |= {client.provider.task(query, record, now).task_id for record in envelope.records}
            if envelope.next_cursor is None:
                break
            query = client.query(list_name=query.list_name, limit=query.limit, cursor=envelope.next_cursor)

    region = "" if client.region == GLOBAL else client.region
    assert sorted(seen) == visible_ids(client.simulator, name, region=region)
    counts = client.simulator.requests()[name]["actions"]
    assert sum(action["pages"] for action in counts.values()) >= len(client.provider.facts.lists)


def test_responses_share_one_connection_and_have_the_simulated_date(client: ListClient) -> None:
    client.simulator.advance(timedelta(days=1))
    client.get(client.query())
    first = client.connection.sock

    response = client.get(client.query())

    assert client.connection.sock is first is not None
    now = client.simulator.clock.now()
    assert parsedate_to_datetime(response.headers["date"]) == now.replace(microsecond=0)


# Errors


def test_wrong_secret_is_a_credentials_error(client: ListClient) -> None:
    client.key = Credentials(client.simulator.credentials.access_key, "wrong")

    assert isinstance(client.error(), CredentialsError)


def test_late_signature_is_refused_with_the_date_to_sign_with(client: ListClient) -> None:
    query = client.query()
    late = client.get(query, now=client.simulator.clock.now() - timedelta(minutes=40))

    recovered = client.get(query, now=parsedate_to_datetime(late.headers["date"]))

    with pytest.raises(SyncerError):
        client.provider.parse(query, late)
    assert client.provider.parse(query, recovered).records


def test_rotated_token_expires_the_old_one(client: ListClient) -> None:
    old = client.simulator.rotate_session_token()
    new = client.simulator.rotate_session_token()
    client.key = old
    assert isinstance(client.error(), CredentialsExpired)

    client.key = new

    assert client.provider.parse(client.query(), client.get(client.query())).records


def test_injected_throttling_is_parsed_as_throttled(client: ListClient) -> None:
    client.simulator.set_faults(client.name, throttle_rate=1.0)

    assert isinstance(client.error(), Throttled)
    assert client.simulator.faults_fired(client.name) == {"throttle_rate": 1}


def test_internal_error_has_a_request_id(client: ListClient) -> None:
    client.simulator.set_faults(client.name, error_rate=1.0)

    error = client.error()

    assert error.request_id
    assert sum(client.simulator.requests()[client.name]["errors"].values()) == 1


def test_denied_permission_has_the_vendors_code(client: ListClient) -> None:
    client.simulator.set_faults(client.name, denied=True)

    assert client.error().code in (
        "AuthFailure.UnauthorizedOperation",
        "PermissionInsufficient",
        "AccessDenied",
    )


def test_documented_rate_limit_is_enforced() -> None:
    with Simulator(SimulatorOptions(backlog=50)) as simulator:
        client = ListClient(simulator, "tat")
        query = client.query(limit=1)
        responses = [client.get(query) for _ in range(30)]
        client.connection.close()

    refused = sum(b"RequestLimitExceeded" in response.body for response in responses)
    assert refused > 0
    assert simulator.faults_fired("tat") == {"rate_limit": refused}


# Connection faults


def test_connection_closes_in_the_middle_of_the_body(client: ListClient) -> None:
    client.simulator.set_faults(client.name, cut_rate=1.0)

    with pytest.raises(http.client.IncompleteRead):
        client.get(client.query())


def test_connection_is_reset_before_the_response(client: ListClient) -> None:
    client.simulator.set_faults(client.name, reset_rate=1.0)

    with pytest.raises(ConnectionResetError):
        client.get(client.query())


@pytest.mark.parametrize(
    ("fault", "status"), [("gateway_rate", 502), ("html_rate", 200), ("down", 503)], ids=str
)
def test_gateway_responds_with_html(client: ListClient, fault: str, status: int) -> None:
    client.simulator.set_faults(client.name, **{fault: 1})

    response = client.get(client.query())

    assert (response.status, response.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_refusals_ask_for_a_pause(client: ListClient) -> None:
    for fault in ("throttle_rate", "gateway_rate", "down"):
        client.simulator.set_faults(client.name, retry_after=3600, **{fault: 1})
        assert client.get(client.query()).headers["retry-after"] == "3600"
        client.simulator.set_faults(client.name, **{fault: 0})
    assert "retry-after" not in client.get(client.query()).headers


def test_slow_response_ends_when_the_simulator_stops() -> None:
    simulator = Simulator(SimulatorOptions(backlog=10))
    simulator.start()
    simulator.set_faults("baidu", slow_rate=1.0, slow_seconds=3_600)
    client = ListClient(simulator, "baidu")
    client.connection.request("GET", "/v2/tasks")

    simulator.stop()

    with pytest.raises((http.client.HTTPException, OSError)):
        client.connection.getresponse().read()
        client.connection.request("GET", "/v2/tasks")
        client.connection.getresponse()
    client.connection.close()


# Time


def test_tasks_change_while_time_passes(simulator: Simulator) -> None:
    simulator.advance(timedelta(minutes=10))
    before = {task.task_id: task.states[-1].status for task in simulator.true_tasks("mps-cn")}
    simulator.advance(timedelta(hours=1))
    after = {task.task_id: task.states[-1].status for task in simulator.true_tasks("mps-cn")}

    assert len(after) > len(before)
    assert any(after[task_id] != status for task_id, status in before.items())


def test_short_retention_empties_the_list() -> None:
    lists = {name: ListOptions(arrivals_per_minute=0) for name in LIST_NAMES}
    with Simulator(SimulatorOptions(backlog=200, retention=timedelta(seconds=60), lists=lists)) as simulator:
        simulator.freeze()
        simulator.advance(timedelta(seconds=61))
        for name in LIST_NAMES:
            client = ListClient(simulator, name)
            assert client.provider.parse(client.query(), client.get(client.query())).records == ()
            assert list(simulator.true_tasks(name))
            client.connection.close()
