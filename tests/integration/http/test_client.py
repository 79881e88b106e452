"""The client over real sockets: signatures, retries, credentials and the provider's time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncer.engine import run_stream
from syncer.errors import ConfigurationError, CredentialsError, ProtocolError, Retryable, Stopped, Throttled
from syncer.http import Client, ClientConfig, RateLimiters, TransportConfig
from syncer.model import Mode, Page
from tests.support.client_harness import (
    ALL,
    ERRORS,
    NEW,
    PAGE,
    ClientHarness,
    MinimalProvider,
    RenewableCredentials,
)
from tests.support.clocks import T0
from tests.support.fake_store import FakeStore
from tests.support.fakes import make_stream
from tests.support.log_events import collected_events, fields
from tests.support.scripted_server import ScriptedServer


@pytest.fixture
def harness(server: ScriptedServer) -> ClientHarness:
    return ClientHarness(server)


def test_page_is_parsed_dated_and_redacted(harness: ClientHarness) -> None:
    harness.respond(PAGE)
    page = harness.fetch()
    assert [sighting.task.task_id for sighting in page.sightings] == ["1"]
    assert (page.sightings[0].record, page.request_id, page.requests) == ('{"id":"1"}', "r-1", 1)
    assert T0 - timedelta(seconds=3) <= page.requested_at <= T0 <= page.observed_at


def test_each_attempt_has_its_own_nonce(harness: ClientHarness) -> None:
    harness.respond({"error": "Retryable"}, {"error": "NonceRefused"}, b"", PAGE)
    harness.server.scripts[2] = harness.server.respond()  # the connection ends before a response
    page = harness.fetch()
    assert page.requests == 4
    assert len(set(harness.sent("x-nonce"))) == 4


def test_last_error_is_raised_with_the_number_of_attempts(harness: ClientHarness) -> None:
    harness.respond({"error": "Retryable"})
    with pytest.raises(Retryable, match="the vendor says no; gave up after 3 attempts in"):
        harness.fetch(max_attempts=3)
    assert len(harness.server.requests) == 3


@pytest.mark.parametrize("answer", [PAGE, b""], ids=["complete", "broken off"])
def test_request_under_way_during_a_suspension_is_sent_again(
    harness: ClientHarness, answer: dict[str, Any] | bytes
) -> None:
    harness.respond(PAGE, answer, PAGE)
    respond = harness.server.scripts[1]

    def suspend(connection: Any) -> None:
        harness.clock.advance(3600)
        (respond if answer else harness.server.respond())(connection)

    harness.server.scripts[1] = suspend
    with harness.client() as client:
        client(ALL)
        page = client(ALL)
    assert page.requests == 2
    # The time of the second request: the clock of the provider went on during the suspension.
    assert page.requested_at >= T0 + timedelta(seconds=3600 - 3)


def test_total_timeout_ends_the_retries(harness: ClientHarness) -> None:
    harness.respond({"error": "Throttled", "wait": 50})
    with pytest.raises(Throttled, match="gave up after 3 attempts"):
        harness.fetch(total_timeout=timedelta(minutes=2))
    assert harness.clock.now() - T0 < timedelta(minutes=2)


def test_retry_after_is_obeyed(harness: ClientHarness) -> None:
    harness.respond({"error": "Throttled", "wait": 7}, PAGE)
    harness.fetch()
    assert harness.clock.now() - T0 >= timedelta(seconds=7)
    assert harness.clock.now() - T0 < timedelta(seconds=8)


@pytest.mark.parametrize("name", ["Throttled", "Retryable"])
def test_long_retry_after_is_obeyed_by_every_call_of_the_action(harness: ClientHarness, name: str) -> None:
    harness.respond({"error": name, "wait": 3600}, PAGE)
    with harness.client() as client:
        for _ in range(2):
            with pytest.raises(Retryable) as refused:
                client(ALL)
            assert refused.value.retry_after == timedelta(hours=1)
        assert len(harness.server.requests) == 1
        harness.clock.advance(3590)
        assert client(ALL).requests == 1
    assert harness.clock.now() - T0 >= timedelta(hours=1)


def test_resuming_ends_the_pause_of_the_vendor(harness: ClientHarness) -> None:
    harness.respond({"error": "Throttled", "wait": 3600}, PAGE)
    with harness.client() as client:
        with pytest.raises(Throttled):
            client(ALL)
        client.resume()
        client(ALL)
    assert harness.clock.now() - T0 < timedelta(minutes=1)


def test_insane_retry_after_is_bounded(harness: ClientHarness) -> None:
    harness.respond({"error": "Throttled", "wait": 10**10})
    with pytest.raises(Throttled) as refused:
        harness.fetch()
    assert refused.value.retry_after == timedelta(days=1)


def test_retry_after_as_an_instant_is_obeyed(harness: ClientHarness) -> None:
    harness.respond({"error": "Throttled", "until": (T0 + timedelta(seconds=40)).isoformat()}, PAGE)
    harness.fetch()
    assert timedelta(seconds=39) < harness.clock.now() - T0 < timedelta(seconds=43)


@pytest.mark.parametrize("name", ["PageRefused", "ConfigurationError"])
def test_final_error_is_raised_at_once(harness: ClientHarness, name: str) -> None:
    harness.respond({"error": name}, PAGE)
    with pytest.raises(ERRORS[name]):
        harness.fetch()
    assert len(harness.server.requests) == 1


def test_html_among_the_responses_is_requested_again(harness: ClientHarness) -> None:
    harness.respond(b"<html>", b"<html>", PAGE)
    assert harness.fetch().requests == 3


def test_html_that_stays_is_a_protocol_error(harness: ClientHarness) -> None:
    harness.respond(b"<html>")
    with pytest.raises(ProtocolError, match="no JSON; gave up after 6 attempts"):
        harness.fetch()


def test_stopping_ends_the_pause(harness: ClientHarness) -> None:
    harness.respond({"error": "Retryable"})
    harness.clock.is_stopped = True
    with pytest.raises(Stopped):
        harness.fetch()
    assert len(harness.server.requests) == 1


def test_regions_are_fetched(harness: ClientHarness) -> None:
    harness.respond({"regions": ["ap-guangzhou"]})
    with harness.client() as client:
        assert client.regions() == ("ap-guangzhou",)


def test_dripping_response_is_requested_again(harness: ClientHarness) -> None:
    harness.respond(b"", PAGE)
    harness.server.scripts[0] = harness.server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")
    assert harness.fetch(attempt_timeout=timedelta(seconds=0.3)).requests == 2


# Credentials


@pytest.mark.parametrize("name", ["CredentialsExpired", "CredentialsError"], ids=["token", "key"])
def test_refused_credentials_are_read_again(harness: ClientHarness, name: str) -> None:
    harness.credentials = RenewableCredentials(NEW)
    harness.respond({"error": name}, PAGE)
    harness.fetch()
    assert harness.sent("x-key") == ["old", "new"]


def test_refused_key_without_a_newer_one_is_sent_once(harness: ClientHarness) -> None:
    harness.respond({"error": "CredentialsError"})
    with pytest.raises(CredentialsError, match=r"the vendor says no \(request r-1\)"):
        harness.fetch()
    assert len(harness.server.requests) == 1


# The provider's time


@pytest.mark.parametrize("minutes", [-10, 10])
def test_refused_time_is_corrected_by_the_date_of_the_response(harness: ClientHarness, minutes: int) -> None:
    harness.ahead = timedelta(minutes=minutes)
    harness.respond({"error": "ClockSkewed"}, PAGE)
    page = harness.fetch()
    first, second = (datetime.fromisoformat(value) for value in harness.sent("x-time"))
    assert first == T0
    assert abs(second - T0 - harness.ahead) < timedelta(seconds=3)
    assert abs(page.observed_at - T0 - harness.ahead) < timedelta(seconds=3)


def test_time_refused_again_is_a_wrong_configuration(harness: ClientHarness) -> None:
    harness.ahead = timedelta(minutes=-10)
    harness.respond({"error": "ClockSkewed"})
    with pytest.raises(ConfigurationError, match=r"clock is (599|600) s ahead of the provider's"):
        harness.fetch()
    assert len(harness.server.requests) == 3


@pytest.mark.parametrize("minutes", [-10, 10])
def test_first_page_carries_the_providers_time(harness: ClientHarness, minutes: int) -> None:
    harness.ahead = timedelta(minutes=minutes)
    harness.respond(PAGE)
    page = harness.fetch()
    assert abs(page.observed_at - T0 - harness.ahead) < timedelta(seconds=3)
    assert page.requested_at <= T0 + harness.ahead <= page.observed_at
    (sighting,) = page.sightings
    assert (sighting.requested_at, sighting.observed_at) == (page.requested_at, page.observed_at)


def test_time_is_the_machines_before_the_first_response(harness: ClientHarness) -> None:
    harness.ahead = timedelta(minutes=-10)
    harness.respond(PAGE)
    with harness.client() as client:
        assert client.now() == harness.clock.now()
        client(ALL)
        assert abs(client.now() - T0 - harness.ahead) < timedelta(seconds=3)


def test_time_stays_the_machines_without_a_date(harness: ClientHarness) -> None:
    harness.ahead = None
    harness.respond(PAGE)
    with harness.client() as client:
        client(ALL)
        assert client.now() == client.now() == harness.clock.now()


def test_date_of_a_proxy_is_not_the_vendors(harness: ClientHarness) -> None:
    harness.ahead = timedelta(minutes=-10)
    harness.respond(b"<html>")
    with harness.client() as client:
        with pytest.raises(ProtocolError):
            client(ALL)
        assert client.clock_offset is None


# Threads and configuration


def test_threads_share_one_client(harness: ClientHarness) -> None:
    harness.respond(PAGE)
    pages: list[Page] = []
    with harness.client() as client:
        threads = [threading.Thread(target=lambda: pages.append(client(ALL))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(pages) == 8
    assert len(set(harness.sent("x-nonce"))) == 8


def test_unusable_ca_file_is_reported_at_construction(harness: ClientHarness, tmp_path: Path) -> None:
    config = ClientConfig(
        account="a", requests_per_second=1, transport=TransportConfig(ca_file=tmp_path / "none.pem")
    )
    provider, limiters = MinimalProvider(harness.server.url), RateLimiters(harness.clock)
    with pytest.raises(ConfigurationError, match="ca_file"):
        Client(provider, harness.credentials, limiters, harness.clock, config=config)


# Log lines


def test_retried_request_of_a_run_names_source_stream_and_run(harness: ClientHarness) -> None:
    harness.respond({"error": "Retryable"}, PAGE)
    with harness.client() as client, collected_events() as events:
        facts = MinimalProvider(harness.server.url).facts
        run_stream(FakeStore(), client, stream=make_stream(name="mps-cn"), facts=facts, wanted=Mode.POLL)
    (retried,) = [event for event in events if event["event"] == "request.retried"]
    labels = fields(retried, "source", "stream", "mode", "run_id", "action", "reason")
    assert labels == ("mps-cn", "mps-cn", "sweep", 1, "List", "Retryable")
