"""The simulator's check of Baidu's signature, by published vectors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from syncer.model import Credentials
from syncer.simulator.accepted_credentials import AcceptedCredentials
from syncer.simulator.http_messages import SimRequest
from syncer.simulator.vendors.baidu_vod.signature import check_bce
from tests.support.signature_vectors import assert_refused, vectors


def bce_request(vector: dict[str, Any], **headers: str) -> SimRequest:
    """The request of a vector, with changed headers."""
    given, expected = vector["inputs"], vector["expected"]
    sent = {name: str(value) for name, value in given["headers"].items()}
    query = urlencode(given["params"], quote_via=quote)
    return SimRequest(
        given["method"], given["path"], query, {**sent, "authorization": expected["authorization"], **headers}
    )


def bce_credentials(vector: dict[str, Any], secret: str | None = None) -> AcceptedCredentials:
    """The credentials of a vector, with another secret key if given."""
    given = vector["inputs"]
    token = given["headers"].get("x-bce-security-token")
    return AcceptedCredentials(
        Credentials(given["access_key_id"], secret or given["secret_access_key"], token)
    )


@vectors("bce-")
def test_bce_vector_is_accepted_while_it_is_valid(vector: dict[str, Any]) -> None:
    now_ms = vector["inputs"]["timestamp"] * 1000

    for at_ms in (now_ms, now_ms + 1_800_000, now_ms - 60_000):
        check_bce(bce_request(vector), bce_credentials(vector), at_ms)


@vectors("bce-")
def test_bce_altered_request_is_refused(vector: dict[str, Any]) -> None:
    now_ms = vector["inputs"]["timestamp"] * 1000
    other_host = bce_request(vector, host="evil.example.com")

    assert_refused("SignatureDoesNotMatch", check_bce, other_host, bce_credentials(vector), now_ms)
    assert_refused(
        "SignatureDoesNotMatch", check_bce, bce_request(vector), bce_credentials(vector, "other"), now_ms
    )
    assert_refused(
        "RequestExpired", check_bce, bce_request(vector), bce_credentials(vector), now_ms + 1_800_001
    )


def test_bce_missing_or_malformed_authorization_is_refused() -> None:
    key = AcceptedCredentials(Credentials("id", "secret"))

    assert_refused("AccessDenied", check_bce, SimRequest("GET", "/v2/tasks", "", {}), key, 0)
    for text in ("bce-auth-v1", f"bce-auth-v1/id/now/1800/host/{'0' * 64}"):
        request = SimRequest("GET", "/v2/tasks", "", {"authorization": text})
        assert_refused("InvalidHTTPAuthHeader", check_bce, request, key, 0)
