"""Every provider in the registry, one after the other."""

from __future__ import annotations

import pytest

from syncer.ports import Provider, ProviderClass
from syncer.providers import PROVIDERS
from tests.support.provider_responses import made


@pytest.fixture(scope="module", params=PROVIDERS)
def name(request: pytest.FixtureRequest) -> str:
    """The name of a provider."""
    value: str = request.param
    return value


@pytest.fixture(scope="module")
def provider_class(name: str) -> ProviderClass:
    return PROVIDERS[name]


@pytest.fixture(scope="module")
def provider(name: str) -> Provider:
    """The provider with the least options that it needs."""
    return made(name)
