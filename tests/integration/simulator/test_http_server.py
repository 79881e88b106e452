"""The simulator over HTTP: connections, headers, connection faults, rate limits and the admin port."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from syncer.errors import CredentialsError, CredentialsExpired, SyncerError, Throttled
from syncer.model import GLOBAL, Credentials, Query, Request, Response
from syncer.simulator import LIST_NAMES, ListOptions, Simulator, SimulatorOptions
from tests.support.simulator_calls import frozen_simulator, provider_for, visible_ids


class Client:
    """Reads one list with its provider over one persistent connection."""

    def __init__(self, simulator: Simulator, name: str, key: Credentials | None = None) -> None:
        self.simulator = simulator
        self.key = key
        self.provider = provider_for(name, endpoint=simulator.endpoints[name])
        (self.region,) = self.provider.regions or ()
        self.connection = connect(simulator, name)

    def query(self, **fields: Any) -> Query:
        list_name = self.provider.facts.lists[-1 if self.provider.facts.has_details is False else 2].name
        return Query(**{"list_name": list_name, "region": self.region, **fields})

    def get(self, query: Query, *, now: datetime | None = None) -> Response:
        return self.send(self.signed(self.provider.request(query), now))

    def signed(self, request: Request, now: datetime | None = None) -> Request:
        now = now or self.simulator.clock.now()
        return self.provider.sign(request, self.key or self.simulator.credentials, now, uuid.uuid4().hex)

    def send(self, request: Request) -> Response:
        url = urlsplit(request.url)
        target = f"{url.path}?{url.query}" if url.query else url.path
        self.connection.request(request.method, target, request.body or None, dict(request.headers))
        response = self.connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, response.read())

    def error(self, **fields: Any) -> SyncerError:
        query = self.query()
        with pytest.raises(SyncerError) as caught:
            self.provider.parse(query, self.get(query, **fields))
        return caught.value


def connect(simulator: Simulator, name: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(simulator.endpoints[name]).netloc, timeout=20)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with frozen_simulator(seed=3, backlog=600) as simulator:
        yield simulator


@pytest.fixture(params=LIST_NAMES)
def client(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[Client]:
    client = Client(simulator, request.param)
    yield client
    client.connection.close()


def name_of(client: Client) -> str:
    """The name of the list that the client reads."""
    netloc = urlsplit(client.provider.request(client.query()).url).netloc
    return next(name for name, url in client.simulator.endpoints.items() if url.endswith(netloc))


# Pages


def test_provider_reads_every_task(client: Client) -> None:
    name, seen = name_of(client), set()
    for listing in client.provider.facts.lists:
        query = client.query(list_name=listing.name, limit=client.provider.facts.page_size)
        while True:
            envelope = client.provider.parse(query, client.get(query))
            seen |= {client.provider.task(query, record).task_id for record in envelope.records}
            if envelope.next_cursor is None:
                break
            query = client.query(list_name=query.list_name, limit=query.limit, cursor=envelope.next_cursor)

    region = "" if client.region == GLOBAL else client.region
    assert sorted(seen) == visible_ids(client.simulator, name, region=region)
    counts = client.simulator.requests()[name]["actions"]
    assert sum(action["pages"] for action in counts.values()) >= len(client.provider.facts.lists)


def test_responses_share_one_connection_and_have_the_simulated_date(client: Client) -> None:
    client.simulator.advance(timedelta(days=1))
    client.get(client.query())
    first = client.connection.sock

    response = client.get(client.query())

    assert client.connection.sock is first is not None
    now = client.simulator.clock.now()
    assert parsedate_to_datetime(response.headers["date"]) == now.replace(microsecond=0)


# Errors


def test_wrong_secret_is_a_credentials_error(client: Client) -> None:
    client.key = Credentials(client.simulator.credentials.access_key, "wrong")

    assert isinstance(client.error(), CredentialsError)


def test_late_signature_is_refused_with_the_date_to_sign_with(client: Client) -> None:
    query = client.query()
    late = client.get(query, now=client.simulator.clock.now() - timedelta(minutes=40))

    recovered = client.get(query, now=parsedate_to_datetime(late.headers["date"]))

    with pytest.raises(SyncerError):
        client.provider.parse(query, late)
    assert client.provider.parse(query, recovered).records


def test_rotated_token_expires_the_old_one(client: Client) -> None:
    old = client.simulator.rotate_session_token()
    new = client.simulator.rotate_session_token()
    client.key = old
    assert isinstance(client.error(), CredentialsExpired)

    client.key = new

    assert client.provider.parse(client.query(), client.get(client.query())).records


def test_injected_throttling_is_parsed_as_throttled(client: Client) -> None:
    client.simulator.set_faults(name_of(client), throttle_rate=1.0)

    assert isinstance(client.error(), Throttled)
    assert client.simulator.faults_fired(name_of(client)) == {"throttle_rate": 1}


def test_internal_error_has_a_request_id(client: Client) -> None:
    client.simulator.set_faults(name_of(client), error_rate=1.0)

    error = client.error()

    assert error.request_id
    assert sum(client.simulator.requests()[name_of(client)]["errors"].values()) == 1


def test_denied_permission_has_the_vendors_code(client: Client) -> None:
    client.simulator.set_faults(name_of(client), denied=True)

    assert client.error().code in (
        "AuthFailure.UnauthorizedOperation",
        "PermissionInsufficient",
        "AccessDenied",
    )


def test_documented_rate_limit_is_enforced() -> None:
    with Simulator(SimulatorOptions(backlog=50)) as simulator:
        client = Client(simulator, "tat")
        query = client.query(limit=1)
        responses = [client.get(query) for _ in range(30)]
        client.connection.close()

    refused = sum(b"RequestLimitExceeded" in response.body for response in responses)
    assert refused > 0
    assert simulator.faults_fired("tat") == {"rate_limit": refused}


# Connection faults


def test_connection_closes_in_the_middle_of_the_body(client: Client) -> None:
    client.simulator.set_faults(name_of(client), cut_rate=1.0)

    with pytest.raises(http.client.IncompleteRead):
        client.get(client.query())


def test_connection_is_reset_before_the_response(client: Client) -> None:
    client.simulator.set_faults(name_of(client), reset_rate=1.0)

    with pytest.raises(ConnectionResetError):
        client.get(client.query())


@pytest.mark.parametrize(
    ("fault", "status"), [("gateway_rate", 502), ("html_rate", 200), ("down", 503)], ids=str
)
def test_gateway_responds_with_html(client: Client, fault: str, status: int) -> None:
    client.simulator.set_faults(name_of(client), **{fault: 1})

    response = client.get(client.query())

    assert (response.status, response.headers["content-type"]) == (status, "text/html; charset=utf-8")


def test_slow_response_ends_when_the_simulator_stops() -> None:
    simulator = Simulator(SimulatorOptions(backlog=10))
    simulator.start()
    simulator.set_faults("baidu", slow_rate=1.0, slow_seconds=3_600)
    client = Client(simulator, "baidu")
    client.connection.request("GET", "/v2/tasks")

    simulator.stop()

    with pytest.raises((http.client.HTTPException, OSError)):
        client.connection.getresponse().read()
        client.connection.request("GET", "/v2/tasks")
        client.connection.getresponse()
    client.connection.close()


# Admin port


class AdminPort:
    """A client of the admin port."""

    def __init__(self, netloc: str) -> None:
        self.netloc = netloc

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        connection = http.client.HTTPConnection(self.netloc, timeout=20)
        connection.request(method, path, json.dumps(body) if body else None)
        response = connection.getresponse()
        value = json.loads(response.read())
        connection.close()
        assert (response.status == 200) is ("error" not in value)
        return value


@pytest.fixture
def admin(simulator: Simulator) -> AdminPort:
    return AdminPort(urlsplit(simulator.endpoints["admin"]).netloc)


def test_admin_returns_the_ground_truth(simulator: Simulator, admin: AdminPort) -> None:
    truth = admin("GET", "/truth?list=aiccs")

    assert truth["tasks"] == [task.as_json() for task in simulator.true_tasks("aiccs")]
    assert datetime.fromisoformat(truth["now"]) == simulator.clock.now()
    without_records = admin("GET", "/truth?list=aiccs&records=0&future=1")["tasks"]
    assert all("record" not in state for task in without_records for state in task["states"])
    assert sum(len(task["states"]) for task in without_records) > sum(
        len(task["states"]) for task in truth["tasks"]
    )


def test_admin_moves_the_clock(simulator: Simulator, admin: AdminPort) -> None:
    before = simulator.clock.now()

    assert datetime.fromisoformat(admin("POST", "/advance", seconds=90)["now"]) == before + timedelta(
        seconds=90
    )
    assert admin("POST", "/thaw")["frozen"] is False
    assert admin("POST", "/freeze")["frozen"] is True


def test_admin_sets_and_counts_faults(simulator: Simulator, admin: AdminPort) -> None:
    client = Client(simulator, "baidu")
    admin("POST", "/faults", list="baidu", gateway_rate=1.0)
    client.get(client.query())
    client.connection.close()

    report = admin("GET", "/faults")

    assert report["baidu"] == {
        "settings": {**report["tat"]["settings"], "gateway_rate": 1.0},
        "fired": {"gateway_rate": 1},
    }
    assert admin("GET", "/requests")["baidu"]["actions"]["ListTasks"]["requests"] == 1


def test_admin_rotates_the_session_token(simulator: Simulator, admin: AdminPort) -> None:
    token = admin("POST", "/rotate")["session_token"]

    assert token == simulator.credentials.session_token == admin("GET", "/")["session_token"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/nothing", {}),
        ("GET", "/truth?list=vod", {}),
        ("POST", "/advance", {}),
        ("POST", "/advance", {"seconds": -5}),
        ("POST", "/faults", {"typo_rate": 1}),
    ],
)
def test_admin_error_is_a_sentence(admin: AdminPort, method: str, path: str, body: dict[str, Any]) -> None:
    assert admin(method, path, **body)["error"].endswith(".")


# Time and processes


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
            client = Client(simulator, name)
            assert client.provider.parse(client.query(), client.get(client.query())).records == ()
            assert list(simulator.true_tasks(name))
            client.connection.close()


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
def test_command_serves_until_a_signal(stop_signal: signal.Signals) -> None:
    program = (
        "import argparse; from syncer.cli.commands.simulate import add_arguments, run;"
        "parser = argparse.ArgumentParser(); add_arguments(parser);"
        "raise SystemExit(run(parser.parse_args()))"
    )
    words = [sys.executable, "-c", program, "--backlog", "50", "--json", "--session-token", "t0ken"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        announcement = json.loads(running.stdout.readline())
        overview = AdminPort(urlsplit(announcement["endpoints"]["admin"]).netloc)("GET", "/")
        running.send_signal(stop_signal)
        code = running.wait(timeout=30)

    assert code == 0
    assert overview["endpoints"] == announcement["endpoints"]
    assert overview["session_token"] == announcement["session_token"] == "t0ken"
    assert [source["name"] for source in tomllib.loads(announcement["config"])["sources"]] == list(LIST_NAMES)
    assert datetime.fromisoformat(overview["now"]) <= datetime.now(UTC)
