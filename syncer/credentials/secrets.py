"""The places where secrets are kept, as values that read them only when asked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from syncer.errors import ConfigurationError
from syncer.model import Credentials


class Secret(Protocol):
    """One secret value, wherever it is kept."""

    def read(self) -> str:
        """The value as it stands now. Raises ConfigurationError."""


@dataclass(frozen=True, slots=True)
class InlineSecret:
    """A secret written in the configuration itself."""

    value: str = field(repr=False)

    def read(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """A secret in an environment variable."""

    name: str

    def read(self) -> str:
        value = os.environ.get(self.name, "").strip()
        if not value:
            raise ConfigurationError(f"the environment variable {self.name} is not set; set it to the secret")
        return value


@dataclass(frozen=True, slots=True)
class FromFile:
    """A secret that is alone in a file; white space around it does not count."""

    path: Path

    def read(self) -> str:
        try:
            value = self.path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"cannot read the secret in {self.path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigurationError(f"{self.path} is not text; it must hold the secret alone") from None
        if not value:
            raise ConfigurationError(f"{self.path} is empty; it must hold the secret")
        return value


class Secrets(Protocol):
    """An access key with its secrets, wherever they are kept."""

    def read(self) -> Credentials:
        """The credentials as they stand now. Raises ConfigurationError."""


@dataclass(frozen=True, slots=True)
class SeparateSecrets:
    """Credentials of which each part is kept on its own."""

    access_key: Secret
    secret_key: Secret
    session_token: Secret | None = None

    def read(self) -> Credentials:
        return Credentials(self.access_key.read(), self.secret_key.read(), self._token())

    def _token(self) -> str | None:
        match self.session_token:
            case None:
                return None
            case FromEnvironment(name) if not os.environ.get(name, "").strip():
                return None  # a permanent key has none, and the same file serves both
            case secret:
                return secret.read()


@dataclass(frozen=True, slots=True)
class VendorEnvironment:
    """Credentials in the vendor's own environment variables: the first of `names` that is set.

    Each entry of `names` is (access key, secret key, session token or None); the token may be unset.
    """

    names: tuple[tuple[str, str, str | None], ...]

    def read(self) -> Credentials:
        for access_key, secret_key, session_token in self.names:
            if os.environ.get(access_key):
                token = FromEnvironment(session_token) if session_token else None
                return SeparateSecrets(FromEnvironment(access_key), FromEnvironment(secret_key), token).read()
        wanted = " or ".join(f"{access_key} and {secret_key}" for access_key, secret_key, _ in self.names)
        instead = f", or set {wanted} in the environment" if wanted else ""
        raise ConfigurationError(f"no credentials: write access_key and secret_key{instead}")
