"""The `syncer.toml` of a test: all five lists of a simulator, read as fast as the test needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syncer.simulator import LIST_NAMES, LISTS, Simulator

#: By list: the provider that reads it and its site.
PROVIDERS = {name: (spec.provider, spec.site) for name, spec in LISTS.items()}
#: Of every source, unless a test says otherwise.
BRISK = {
    "poll_every": "300ms",
    "sweep_every": "2s",
    "retention": "7d",
    "visibility_lag": "0ms",
    "requests_per_second": 300,
    # Small pages, so that a small world has many of them.
    "page_size": 25,
}
#: Of the daemon: what a dead one holds is free again soon.
LEASE = "2s"


def configuration(
    simulator: Simulator,
    database_url: str,
    *,
    lists: Mapping[str, Mapping[str, Any]] | None = None,
    lease: str = LEASE,
    **all_: Any,
) -> str:
    """The text of a configuration: `all_` goes for every source, `lists` for those it names."""
    own = lists or {}
    head = f"[database]\nurl = {json.dumps(database_url)}\n\n[daemon]\nlease = {json.dumps(lease)}\n"
    sources = (_source(simulator, name, {**BRISK, **all_, **own.get(name, {})}) for name in LIST_NAMES)
    return "\n".join((head, *sources))


def _source(simulator: Simulator, name: str, settings: Mapping[str, Any]) -> str:
    provider, site = PROVIDERS[name]
    key = simulator.credentials
    written = {
        "name": name,
        "provider": provider,
        "site": site,
        "endpoint": simulator.endpoints[name],
        "access_key": key.access_key,
        "secret_key": key.secret_key,
        "regions": list(simulator.options.regions) if LISTS[name].has_regions else None,
        **settings,
    }
    lines = (f"{setting} = {_toml(value)}" for setting, value in written.items() if value is not None)
    return "[[sources]]\n" + "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """`value` in TOML, where a JSON string, number or list of strings means the same."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    return json.dumps(value)
