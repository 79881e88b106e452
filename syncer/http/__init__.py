"""HTTP client of the providers. Only this package imports `requests`.

* `client` signs and sends a request, reads the response and retries; `retry` decides after each failure
* `rate_limiter` limits the requests of one account and action; `request_spacing` computes the waits
* `provider_clock` estimates the provider's time from the Date headers of its responses
* `transport` sends one request unchanged; `deadline` bounds its time; `network_errors` classifies failures
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
