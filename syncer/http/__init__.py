"""Asking the providers over HTTP: the only room that knows `requests`.

* `client` signs, paces, sends, reads, and tries again; `recovery` decides after each failure
* `limiter` lets everybody who shares an account and an action go one by one; `pace` decides when
* `provider_clock` tells the provider's time from its answers
* `transport` sends one request to the byte; `deadline` ends it in time; `faults` says what went wrong
"""

from syncer.http.client import Client, Keyring, Terms
from syncer.http.limiter import Limiter, Limiters
from syncer.http.provider_clock import ProviderClock
from syncer.http.recovery import Patience
from syncer.http.transport import Route, Transport

__all__ = [
    "Client",
    "Keyring",
    "Limiter",
    "Limiters",
    "Patience",
    "ProviderClock",
    "Route",
    "Terms",
    "Transport",
]
