"""The credentials of one source, read late and read again."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable

from syncer.credentials.secrets import Secrets
from syncer.errors import ConfigurationError
from syncer.model import Credentials

_VISIBLE = re.compile(r"[!-~]+")


class RotatingCredentials:
    """The credentials of one source: read when first needed, and again when they were refused.

    `owner` names the source in errors; every secret read is told to `register_secret` first.
    """

    def __init__(self, secrets: Secrets, *, owner: str, register_secret: Callable[[str], None]) -> None:
        self._secrets = secrets
        self._owner = owner
        self._conceal = register_secret
        self._current: Credentials | None = None
        self._lock = threading.Lock()

    def current(self) -> Credentials:
        """The credentials read last. Raises ConfigurationError where they cannot be read."""
        with self._lock:
            return self._current or self._read()

    def renew(self, refused: Credentials) -> Credentials:
        """The credentials to try after `refused`; equal to it where no newer ones are to be had.

        Of many threads whose credentials expired together, one reads them again for all.
        """
        with self._lock:
            if self._current is not None and self._current != refused:
                return self._current
            return self._read()

    def _read(self) -> Credentials:
        try:
            credentials = self._secrets.read()
        except ConfigurationError as error:
            raise error.with_context(self._owner) from None
        for secret in (credentials.secret_key, credentials.session_token):
            if secret:
                self._conceal(secret)
        _require_visible(self._owner, credentials)
        self._current = credentials
        return credentials


def masked_key(access_key: str) -> str:
    """Enough of an access key to recognise it by."""
    shown = 4 if len(access_key) >= 12 else 1
    return f"{access_key[:shown]}***{access_key[-shown:]}"


def key_hash(access_key: str) -> str:
    """Tells one access key from another, and tells neither."""
    return hashlib.sha256(access_key.encode()).hexdigest()[:32]


def _require_visible(owner: str, credentials: Credentials) -> None:
    # Anything else cannot travel in a header, and is a slip of the pen: a quote, a line end, a BOM.
    parts = {
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "session_token": credentials.session_token or "-",
    }
    for name, value in parts.items():
        if not _VISIBLE.fullmatch(value):
            raise ConfigurationError(
                f"{owner}: the {name} is empty or holds white space or characters beyond ASCII; "
                "copy it again from the vendor's console"
            )
