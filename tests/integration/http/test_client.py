"""The client over real sockets: what it signs, how it recovers, and what time it tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    Stopped,
    SyncerError,
    Throttled,
)
from syncer.http import Client, ClientConfig, RateLimiters, RetryPolicy, TransportConfig
from syncer.model import (
    Credentials,
    Envelope,
    Facts,
    Listing,
    Page,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
)
from syncer.providers.base import BaseProvider
from tests.support.clocks import T0, StoryClock
from tests.support.scripted_server import Loopback, Script, loopback, response

_ERRORS: dict[str, type[SyncerError]] = {
    error.__name__: error
    for error in (
        ClockSkewed,
        ConfigurationError,
        CredentialsError,
        CredentialsExpired,
        NonceRefused,
        PageRefused,
        Retryable,
        Throttled,
    )
}
OLD, NEW = Credentials("AK", "old"), Credentials("AK", "new")


class Plain(BaseProvider):
    """A provider whose signature shows what it was made of, and whose errors name their class."""

    name = "plain"

    def __init__(self, url: str, *, has_regions: bool = False) -> None:
        self.url = url
        lists = (Listing(name="ALL", role=Role.PRIMARY),)
        self.facts = Facts(lists=lists, page_size=100, requests_per_second=1000, has_regions=has_regions)

    def request(self, query: Query) -> Request:
        return Request(method="GET", url=f"{self.url}/tasks?limit={query.limit}", action="List")

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        proof = {"X-Key": credentials.secret_key, "X-Time": now.isoformat(), "X-Nonce": nonce}
        return replace(request, headers={**request.headers, **proof})

    def parse(self, query: Query, answer: Response) -> Envelope:
        content = self._content(answer)
        return Envelope(records=tuple(content["tasks"]), next_cursor=None, request_id="r-1")

    def task(self, query: Query, record: Mapping[str, Any]) -> Task:
        return Task(task_id=record["id"], status=Status.RUNNING)

    def regions_request(self) -> Request:
        return Request(method="GET", url=f"{self.url}/regions", action="Regions")

    def parse_regions(self, answer: Response) -> tuple[str, ...]:
        return tuple(self._content(answer)["regions"])

    def _content(self, answer: Response) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(answer.body)
        except ValueError:
            raise ProtocolError("no JSON") from None
        if "error" in content:
            error = _ERRORS[content["error"]]("the vendor says no", code="No", request_id="r-1")
            if isinstance(error, Retryable) and "wait" in content:
                error.retry_after = timedelta(seconds=content["wait"])
            raise error
        return content


class Keys:
    """Credentials, and those they are replaced by."""

    def __init__(self, *others: Credentials) -> None:
        self.others = list(others)
        self.credentials = OLD

    def current(self) -> Credentials:
        return self.credentials

    def renewed(self, refused: Credentials) -> Credentials:
        self.credentials = self.others.pop(0) if self.others else refused
        return self.credentials


class Story:
    """A client, its clock, and a server whose answers are scripted."""

    def __init__(self, server: Loopback, scripts: list[Script]) -> None:
        self.server = server
        self.scripts = scripts
        self.clock = StoryClock()
        #: How far the provider's clock is ahead of the machine's; None: its answers bear no Date.
        self.ahead: timedelta | None = timedelta(0)
        self.keys = Keys()

    def client(self, *, has_regions: bool = False, **retry_policy: Any) -> Client:
        config = ClientConfig(
            account="a",
            requests_per_second=1000,
            retry_policy=RetryPolicy(**retry_policy),
            redact=("secret",),
        )
        provider = Plain(self.server.url, has_regions=has_regions)
        return Client(provider, self.keys, RateLimiters(self.clock), self.clock, config=config)

    def answers(self, *contents: dict[str, Any] | bytes) -> None:
        """Answer with each of `contents` in turn, with the last one from then on."""
        self.scripts.extend(self._script(content) for content in contents)

    def sent(self, header: str) -> list[str]:
        """The values of `header` in the requests so far."""
        lines = (request.decode().split("\r\n") for request in self.server.requests)
        pairs = (line.partition(": ") for request in lines for line in request)
        return [value for name, _, value in pairs if name.lower() == header.lower()]

    def _script(self, content: dict[str, Any] | bytes) -> Script:
        def play(connection: Any) -> None:
            date = ""
            if self.ahead is not None:
                at = (self.clock.now() + self.ahead).replace(microsecond=0)
                date = f"Date: {format_datetime(at, usegmt=True)}\r\n"
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            headers = f"{date}Connection: close\r\n"
            self.server.answer(response(body, headers=headers))(connection)

        return play


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with loopback() as (server, scripts):
        yield Story(server, scripts)


PAGE: dict[str, Any] = {"tasks": [{"id": "1", "secret": "x"}]}
ALL = Query(list_name="ALL")


def ask(story: Story, **retry_policy: Any) -> Page:
    with story.client(**retry_policy) as client:
        return client(ALL)


def test_page_is_parsed_dated_and_redacted(story: Story) -> None:
    story.answers(PAGE)
    page = ask(story)
    assert [sighting.task.task_id for sighting in page.sightings] == ["1"]
    assert (page.sightings[0].record, page.request_id, page.requests) == ('{"id":"1"}', "r-1", 1)
    assert T0 - timedelta(seconds=3) <= page.observed_at <= T0


def test_page_is_asked_again_with_another_nonce(story: Story) -> None:
    story.answers({"error": "Retryable"}, {"error": "NonceRefused"}, b"", PAGE)
    story.scripts[2] = story.server.answer()  # the connection ends before an answer
    page = ask(story)
    assert page.requests == 4
    assert len(set(story.sent("x-nonce"))) == 4


def test_last_failure_is_raised_with_its_attempts(story: Story) -> None:
    story.answers({"error": "Retryable"})
    with pytest.raises(Retryable, match="the vendor says no; gave up after 3 attempts in"):
        ask(story, attempts=3)
    assert len(story.server.requests) == 3


def test_patience_ends(story: Story) -> None:
    story.answers({"error": "Throttled", "wait": 50})
    with pytest.raises(Throttled, match="gave up after 3 attempts"):
        ask(story, overall=timedelta(minutes=2))
    assert story.clock.now() - T0 < timedelta(minutes=2)


def test_throttling_is_obeyed_by_all_of_the_account(story: Story) -> None:
    story.answers({"error": "Throttled", "wait": 7}, PAGE)
    ask(story)
    assert story.clock.now() - T0 >= timedelta(seconds=7)
    assert story.clock.now() - T0 < timedelta(seconds=8)


@pytest.mark.parametrize("name", ["PageRefused", "ConfigurationError"])
def test_what_cannot_be_mended_is_raised_at_once(story: Story, name: str) -> None:
    story.answers({"error": name}, PAGE)
    with pytest.raises(_ERRORS[name]):
        ask(story)
    assert len(story.server.requests) == 1


def test_html_is_a_protocol_error(story: Story) -> None:
    story.answers(b"<html>")
    with pytest.raises(ProtocolError):
        ask(story)


def test_stopping_ends_the_waiting(story: Story) -> None:
    story.answers({"error": "Retryable"})
    story.clock.is_stopped = True
    with pytest.raises(Stopped):
        ask(story)
    assert len(story.server.requests) == 1


def test_regions_are_asked_for(story: Story) -> None:
    story.answers({"regions": ["ap-guangzhou"]})
    with story.client(has_regions=True) as client:
        assert client.regions() == ("ap-guangzhou",)


def test_stalled_answer_is_asked_for_again(story: Story) -> None:
    story.answers(b"", PAGE)
    story.scripts[0] = story.server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")
    assert ask(story, per_attempt=timedelta(seconds=0.3)).requests == 2


# Credentials


def test_expired_token_is_read_again(story: Story) -> None:
    story.keys = Keys(NEW)
    story.answers({"error": "CredentialsExpired"}, PAGE)
    ask(story)
    assert story.sent("x-key") == ["old", "new"]


def test_rotated_key_is_read_again(story: Story) -> None:
    story.keys = Keys(NEW)
    story.answers({"error": "CredentialsError"}, PAGE)
    ask(story)
    assert story.sent("x-key") == ["old", "new"]


def test_refused_key_is_raised_without_asking_twice(story: Story) -> None:
    story.answers({"error": "CredentialsError"})
    with pytest.raises(CredentialsError, match=r"the vendor says no \(request r-1\)"):
        ask(story)
    assert len(story.server.requests) == 1


# Time


@pytest.mark.parametrize("minutes", [-10, 10])
def test_refused_time_is_corrected_by_the_answers_date(story: Story, minutes: int) -> None:
    story.ahead = timedelta(minutes=minutes)
    story.answers({"error": "ClockSkewed"}, PAGE)
    page = ask(story)
    first, second = (datetime.fromisoformat(value) for value in story.sent("x-time"))
    assert first == T0
    assert abs(second - T0 - story.ahead) < timedelta(seconds=3)
    assert abs(page.observed_at - T0 - story.ahead) < timedelta(seconds=3)


def test_time_that_stays_refused_is_explained(story: Story) -> None:
    story.ahead = timedelta(minutes=-10)
    story.answers({"error": "ClockSkewed"})
    with pytest.raises(ConfigurationError, match=r"clock is (599|600) s ahead of the provider's"):
        ask(story)
    assert len(story.server.requests) == 3


@pytest.mark.parametrize("minutes", [-10, 10])
def test_first_page_is_dated_by_the_provider(story: Story, minutes: int) -> None:
    story.ahead = timedelta(minutes=minutes)
    story.answers(PAGE)
    page = ask(story)
    assert abs(page.observed_at - T0 - story.ahead) < timedelta(seconds=3)
    assert page.observed_at <= T0 + story.ahead
    assert page.sightings[0].observed_at == page.observed_at


def test_time_is_the_machines_until_the_provider_tells_it(story: Story) -> None:
    story.ahead = timedelta(minutes=-10)
    story.answers(PAGE)
    with story.client() as client:
        assert client.now() == story.clock.now()
        client(ALL)
        assert abs(client.now() - T0 - story.ahead) < timedelta(seconds=3)


def test_answers_without_a_date_leave_the_machines_time(story: Story) -> None:
    story.ahead = None
    story.answers(PAGE)
    with story.client() as client:
        client(ALL)
        assert client.now() == client.now() == story.clock.now()


def test_proxys_date_is_not_the_vendors(story: Story) -> None:
    story.ahead = timedelta(minutes=-10)
    story.answers(b"<html>")
    with story.client() as client:
        with pytest.raises(ProtocolError):
            client(ALL)
        assert client.offset is None


# Threads


def test_threads_share_one_client(story: Story) -> None:
    story.answers(PAGE)
    pages: list[Page] = []
    with story.client() as client:
        threads = [threading.Thread(target=lambda: pages.append(client(ALL))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(pages) == 8
    assert len(set(story.sent("x-nonce"))) == 8


def test_unusable_authorities_are_told_at_once(story: Story, tmp_path: Any) -> None:
    config = ClientConfig(
        account="a", requests_per_second=1, transport=TransportConfig(ca_file=tmp_path / "none.pem")
    )
    with pytest.raises(ConfigurationError, match="ca_file"):
        Client(Plain(story.server.url), story.keys, RateLimiters(story.clock), story.clock, config=config)
