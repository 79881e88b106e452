"""Providers and answers for tests, in one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syncer.model import Response
from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider

#: What each provider must be told before it can be made.
OPTIONS: dict[str, dict[str, Any]] = {
    "tencent_mps": {"site": "cn"},
    "tencent_tat": {"regions": "all"},
    "alibaba_aiccs": {},
    "baidu_vod": {},
}
_DATA = Path(__file__).parents[1] / "data"


def made(kind: str, *, endpoint: str | None = None, **options: Any) -> Provider:
    """The provider of `kind`, with `options` over the least it needs."""
    return create_provider(
        kind, endpoint=endpoint, options=PROVIDERS[kind].Options(**{**OPTIONS[kind], **options})
    )


def answer(value: object, status: int = 200, **headers: str) -> Response:
    """An answer with `value` as JSON, or as it is where it is bytes."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status, {"content-type": "application/json", **named}, body)


def tencent(**response: Any) -> Response:
    """One of Tencent's answers."""
    return answer({"Response": {"RequestId": "req-1", **response}})


def tencent_error(code: str, message: str = "no") -> Response:
    """One of Tencent's errors, which come with HTTP 200."""
    return tencent(Error={"Code": code, "Message": message})


def examples(name: str) -> list[Response]:
    """The answers shown on the vendor's own page."""
    return [answer(one) for one in json.loads((_DATA / f"{name}_examples.json").read_text(encoding="utf-8"))]
