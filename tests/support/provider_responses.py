"""Providers and responses for tests, in one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syncer.model import Query, Response
from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider

_DATA = Path(__file__).parents[1] / "data"


def make_provider(name: str, *, endpoint: str | None = None, **options: Any) -> Provider:
    """The provider called `name`, with `options` over the least that it needs."""
    provider_class = PROVIDERS[name]
    values = {**provider_class.example.options, **options}
    return create_provider(name, endpoint=endpoint, options=provider_class.options_class(**values))


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """A response with `value` as JSON, or as it is where it is bytes."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status, {"content-type": "application/json", **named}, body)


def response_with(name: str, records: list[Any]) -> Response:
    """The example response of the provider called `name`, with `records` in place of its own."""
    provider, body = make_provider(name), PROVIDERS[name].example.response
    query = Query(list_name=provider.facts.lists[-1].name, region="r")
    shown = list(provider.parse(query, json_response(body)).records)
    assert shown, f"the example response of {name} has no records"
    return json_response(_replaced(body, shown, records))


def _replaced(value: Any, old: list[Any], new: list[Any]) -> Any:
    """`value` with every list in it that equals `old` replaced by `new`."""
    if value == old:
        return new
    if isinstance(value, dict):
        return {name: _replaced(part, old, new) for name, part in value.items()}
    return value


def tencent_response(**response: Any) -> Response:
    """A response of one of Tencent's services."""
    return json_response({"Response": {"RequestId": "req-1", **response}})


def tencent_error(code: str, message: str = "no") -> Response:
    """An error of one of Tencent's services, which comes with HTTP 200."""
    return tencent_response(Error={"Code": code, "Message": message})


def documented_responses(name: str) -> list[Response]:
    """The responses shown on the vendor's own page."""
    return [
        json_response(one)
        for one in json.loads((_DATA / f"{name}_examples.json").read_text(encoding="utf-8"))
    ]
