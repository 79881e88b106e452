"""The simulator's own checks, held against the published vectors: right ones pass, bent ones do not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from syncer.model import Credentials
from syncer.simulator.credentials import AcceptedCredentials, NonceBook
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.vendors.alibaba_aiccs.signature import check_acs
from syncer.simulator.vendors.baidu_vod.signature import check_bce
from syncer.simulator.vendors.tencent.signature import check_tc3

_FILE = Path(__file__).parents[2] / "data" / "signature_vectors.json"
_VECTORS = json.loads(_FILE.read_text(encoding="utf-8"))["vectors"]


def vectors(*prefixes: str) -> pytest.MarkDecorator:
    found = [vector for vector in _VECTORS if vector["id"].startswith(prefixes)]
    assert found
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector["id"]) for vector in found])


def assert_refused(code: str, check: Any, *arguments: Any) -> None:
    with pytest.raises(ApiError) as caught:
        check(*arguments)
    assert caught.value.code == code


def moment_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


# Tencent


def tc3_call(vector: dict[str, Any], **changes: Any) -> SimRequest:
    """The request of a vector, with `changes` to its payload, query or headers."""
    given, expected = vector["inputs"], vector["expected"]
    moment = datetime.fromtimestamp(given["timestamp"], UTC)
    authorization = (
        f"TC3-HMAC-SHA256 Credential={given['secret_id']}/{moment:%Y-%m-%d}/{given['service']}/tc3_request, "
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


def tc3_key(vector: dict[str, Any], **changes: Any) -> AcceptedCredentials:
    given = {**vector["inputs"], **changes}
    return AcceptedCredentials(Credentials(given["secret_id"], given["secret_key"], given.get("token")))


@vectors("tc3-")
def test_tc3_vector_passes(vector: dict[str, Any]) -> None:
    given = vector["inputs"]

    check_tc3(tc3_call(vector), tc3_key(vector), given["service"], given["timestamp"] * 1000)


@vectors("tc3-")
def test_tc3_bent_request_is_refused(vector: dict[str, Any]) -> None:
    given, key, now_ms = vector["inputs"], tc3_key(vector), vector["inputs"]["timestamp"] * 1000
    bent = tc3_call(vector, query=given["query"] + "&x=1")
    elsewhere = tc3_call(vector, headers={"host": "evil.example.com"})
    late = tc3_call(vector, headers={"x-tc-timestamp": str(given["timestamp"] + 1)})

    for call in (bent, elsewhere, late):
        assert_refused("AuthFailure.SignatureFailure", check_tc3, call, key, given["service"], now_ms)
    assert_refused("AuthFailure.SignatureFailure", check_tc3, tc3_call(vector), key, "cvm2", now_ms)
    wrong = tc3_key(vector, secret_key="other")
    assert_refused(
        "AuthFailure.SignatureFailure", check_tc3, tc3_call(vector), wrong, given["service"], now_ms
    )
    nobody = tc3_key(vector, secret_id="AKIDother")
    assert_refused(
        "AuthFailure.SecretIdNotFound", check_tc3, tc3_call(vector), nobody, given["service"], now_ms
    )


def test_tc3_body_is_covered() -> None:
    vector = next(vector for vector in _VECTORS if vector["id"] == "tc3-official-2019")
    call = tc3_call(vector, payload="{}")

    assert_refused("AuthFailure.SignatureFailure", check_tc3, call, tc3_key(vector), "cvm", 1551113065_000)


def test_tc3_time_has_five_minutes() -> None:
    vector = next(vector for vector in _VECTORS if vector["id"] == "tc3-official-2019")
    call, key, signed_ms = tc3_call(vector), tc3_key(vector), 1551113065_000

    for skew_ms in (-300_000, 300_000):
        check_tc3(call, key, "cvm", signed_ms + skew_ms)
    for skew_ms in (-300_001, 300_001):
        assert_refused("AuthFailure.SignatureExpire", check_tc3, call, key, "cvm", signed_ms + skew_ms)


def test_tc3_token_must_be_the_current_one() -> None:
    vector = next(vector for vector in _VECTORS if vector["id"] == "tc3-tat-sts")
    key, now_ms = tc3_key(vector), vector["inputs"]["timestamp"] * 1000
    without = tc3_call(vector, headers={"x-tc-token": ""})

    assert_refused("AuthFailure.TokenFailure", check_tc3, without, key, "tat", now_ms)
    key.rotate()
    assert_refused("AuthFailure.TokenFailure", check_tc3, tc3_call(vector), key, "tat", now_ms)


@pytest.mark.parametrize("authorization", ["", "Basic eA==", "TC3-HMAC-SHA256 Credential=x"])
def test_tc3_malformed_authorization_is_refused(authorization: str) -> None:
    vector = next(vector for vector in _VECTORS if vector["id"] == "tc3-official-2019")
    call = tc3_call(vector, headers={"authorization": authorization})

    assert_refused(
        "AuthFailure.InvalidAuthorization", check_tc3, call, tc3_key(vector), "cvm", 1551113065_000
    )


# Alibaba Cloud


def acs_call(vector: dict[str, Any], **headers: str) -> SimRequest:
    given, expected = vector["inputs"], vector["expected"]
    authorization = expected.get("authorization") or (
        f"ACS3-HMAC-SHA256 Credential={given['access_key_id']},"
        f"SignedHeaders={expected['signed_headers']},Signature={expected['signature']}"
    )
    sent = {**given["headers"], "authorization": authorization, **headers}
    return SimRequest(given["method"], given["path"], urlencode(given["query"]), sent, b"")


def acs_key(vector: dict[str, Any], secret: str | None = None) -> AcceptedCredentials:
    given = vector["inputs"]
    secret_key = secret or given["access_key_secret"]
    return AcceptedCredentials(Credentials(given["access_key_id"], secret_key, given.get("security_token")))


@vectors("acs3-")
def test_acs3_vector_passes_once(vector: dict[str, Any]) -> None:
    nonces = NonceBook(3_600_000)
    now_ms = moment_ms(vector["inputs"]["headers"]["x-acs-date"].removesuffix("Z"))

    check_acs(acs_call(vector), {}, acs_key(vector), nonces, now_ms)

    assert_refused("SignatureNonceUsed", check_acs, acs_call(vector), {}, acs_key(vector), nonces, now_ms)


@vectors("acs3-")
def test_acs3_bent_request_is_refused(vector: dict[str, Any]) -> None:
    now_ms = moment_ms(vector["inputs"]["headers"]["x-acs-date"].removesuffix("Z"))
    for call, secret in (
        (acs_call(vector, **{"x-acs-action": "DeleteTask"}), None),
        (acs_call(vector, **{"x-acs-unsigned": "1"}), None),
        (acs_call(vector), "other"),
    ):
        key = acs_key(vector, secret)
        assert_refused("SignatureDoesNotMatch", check_acs, call, {}, key, NonceBook(1), now_ms)


def test_acs3_time_has_fifteen_minutes() -> None:
    vector = next(vector for vector in _VECTORS if vector["id"] == "acs3-official")
    signed_ms = moment_ms("2023-10-26T10:22:32")

    check_acs(acs_call(vector), {}, acs_key(vector), NonceBook(1), signed_ms + 900_000)
    late_ms = signed_ms + 900_001
    assert_refused(
        "InvalidTimeStamp.Expired", check_acs, acs_call(vector), {}, acs_key(vector), NonceBook(1), late_ms
    )


def rpc_call(vector: dict[str, Any], **changes: str) -> tuple[SimRequest, dict[str, str]]:
    given, expected = vector["inputs"], vector["expected"]
    params = {**given["params"], "Signature": expected["signature"], **changes}
    return SimRequest(given["method"], "/", urlencode(params, quote_via=quote), {}, b""), params


@vectors("rpc-")
def test_rpc_vector_passes(vector: dict[str, Any]) -> None:
    given = vector["inputs"]["params"]
    key = AcceptedCredentials(
        Credentials(given["AccessKeyId"], vector["inputs"]["access_key_secret"], given.get("SecurityToken"))
    )
    now_ms = moment_ms(given["Timestamp"].removesuffix("Z"))

    check_acs(*rpc_call(vector), key, NonceBook(1), now_ms)

    bent = rpc_call(vector, Action="DeleteTask")
    assert_refused("SignatureDoesNotMatch", check_acs, *bent, key, NonceBook(1), now_ms)
    late_ms = now_ms + 3_600_000
    assert_refused("InvalidTimeStamp.Expired", check_acs, *rpc_call(vector), key, NonceBook(1), late_ms)


def test_unsigned_alibaba_call_is_told_what_is_missing() -> None:
    key = AcceptedCredentials(Credentials("id", "secret"))

    assert_refused("MissingAccessKeyId", check_acs, SimRequest("GET", "/", "", {}), {}, key, NonceBook(1), 0)
    bad = SimRequest("GET", "/", "", {"authorization": "ACS3"})
    assert_refused("IncompleteSignature", check_acs, bad, {}, key, NonceBook(1), 0)


def test_nonce_may_be_used_again_after_its_time() -> None:
    nonces = NonceBook(1_000)

    assert [nonces.is_new("a", at_ms) for at_ms in (0, 500, 1_001)] == [True, False, True]


# Baidu


def bce_call(vector: dict[str, Any], **headers: str) -> SimRequest:
    given, expected = vector["inputs"], vector["expected"]
    sent = {name: str(value) for name, value in given["headers"].items()}
    query = urlencode(given["params"], quote_via=quote)
    return SimRequest(
        given["method"], given["path"], query, {**sent, "authorization": expected["authorization"], **headers}
    )


def bce_key(vector: dict[str, Any], secret: str | None = None) -> AcceptedCredentials:
    given = vector["inputs"]
    token = given["headers"].get("x-bce-security-token")
    return AcceptedCredentials(
        Credentials(given["access_key_id"], secret or given["secret_access_key"], token)
    )


@vectors("bce-")
def test_bce_vector_passes(vector: dict[str, Any]) -> None:
    now_ms = vector["inputs"]["timestamp"] * 1000

    for at_ms in (now_ms, now_ms + 1_800_000, now_ms - 60_000):
        check_bce(bce_call(vector), bce_key(vector), at_ms)


@vectors("bce-")
def test_bce_bent_request_is_refused(vector: dict[str, Any]) -> None:
    now_ms = vector["inputs"]["timestamp"] * 1000
    elsewhere = bce_call(vector, host="evil.example.com")

    assert_refused("SignatureDoesNotMatch", check_bce, elsewhere, bce_key(vector), now_ms)
    assert_refused("SignatureDoesNotMatch", check_bce, bce_call(vector), bce_key(vector, "other"), now_ms)
    assert_refused("RequestExpired", check_bce, bce_call(vector), bce_key(vector), now_ms + 1_800_001)


def test_bce_authorization_must_be_there_and_well_formed() -> None:
    key = AcceptedCredentials(Credentials("id", "secret"))

    assert_refused("AccessDenied", check_bce, SimRequest("GET", "/v2/tasks", "", {}), key, 0)
    for text in ("bce-auth-v1", f"bce-auth-v1/id/now/1800/host/{'0' * 64}"):
        call = SimRequest("GET", "/v2/tasks", "", {"authorization": text})
        assert_refused("InvalidHTTPAuthHeader", check_bce, call, key, 0)
