"""Every provider in the registry, one after the other, and the one that only tests register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.ports import Provider, ProviderClass
from syncer.providers import PROVIDERS
from tests.support.provider_responses import make_provider
from tests.support.sixth_provider import AcmeRender


@pytest.fixture(scope="module", params=[*PROVIDERS, AcmeRender.name])
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS, AcmeRender.name, AcmeRender)
        yield request.param


@pytest.fixture(scope="module")
def provider_class(name: str) -> ProviderClass:
    return PROVIDERS[name]


@pytest.fixture(scope="module")
def provider(name: str) -> Provider:
    """The provider with the least options that it needs."""
    return make_provider(name)
