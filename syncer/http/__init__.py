"""Asking the providers over HTTP: the only room that knows `requests`.

* `client` signs, paces, sends, reads, and tries again; `retry` decides after each failure
* `limiter` lets everybody who shares an account and an action go one by one; `pace` decides when
* `provider_clock` tells the provider's time from its answers
* `transport` sends one request to the byte; `deadline` ends it in time; `faults` says what went wrong
"""

from syncer.http.client import Client, ClientConfig, CredentialsProvider
from syncer.http.provider_clock import ProviderClock
from syncer.http.rate_limiter import RateLimiter, RateLimiters
from syncer.http.retry import RetryPolicy
from syncer.http.transport import Transport, TransportConfig

__all__ = [
    "Client",
    "ClientConfig",
    "CredentialsProvider",
    "ProviderClock",
    "RateLimiter",
    "RateLimiters",
    "RetryPolicy",
    "Transport",
    "TransportConfig",
]
