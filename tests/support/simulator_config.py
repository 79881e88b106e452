"""The `syncer.toml` of a test: every list of a simulator as a source that is polled often."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syncer.simulator import LIST_NAMES, LISTS, Simulator

#: By list: the provider that reads it and its site.
PROVIDERS = {name: (spec.provider, spec.site) for name, spec in LISTS.items()}
#: Settings of every source, unless a test overrides them.
FAST_POLLING = {
    "poll_every": "300ms",
    "sweep_every": "2s",
    "retention": "7d",
    "visibility_lag": "0ms",
    "requests_per_second": 300,
    # Small pages, so that a few tasks make many of them.
    "page_size": 25,
}
#: Short, so that the leases of a killed daemon expire soon.
LEASE = "2s"


def syncer_toml(
    simulator: Simulator,
    database_url: str,
    *,
    lists: Mapping[str, Mapping[str, Any]] | None = None,
    lease: str = LEASE,
    **settings: Any,
) -> str:
    """The text of a configuration. `settings` apply to every source, `lists` to the sources that it names."""
    of_list = lists or {}
    head = f"[database]\nurl = {json.dumps(database_url)}\n\n[daemon]\nlease = {json.dumps(lease)}\n"
    sources = (
        _source(simulator, name, {**FAST_POLLING, **settings, **of_list.get(name, {})}) for name in LIST_NAMES
    )
    return "\n".join((head, *sources))


def _source(simulator: Simulator, name: str, settings: Mapping[str, Any]) -> str:
    provider, site = PROVIDERS[name]
    credentials = simulator.credentials
    values = {
        "name": name,
        "provider": provider,
        "site": site,
        "endpoint": simulator.endpoints[name],
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "regions": list(simulator.options.regions) if LISTS[name].has_regions else None,
        **settings,
    }
    lines = (f"{setting} = {_toml(value)}" for setting, value in values.items() if value is not None)
    return "[[sources]]\n" + "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """`value` in TOML, which writes strings, numbers and lists of strings like JSON."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    return json.dumps(value)
