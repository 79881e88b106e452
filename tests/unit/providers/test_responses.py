"""Responses that are not a vendor's JSON, and errors that say what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncer.errors import (
    ConfigurationError,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.model import OversizedNumber, Query, Response
from syncer.providers import responses
from tests.support.provider_responses import json_response

_HTML = b"<html><head><title>Please log in</title></head></html>"


def html(status: int, **headers: str) -> Response:
    return json_response(_HTML, status, **{"content_type": "text/html; charset=utf-8", **headers})


def error_response_of(
    code: str = "Odd", message: str = "no", status: int = 400, **headers: str
) -> responses.ErrorResponse:
    return responses.ErrorResponse(
        vendor="Cloud",
        response=json_response({}, status, **headers),
        code=code,
        message=message,
        request_id="r-1",
    )


@pytest.mark.parametrize(
    ("response", "error_class"),
    [
        pytest.param(html(200), UnexpectedResponse, id="html with 200"),
        pytest.param(html(302), UnexpectedResponse, id="redirect"),
        pytest.param(html(403), UnexpectedResponse, id="html with 403"),
        pytest.param(html(404), UnexpectedResponse, id="html with 404"),
        pytest.param(html(407), ConfigurationError, id="proxy wants a login"),
        pytest.param(html(408), Retryable, id="timeout"),
        pytest.param(html(429), Throttled, id="throttled by a gateway"),
        pytest.param(html(502), Retryable, id="bad gateway"),
        pytest.param(html(503), Retryable, id="unavailable"),
        pytest.param(json_response(b'{"Response": {"TaskSet": [{"Ta'), Retryable, id="cut inside a string"),
        pytest.param(json_response(b'{"Response": {"TaskSet": ['), Retryable, id="cut between values"),
        pytest.param(json_response(b'{"a": "\xe6\xb5'), Retryable, id="cut inside a character"),
        pytest.param(json_response(b""), Retryable, id="empty"),
        pytest.param(json_response(b"", 404), UnexpectedResponse, id="empty with 404"),
        pytest.param(json_response(b"[1]"), UnexpectedResponse, id="an array"),
        pytest.param(json_response(b"null"), UnexpectedResponse, id="null"),
        pytest.param(json_response(b"[" * 200_000), ProtocolError, id="too deep"),
    ],
)
def test_unreadable_response_names_the_reaction(response: Response, error_class: type[SyncerError]) -> None:
    with pytest.raises(SyncerError) as caught:
        responses.read_object("Cloud", response)
    assert type(caught.value) is error_class
    assert "\n" not in str(caught.value)


def test_html_is_described() -> None:
    with pytest.raises(UnexpectedResponse, match=r"HTTP 200 with text/html; charset=utf-8 .*Please log in"):
        responses.read_object("Cloud", html(200))


def test_gateway_error_has_the_wait() -> None:
    with pytest.raises(Retryable) as caught:
        responses.read_object("Cloud", html(503, retry_after="7"))
    assert caught.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        (b'{"a": "\xff"}', {"a": "\udcff"}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b'{"a": ' + b"9" * 5000 + b', "b": 1}', {"a": OversizedNumber("9" * 5000), "b": 1}),
    ],
    ids=["byte order mark", "control character", "no utf-8", "beyond 64 bits", "endless digits"],
)
def test_read_object_accepts_irregular_json(body: bytes, value: object) -> None:
    assert responses.read_object("Cloud", json_response(body)) == value


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry_after": "30"}, timedelta(seconds=30)),
        ({"x_acs_retry_after": "1500", "retry_after": "30"}, timedelta(seconds=1.5)),
        ({"x_acs_retry_after": "-5"}, timedelta(0)),
        ({"x_acs_retry_after": "soon"}, None),
        ({"x_acs_retry_after": "soon", "retry_after": "30"}, timedelta(seconds=30)),
        ({"x_acs_retry_after": "", "retry_after": " 30 "}, timedelta(seconds=30)),
        ({"retry_after": "1.5"}, timedelta(seconds=1.5)),
        ({"retry_after": "-1"}, timedelta(0)),
        ({"retry_after": "\u0663"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "inf"}, None),
        (
            {"retry_after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"},
            timedelta(seconds=30),
        ),
        (
            {"retry_after": "Sun, 06 Nov 1994 08:49:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"},
            timedelta(0),
        ),
        ({"retry_after": "Sun, 06 Nov 1994 08:49:07 GMT"}, datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)),
        ({"retry_after": "Sun, 06 Nov 1994 08:49:07 -0000"}, datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)),
        (
            {"retry_after": "Sun, 06 Nov 1994 08:49:07 GMT", "date": "today"},
            datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC),
        ),
        ({"retry_after": "later"}, None),
        ({"retry_after": "9" * 30}, timedelta(days=366)),
        ({"retry_after": "9" * 5000}, timedelta(days=366)),
        ({"x_acs_retry_after": "9" * 30}, timedelta(days=366)),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait: timedelta | datetime | None) -> None:
    assert responses.retry_after(json_response({}, **headers)) == wait


def test_date_without_a_date_of_the_response_is_an_instant() -> None:
    error = error_response_of(retry_after="Sun, 06 Nov 1994 08:49:07 GMT").to_error(Throttled, "waiting")
    assert isinstance(error, Throttled)
    assert (error.retry_after, error.retry_at) == (None, datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("The key is wrong.", "The key is wrong"),
        ("two\n lines ", "two lines"),
        ("id AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE is gone", "id … is gone"),
        ("token TOKEN0EXAMPLE/+=abcdefghij bad", "token … bad"),
        ("not equal. server string to sign is:GET\nx-acs-security-token:abc", "not equal"),
        ("Invalid InvalidInvocationTaskIdentifierWord", "Invalid InvalidInvocationTaskIdentifierWord"),
        ("x" * 500, "x" * 159 + "…"),
        ("", ""),
    ],
)
def test_vendor_message_is_shortened(message: str, kept: str) -> None:
    assert responses.short_message(message) == kept


def test_error_says_what_happened_and_what_to_do() -> None:
    error = error_response_of("Odd.Code", "It is odd.").to_error(ProtocolError, "reporting it")
    assert error.message == "Cloud answers Odd.Code (It is odd): reporting it"
    assert (error.code, error.request_id) == ("Odd.Code", "r-1")


def test_error_without_message_names_the_status() -> None:
    error = error_response_of("", "", 418).to_error(ProtocolError, "reporting it")
    assert error.message == "Cloud answers HTTP 418: reporting it"


@pytest.mark.parametrize(
    ("error_response", "error_class"),
    [
        (error_response_of("Known.Sub"), ConfigurationError),
        (error_response_of(status=429, retry_after="3"), Throttled),
        (error_response_of(status=500), Retryable),
        (error_response_of(status=200), ProtocolError),
        (error_response_of("", status=404), UnexpectedResponse),
    ],
    ids=["rule", "429", "500", "unknown code", "no code"],
)
def test_error_is_chosen_by_rule_then_by_status(
    error_response: responses.ErrorResponse, error_class: type[SyncerError]
) -> None:
    error = error_response.error_by((("Known*", ConfigurationError, "write it down"),))
    assert type(error) is error_class
    if isinstance(error, Throttled):
        assert error.retry_after == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("container", "named"),
    [({}, "List is missing"), ({"List": {}}, "List is an object"), ({"List": None}, "List is null")],
)
def test_missing_list_is_named(container: dict[str, object], named: str) -> None:
    with pytest.raises(UnexpectedResponse, match=named) as caught:
        responses.record_list(container, "List", total=3, where="Cloud's answer", request_id="r-1")
    assert caught.value.request_id == "r-1"


def test_null_is_an_empty_list_if_the_total_is_zero() -> None:
    assert responses.record_list({"List": None}, "List", total=0, where="Cloud's answer", request_id="") == []


def test_ignored_id_filter_is_an_error() -> None:
    query = Query(ids=("a",))
    with pytest.raises(ProtocolError, match="other tasks than the requested one"):
        responses.check_requested_id(query, [{"id": "b"}, 7], "id", where="Cloud's list", request_id="r-1")
    responses.check_requested_id(
        query, [{"id": "b"}, {"id": "a"}], "id", where="Cloud's list", request_id="r-1"
    )
    responses.check_requested_id(query, [], "id", where="Cloud's list", request_id="r-1")
