"""The simulator's check of Alibaba Cloud's signatures, by published vectors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from syncer.model import Credentials
from syncer.simulator.accepted_credentials import AcceptedCredentials, NonceCache
from syncer.simulator.http_messages import SimRequest
from syncer.simulator.vendors.alibaba_aiccs.signature import check_acs
from tests.support.signature_vectors import VECTORS, assert_refused, vectors


def epoch_ms(text: str) -> int:
    """The epoch millisecond of an ISO timestamp without time zone."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def acs_request(vector: dict[str, Any], **headers: str) -> SimRequest:
    """The request of an ACS3 vector, with changed or further headers."""
    given, expected = vector["inputs"], vector["expected"]
    authorization = expected.get("authorization") or (
        f"ACS3-HMAC-SHA256 Credential={given['access_key_id']},"
        f"SignedHeaders={expected['signed_headers']},Signature={expected['signature']}"
    )
    sent = {**given["headers"], "authorization": authorization, **headers}
    return SimRequest(given["method"], given["path"], urlencode(given["query"]), sent, b"")


def acs_credentials(vector: dict[str, Any], secret: str | None = None) -> AcceptedCredentials:
    """The credentials of an ACS3 vector, with another secret key if given."""
    given = vector["inputs"]
    secret_key = secret or given["access_key_secret"]
    return AcceptedCredentials(Credentials(given["access_key_id"], secret_key, given.get("security_token")))


@vectors("acs3-")
def test_acs3_vector_is_accepted_once(vector: dict[str, Any]) -> None:
    nonces = NonceCache(3_600_000)
    now_ms = epoch_ms(vector["inputs"]["headers"]["x-acs-date"].removesuffix("Z"))

    check_acs(acs_request(vector), {}, acs_credentials(vector), nonces, now_ms)

    assert_refused(
        "SignatureNonceUsed", check_acs, acs_request(vector), {}, acs_credentials(vector), nonces, now_ms
    )


@vectors("acs3-")
def test_acs3_altered_request_is_refused(vector: dict[str, Any]) -> None:
    now_ms = epoch_ms(vector["inputs"]["headers"]["x-acs-date"].removesuffix("Z"))
    for request, secret in (
        (acs_request(vector, **{"x-acs-action": "DeleteTask"}), None),
        (acs_request(vector, **{"x-acs-unsigned": "1"}), None),
        (acs_request(vector), "other"),
    ):
        key = acs_credentials(vector, secret)
        assert_refused("SignatureDoesNotMatch", check_acs, request, {}, key, NonceCache(1), now_ms)


def test_acs3_timestamp_is_valid_for_fifteen_minutes() -> None:
    vector = next(vector for vector in VECTORS if vector["id"] == "acs3-official")
    signed_ms = epoch_ms("2023-10-26T10:22:32")

    check_acs(acs_request(vector), {}, acs_credentials(vector), NonceCache(1), signed_ms + 900_000)
    late_ms = signed_ms + 900_001
    assert_refused(
        "InvalidTimeStamp.Expired",
        check_acs,
        acs_request(vector),
        {},
        acs_credentials(vector),
        NonceCache(1),
        late_ms,
    )


def rpc_request(vector: dict[str, Any], **changes: str) -> tuple[SimRequest, dict[str, str]]:
    """The request of an RPC vector with changed parameters, and these parameters."""
    given, expected = vector["inputs"], vector["expected"]
    params = {**given["params"], "Signature": expected["signature"], **changes}
    return SimRequest(given["method"], "/", urlencode(params, quote_via=quote), {}, b""), params


@vectors("rpc-")
def test_rpc_vector_is_accepted_until_it_expires(vector: dict[str, Any]) -> None:
    given = vector["inputs"]["params"]
    key = AcceptedCredentials(
        Credentials(given["AccessKeyId"], vector["inputs"]["access_key_secret"], given.get("SecurityToken"))
    )
    now_ms = epoch_ms(given["Timestamp"].removesuffix("Z"))

    check_acs(*rpc_request(vector), key, NonceCache(1), now_ms)

    altered = rpc_request(vector, Action="DeleteTask")
    assert_refused("SignatureDoesNotMatch", check_acs, *altered, key, NonceCache(1), now_ms)
    late_ms = now_ms + 3_600_000
    assert_refused("InvalidTimeStamp.Expired", check_acs, *rpc_request(vector), key, NonceCache(1), late_ms)


def test_unsigned_alibaba_request_gets_the_vendors_code() -> None:
    key = AcceptedCredentials(Credentials("id", "secret"))

    assert_refused("MissingAccessKeyId", check_acs, SimRequest("GET", "/", "", {}), {}, key, NonceCache(1), 0)
    incomplete = SimRequest("GET", "/", "", {"authorization": "ACS3"})
    assert_refused("IncompleteSignature", check_acs, incomplete, {}, key, NonceCache(1), 0)


def test_nonce_is_forgotten_after_its_time() -> None:
    nonces = NonceCache(1_000)

    assert [nonces.add("a", at_ms) for at_ms in (0, 500, 1_001)] == [True, False, True]
