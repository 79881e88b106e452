"""Signatures, against the vendors' published examples and against vectors made with their own SDKs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from syncer.model import GLOBAL, Credentials, Query, Request
from syncer.providers import alibaba_signature, baidu_signature, create_provider, tencent
from syncer.providers.endpoints import query_string
from syncer.providers.tencent_mps import TencentMps, TencentMpsOptions
from syncer.providers.tencent_tat import TencentTat, TencentTatOptions

_FILE = Path(__file__).parents[2] / "data" / "signature_vectors.json"
_VECTORS = json.loads(_FILE.read_text(encoding="utf-8"))["vectors"]
_NONCE = "0123456789abcdef0123456789abcdef"


def vectors(prefix: str) -> pytest.MarkDecorator:
    found = [v for v in _VECTORS if v["id"].startswith(prefix)]
    assert found
    return pytest.mark.parametrize("vector", [pytest.param(v, id=v["id"]) for v in found])


def at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


@vectors("tc3-")
def test_tc3_functions_agree_with_vector(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    headers = {"Content-Type": inputs["content_type"], "Host": inputs["host"]}
    headers |= inputs.get("extra_signed_headers", {})
    body = inputs["payload"].encode()
    canonical = tencent.canonical_request(inputs["method"], inputs["query"], headers, body)
    string = tencent.string_to_sign(at(inputs["timestamp"]), expected["credential_scope"], canonical)
    assert canonical == expected["canonical_request"]
    assert sha256(canonical.encode()).hexdigest() == expected["hashed_canonical_request"]
    assert string == expected["string_to_sign"]
    assert tencent.signed_names(headers) == expected["signed_headers"]
    proof = tencent.signature(inputs["secret_key"], expected["credential_scope"], string)
    assert proof == expected["signature"]


@pytest.mark.parametrize(
    "vector", [pytest.param(v, id=v["id"]) for v in _VECTORS if v["id"].startswith(("tc3-mps", "tc3-tat"))]
)
def test_tc3_sign_sends_the_headers_of_the_vector(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]["headers"]
    provider: TencentMps | TencentTat
    if inputs["service"] == "mps":
        provider = TencentMps(options=TencentMpsOptions(site="cn"))
    else:
        provider = TencentTat(options=TencentTatOptions(regions="all"))
    query = f"?{inputs['query']}" if inputs["query"] else ""
    request = Request(
        method=inputs["method"],
        url=f"https://{inputs['host']}/{query}",
        action=f"{inputs['service']}.Any",
        headers={"Host": inputs["host"], "Content-Type": inputs["content_type"]},
        body=inputs["payload"].encode(),
    )
    credentials = Credentials(inputs["secret_id"], inputs["secret_key"], inputs["token"])
    signed = provider.sign(request, credentials, at(inputs["timestamp"]), _NONCE)
    assert signed.headers["Authorization"] == expected["Authorization"]
    assert signed.headers["X-TC-Timestamp"] == expected["X-TC-Timestamp"]
    assert signed.headers.get("X-TC-Token") == expected.get("X-TC-Token")
    assert signed.body == request.body


@pytest.mark.parametrize(
    "vector", [pytest.param(v, id=v["id"]) for v in _VECTORS if v["id"].startswith("tc3-mps-describetasks")]
)
def test_mps_request_has_the_body_of_the_vendors_client(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    provider = TencentMps(options=TencentMpsOptions(site="cn"))
    cursor = inputs["params"].get("ScrollToken")
    request = provider.request(Query(list_name="FINISH", cursor=cursor))
    wanted = {k: v for k, v in inputs["params"].items() if k not in ("StartTime", "EndTime")}
    assert json.loads(request.body) == wanted


@vectors("acs3-")
def test_acs3_functions_agree_with_vector(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    query = query_string(inputs["query"])
    body = inputs["payload"].encode()
    canonical = alibaba_signature.canonical_request(inputs["method"], query, inputs["headers"], body)
    string = alibaba_signature.string_to_sign(canonical)
    proof = alibaba_signature.signature(inputs["access_key_secret"], string)
    assert query == expected["canonical_query"]
    assert canonical == expected["canonical_request"]
    assert string == expected["string_to_sign"]
    assert proof == expected["signature"]
    if "authorization" in expected:
        header = alibaba_signature.authorization(inputs["access_key_id"], inputs["headers"], proof)
        assert header == expected["authorization"]


@pytest.mark.parametrize(
    "vector", [pytest.param(v, id=v["id"]) for v in _VECTORS if v["id"].endswith("-minimal-headers")]
)
def test_acs3_sign_sends_the_headers_of_the_vector(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    provider = create_provider("alibaba_aiccs")
    template = provider.request(Query(list_name="ALL"))
    url = f"https://aiccs.aliyuncs.com/?{query_string(inputs['query'])}"
    request = Request(method="POST", url=url, action="any", headers=template.headers)
    credentials = Credentials(inputs["access_key_id"], inputs["access_key_secret"], inputs["security_token"])
    now = datetime.fromisoformat(inputs["headers"]["x-acs-date"])
    signed = provider.sign(request, credentials, now, inputs["headers"]["x-acs-signature-nonce"])
    assert signed.headers["authorization"] == vector["expected"]["authorization"]
    assert inputs["headers"].items() <= signed.headers.items()


def test_aiccs_request_has_the_query_of_the_vendors_client() -> None:
    vector = next(v for v in _VECTORS if v["id"] == "acs3-aiccs-listtask")
    request = create_provider("alibaba_aiccs").request(Query(list_name="ALL", limit=50))
    assert request.url.partition("?")[2] == vector["expected"]["canonical_query"]


@vectors("bce-")
def test_bce_functions_agree_with_vector(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    headers = {name: str(value) for name, value in inputs["headers"].items()}
    date = f"{at(inputs['timestamp']):%Y-%m-%dT%H:%M:%SZ}"
    prefix = baidu_signature.auth_prefix(inputs["access_key_id"], date, inputs["expiration_in_seconds"])
    key = baidu_signature.signing_key(inputs["secret_access_key"], prefix)
    query = query_string(inputs["params"])
    canonical = baidu_signature.canonical_request(inputs["method"], inputs["path"], query, headers)
    assert prefix == expected["auth_prefix"]
    assert key == expected["signing_key"]
    assert query == expected["canonical_query"]
    assert canonical.endswith(expected["canonical_headers"])
    assert canonical == expected["canonical_request"]
    assert baidu_signature.signature(key, canonical) == expected["signature"]


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(v, id=v["id"])
        for v in _VECTORS
        if v["id"].startswith("bce-vod") and v["inputs"]["headers_to_sign"]
    ],
)
def test_bce_sign_sends_the_header_of_the_vector(vector: dict[str, Any]) -> None:
    inputs = vector["inputs"]
    provider = create_provider("baidu_vod")
    query = f"?{query_string(inputs['params'])}" if inputs["params"] else ""
    request = Request(
        method="GET",
        url=f"https://vod.bj.baidubce.com{inputs['path']}{query}",
        action="any",
        headers={"host": "vod.bj.baidubce.com"},
    )
    token = inputs["headers"].get("x-bce-security-token")
    credentials = Credentials(inputs["access_key_id"], inputs["secret_access_key"], token)
    signed = provider.sign(request, credentials, at(inputs["timestamp"]), _NONCE)
    assert signed.headers["authorization"] == vector["expected"]["authorization"]
    assert inputs["headers"].items() <= signed.headers.items()


def test_baidu_request_has_the_query_of_the_vendors_signer() -> None:
    vector = next(v for v in _VECTORS if v["id"] == "bce-vod-tasks-window-marker")
    inputs = vector["inputs"]["params"]
    request = create_provider("baidu_vod").request(
        Query(
            list_name="tasks",
            cursor=inputs["marker"],
            created_from=datetime.fromisoformat(inputs["beginTime"]),
            created_to=datetime.fromisoformat(inputs["endTime"]),
        )
    )
    assert request.url.partition("?")[2] == vector["expected"]["canonical_query"]


@pytest.mark.parametrize("name", ["tencent_mps", "alibaba_aiccs", "baidu_vod"])
def test_sign_accepts_any_time_zone(name: str) -> None:
    options = TencentMpsOptions(site="cn") if name == "tencent_mps" else None
    provider = create_provider(name, options=options)
    request = provider.request(Query(list_name="FINISH", region=GLOBAL))
    now = datetime.fromisoformat("2023-11-15T00:00:00+08:00")
    credentials = Credentials("access", "secret")
    assert provider.sign(request, credentials, now, _NONCE) == provider.sign(
        request, credentials, now.astimezone(UTC), _NONCE
    )
