"""The one access key a simulator accepts, and which nonces it has seen."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque

from syncer.model import Credentials


class AcceptedCredentials:
    """The accepted access key. Its session token can be replaced while clients use it."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def secret_of(self, access_key: str) -> str | None:
        return self.credentials.secret_key if access_key == self.credentials.access_key else None

    def accepts_token(self, token: str | None) -> bool:
        """Whether a request with this session token (None: without one) is in order."""
        expected = self.credentials.session_token or ""
        return hmac.compare_digest(expected.encode(), (token or "").encode())

    def rotate(self) -> Credentials:
        """Replace the session token; from now on the old one has expired."""
        old = self.credentials
        self.credentials = Credentials(old.access_key, old.secret_key, f"session-{secrets.token_hex(16)}")
        return self.credentials


class NonceBook:
    """Remembers the nonces of a while, by simulated time."""

    def __init__(self, keep_ms: int) -> None:
        self._keep_ms = keep_ms
        self._seen: set[str] = set()
        self._order: deque[tuple[int, str]] = deque()
        self._lock = threading.Lock()

    def is_new(self, nonce: str, now_ms: int) -> bool:
        """True the first time a nonce is shown."""
        with self._lock:
            while self._order and self._order[0][0] < now_ms - self._keep_ms:
                self._seen.discard(self._order.popleft()[1])
            if nonce in self._seen:
                return False
            self._seen.add(nonce)
            self._order.append((now_ms, nonce))
            return True


def is_same(left: str, right: str) -> bool:
    """Equality that takes the same time wherever the texts differ."""
    return hmac.compare_digest(left.encode(), right.encode())
