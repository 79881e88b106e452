"""The credentials of one source, read on first use and again when they are refused."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable

from syncer.credentials.secrets import CredentialsReader
from syncer.errors import ConfigurationError
from syncer.model import Credentials

_VISIBLE_ASCII = re.compile(r"[!-~]+")


class RotatingCredentials:
    """The credentials of one source. Thread-safe.

    `owner` is the source's name in error messages. Every secret is passed to `register_secret` before any
    other use, so that logs can hide it.
    """

    def __init__(
        self, reader: CredentialsReader, *, owner: str, register_secret: Callable[[str], None]
    ) -> None:
        self._reader = reader
        self._owner = owner
        self._register_secret = register_secret
        self._current: Credentials | None = None
        self._lock = threading.Lock()

    def current(self) -> Credentials:
        """The credentials read last; reads them if none were. Raises ConfigurationError if that fails."""
        with self._lock:
            return self._current or self._read()

    def renew(self, refused: Credentials) -> Credentials:
        """Read the credentials again; return those to try next, equal to `refused` if there are no newer.

        Of several threads whose credentials expired together, only one reads them again.
        """
        with self._lock:
            if self._current is not None and self._current != refused:
                return self._current
            return self._read()

    def _read(self) -> Credentials:
        try:
            credentials = self._reader.read()
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._owner}: {error.message}") from None
        for secret in (credentials.secret_key, credentials.session_token):
            if secret:
                self._register_secret(secret)
        _require_visible_ascii(self._owner, credentials)
        self._current = credentials
        return credentials


def masked_key(access_key: str) -> str:
    """The first and last characters of an access key: enough to recognise it, too few to use it."""
    visible = 4 if len(access_key) >= 12 else 1
    return f"{access_key[:visible]}***{access_key[-visible:]}"


def key_hash(access_key: str) -> str:
    """A hash that distinguishes access keys without revealing them."""
    return hashlib.sha256(access_key.encode()).hexdigest()[:32]


def _require_visible_ascii(owner: str, credentials: Credentials) -> None:
    # Other characters cannot be sent in a header. They come from copying: a quote, a line end, a BOM.
    parts = {
        "access_key": credentials.access_key,
        "secret_key": credentials.secret_key,
        "session_token": credentials.session_token or "-",
    }
    for name, value in parts.items():
        if not _VISIBLE_ASCII.fullmatch(value):
            raise ConfigurationError(
                f"{owner}: the {name} is empty or holds white space or characters beyond ASCII; "
                "copy it again from the vendor's console"
            )
