"""The simulator's check of Tencent's signature, by published vectors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syncer.model import Credentials
from syncer.simulator.accepted_credentials import AcceptedCredentials
from syncer.simulator.http_messages import SimRequest
from syncer.simulator.vendors.tencent.signature import check_tc3
from tests.support.signature_vectors import VECTORS, assert_refused, vectors


def tc3_request(vector: dict[str, Any], **changes: Any) -> SimRequest:
    """The request of a vector, with `changes` to its payload, query or headers."""
    given, expected = vector["inputs"], vector["expected"]
    date = f"{datetime.fromtimestamp(given['timestamp'], UTC):%Y-%m-%d}"
    authorization = (
        f"TC3-HMAC-SHA256 Credential={given['secret_id']}/{date}/{given['service']}/tc3_request, "
        f"SignedHeaders={expected['signed_headers']}, Signature={expected['signature']}"
    )
    headers = {
        "authorization": authorization,
        "content-type": given["content_type"],
        "host": given["host"],
        "x-tc-timestamp": str(given["timestamp"]),
        **given.get("extra_signed_headers", {}),
    }
    if given.get("token"):
        headers["x-tc-token"] = given["token"]
    body = changes.get("payload", given["payload"]).encode()
    query = changes.get("query", given["query"])
    return SimRequest(given["method"], "/", query, {**headers, **changes.get("headers", {})}, body)


def tc3_credentials(vector: dict[str, Any], **changes: Any) -> AcceptedCredentials:
    """The credentials of a vector, with `changes` to its inputs."""
    given = {**vector["inputs"], **changes}
    return AcceptedCredentials(Credentials(given["secret_id"], given["secret_key"], given.get("token")))


@vectors("tc3-")
def test_tc3_vector_is_accepted(vector: dict[str, Any]) -> None:
    given = vector["inputs"]

    check_tc3(tc3_request(vector), tc3_credentials(vector), given["service"], given["timestamp"] * 1000)


@vectors("tc3-")
def test_tc3_altered_request_is_refused(vector: dict[str, Any]) -> None:
    given, key, now_ms = vector["inputs"], tc3_credentials(vector), vector["inputs"]["timestamp"] * 1000
    query = tc3_request(vector, query=given["query"] + "&x=1")
    host = tc3_request(vector, headers={"host": "evil.example.com"})
    timestamp = tc3_request(vector, headers={"x-tc-timestamp": str(given["timestamp"] + 1)})

    for request in (query, host, timestamp):
        assert_refused("AuthFailure.SignatureFailure", check_tc3, request, key, given["service"], now_ms)
    assert_refused("AuthFailure.SignatureFailure", check_tc3, tc3_request(vector), key, "cvm2", now_ms)
    wrong_secret = tc3_credentials(vector, secret_key="other")
    assert_refused(
        "AuthFailure.SignatureFailure", check_tc3, tc3_request(vector), wrong_secret, given["service"], now_ms
    )
    unknown_key = tc3_credentials(vector, secret_id="AKIDother")
    assert_refused(
        "AuthFailure.SecretIdNotFound", check_tc3, tc3_request(vector), unknown_key, given["service"], now_ms
    )


def test_tc3_signature_covers_the_body() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "tc3-official-2019")
    request = tc3_request(vector, payload="{}")

    assert_refused(
        "AuthFailure.SignatureFailure", check_tc3, request, tc3_credentials(vector), "cvm", 1551113065_000
    )


def test_tc3_timestamp_is_valid_for_five_minutes() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "tc3-official-2019")
    request, key, signed_ms = tc3_request(vector), tc3_credentials(vector), 1551113065_000

    for skew_ms in (-300_000, 300_000):
        check_tc3(request, key, "cvm", signed_ms + skew_ms)
    for skew_ms in (-300_001, 300_001):
        assert_refused("AuthFailure.SignatureExpire", check_tc3, request, key, "cvm", signed_ms + skew_ms)


def test_tc3_expired_or_missing_token_is_refused() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "tc3-tat-sts")
    key, now_ms = tc3_credentials(vector), vector["inputs"]["timestamp"] * 1000
    without_token = tc3_request(vector, headers={"x-tc-token": ""})

    assert_refused("AuthFailure.TokenFailure", check_tc3, without_token, key, "tat", now_ms)
    key.rotate()
    assert_refused("AuthFailure.TokenFailure", check_tc3, tc3_request(vector), key, "tat", now_ms)


@pytest.mark.parametrize("authorization", ["", "Basic eA==", "TC3-HMAC-SHA256 Credential=x"])
def test_tc3_malformed_authorization_is_refused(authorization: str) -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "tc3-official-2019")
    request = tc3_request(vector, headers={"authorization": authorization})

    assert_refused(
        "AuthFailure.InvalidAuthorization", check_tc3, request, tc3_credentials(vector), "cvm", 1551113065_000
    )
