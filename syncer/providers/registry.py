"""The registry of providers.

A new provider is one file in this folder, its import here, and one line in `PROVIDERS`;
docs/adding-a-provider.md has all steps.
"""

from __future__ import annotations

from typing import Any

from syncer.errors import ConfigurationError
from syncer.ports import Provider, ProviderClass
from syncer.providers.alibaba_aiccs import AlibabaAiccs
from syncer.providers.baidu_vod import BaiduVod
from syncer.providers.tencent_mps import TencentMps
from syncer.providers.tencent_tat import TencentTat

#: By name, in the order of `syncer --help`. A test may add a provider of its own.
PROVIDERS: dict[str, ProviderClass] = {
    TencentMps.name: TencentMps,
    TencentTat.name: TencentTat,
    AlibabaAiccs.name: AlibabaAiccs,
    BaiduVod.name: BaiduVod,
}


def create_provider(name: str, *, endpoint: str | None = None, options: Any = None) -> Provider:
    """The provider called `name`, with requests to `endpoint` in place of the vendor's own host if given.

    `options` is an instance of its `options_class`; without one the defaults apply. Raises ConfigurationError
    where no provider has that name, or where the endpoint is more than scheme and host.
    """
    if name not in PROVIDERS:
        raise ConfigurationError(f"provider = {name!r} is unknown: write one of {', '.join(PROVIDERS)}")
    provider_class = PROVIDERS[name]
    return provider_class(
        options=provider_class.options_class() if options is None else options, endpoint=endpoint
    )
