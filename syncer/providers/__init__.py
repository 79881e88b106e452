"""The registry of providers. A new one is a file of its own here, and one line in `_PLACES`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from syncer.errors import ConfigurationError
from syncer.ports import Provider

#: By kind: the module in this folder, and the class in it.
_PLACES = {
    "tencent_mps": "TencentMps",
    "tencent_tat": "TencentTat",
    "alibaba_aiccs": "AlibabaAiccs",
    "baidu_vod": "BaiduVod",
}


class _Registry(Mapping[str, Any]):
    """Provider classes by kind, each imported when it is first asked for."""

    def __getitem__(self, kind: str) -> Any:
        return getattr(import_module(f"{__name__}.{kind}"), _PLACES[kind])

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)

    def __contains__(self, kind: object) -> bool:
        return kind in _PLACES


#: Each class has `Options`, a frozen dataclass of the source's own configuration keys.
PROVIDERS: Mapping[str, Any] = _Registry()


def create_provider(kind: str, *, endpoint: str | None = None, options: Any = None) -> Provider:
    """The provider of `kind`, asking `endpoint` in place of the vendor's own host if given.

    `options` is an instance of the class's `Options`; without one its defaults hold. Raises
    ConfigurationError where there is no such kind, or where the endpoint is more than scheme and host.
    """
    if kind not in PROVIDERS:
        raise ConfigurationError(f"provider = {kind!r} is unknown: write one of {', '.join(PROVIDERS)}")
    made = PROVIDERS[kind]
    provider: Provider = made(options=made.Options() if options is None else options, endpoint=endpoint)
    return provider
