"""Configuration of syncer for a running simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from syncer.simulator.list_spec import ListSpec
from syncer.simulator.simulator import Simulator
from syncer.simulator.vendors import LISTS


def config_toml(
    simulator: Simulator,
    *,
    poll_every: str = "2s",
    sweep_every: str = "10m",
    more: Mapping[str, str | float] | None = None,
) -> str:
    """The `[[sources]]` of a syncer.toml that read all lists of a started simulator.

    `more` has further settings for each source, such as `{"lookback.min": "1m"}`.
    """
    common = {"poll_every": poll_every, "sweep_every": sweep_every, **(more or {})}
    return "\n".join(_source(simulator, LISTS[name], common) for name in simulator.list_names)


def _source(simulator: Simulator, spec: ListSpec, common: Mapping[str, str | float]) -> str:
    options, credentials = simulator.options, simulator.credentials
    settings: dict[str, str | float | list[str] | None] = {
        "name": spec.name,
        "provider": spec.provider,
        "site": spec.site,
        "endpoint": simulator.endpoints[spec.name],
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "session_token": credentials.session_token,
        "account": spec.name if credentials.session_token and not spec.names_account else None,
        "regions": list(options.regions) if spec.has_regions else None,
        **common,
        "retention": _duration(options.list_options(spec.name).retention or options.retention),
        "visibility_lag": _duration(options.visibility_lag_of(spec.name) or None),
    }
    # A JSON string, number or list of strings is valid TOML.
    lines = (f"{setting} = {json.dumps(value)}" for setting, value in settings.items() if value is not None)
    return "[[sources]]\n" + "\n".join(lines) + "\n"


def _duration(duration: timedelta | None) -> str | None:
    return None if duration is None else f"{duration // timedelta(milliseconds=1)}ms"
