"""The configuration that points syncer at a running simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from syncer.simulator.simulator import Simulator
from syncer.simulator.simulator_options import LIST_NAMES

#: By list: the provider that reads it and its site.
_PROVIDERS = {
    "mps-cn": ("tencent_mps", "cn"),
    "mps-intl": ("tencent_mps", "intl"),
    "tat": ("tencent_tat", "cn"),
    "aiccs": ("alibaba_aiccs", None),
    "baidu": ("baidu_vod", None),
}


def config_toml(
    simulator: Simulator,
    *,
    poll_every: str = "2s",
    sweep_every: str = "10m",
    more: Mapping[str, str | float] | None = None,
) -> str:
    """The `[[sources]]` of a syncer.toml that read all five lists of a started simulator.

    `more` are further settings of every source, such as `{"lookback.min": "1m"}`.
    """
    common = {"poll_every": poll_every, "sweep_every": sweep_every, **(more or {})}
    return "\n".join(_source(simulator, name, common) for name in LIST_NAMES)


def _source(simulator: Simulator, name: str, common: Mapping[str, str | float]) -> str:
    provider, site = _PROVIDERS[name]
    key = simulator.credentials
    settings: dict[str, str | float | list[str] | None] = {
        "name": name,
        "provider": provider,
        "site": site,
        "endpoint": simulator.endpoints[name],
        "access_key": key.access_key,
        "secret_key": key.secret_key,
        "session_token": key.session_token,
        "regions": list(simulator.options.regions) if name == "tat" else None,
        **common,
        "retention": _duration(simulator.options.of(name).retention or simulator.options.retention),
        "visibility_lag": _duration(simulator.options.visibility_lag_of(name) or None),
    }
    # A JSON string, number or list of strings is also a TOML one.
    lines = (f"{setting} = {json.dumps(value)}" for setting, value in settings.items() if value is not None)
    return "[[sources]]\n" + "\n".join(lines) + "\n"


def _duration(duration: timedelta | None) -> str | None:
    return None if duration is None else f"{duration // timedelta(milliseconds=1)}ms"
