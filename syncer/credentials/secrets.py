"""Places where secrets and credentials are kept, as values that read them on demand."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from syncer.errors import ConfigurationError
from syncer.model import Credentials


class Secret(Protocol):
    """The place of one secret."""

    def read(self) -> str:
        """Return the present value. Raises ConfigurationError if there is none."""


@dataclass(frozen=True, slots=True)
class InlineSecret:
    """A secret written in the configuration itself."""

    value: str = field(repr=False)

    def read(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class EnvironmentSecret:
    """A secret in an environment variable."""

    name: str

    def read(self) -> str:
        value = os.environ.get(self.name, "").strip()
        if not value:
            raise ConfigurationError(f"the environment variable {self.name} is not set; set it to the secret")
        return value


@dataclass(frozen=True, slots=True)
class FileSecret:
    """A secret that is the only content of a file; surrounding white space is removed."""

    path: Path

    def read(self) -> str:
        try:
            value = self.path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"cannot read the secret in {self.path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigurationError(
                f"{self.path} is not text; it must hold the secret and nothing else"
            ) from None
        if not value:
            raise ConfigurationError(f"{self.path} is empty; it must hold the secret")
        return value


def anchored(secret: Secret, folder: Path) -> Secret:
    """`secret`; the relative path of a file starts at `folder`."""
    return FileSecret(folder / os.path.expanduser(secret.path)) if isinstance(secret, FileSecret) else secret


#: The part of a variable's name in front of the name of an access key.
_PREFIX = re.compile(r"(.+?_)(?:ACCESS|SECRET)_")
_TOKENS = ("SESSION_TOKEN", "SECURITY_TOKEN", "STS_TOKEN", "TOKEN")


def _token_beside(access_key: str, session_token: str | None) -> str | None:
    """The session token that belongs to the variable `access_key`.

    Raises ConfigurationError where several variables hold different ones.
    """
    prefix = _PREFIX.match(access_key)
    names = [session_token or "", *(f"{prefix[1]}{name}" for name in _TOKENS if prefix)]
    found = {name: value for name in names if (value := os.environ.get(name, "").strip())}
    if len(set(found.values())) > 1:
        raise ConfigurationError(f"{' and '.join(found)} hold different session tokens; unset all but one")
    return next(iter(found.values()), None)


class CredentialsReader(Protocol):
    """The place of an access key and its secrets."""

    def read(self) -> Credentials:
        """Return the present credentials. Raises ConfigurationError if there are none."""


@dataclass(frozen=True, slots=True)
class SeparateSecrets:
    """Credentials whose parts are kept in separate places."""

    access_key: Secret
    secret_key: Secret
    session_token: Secret | None = None

    def read(self) -> Credentials:
        return Credentials(self.access_key.read(), self.secret_key.read(), self._read_token())

    def _read_token(self) -> str | None:
        match self.session_token:
            case None:
                return None
            case EnvironmentSecret(name) if not os.environ.get(name, "").strip():
                # A permanent key has no token; one configuration serves both kinds of keys.
                return None
            case secret:
                return secret.read()


@dataclass(frozen=True, slots=True)
class EnvironmentCredentials:
    """Credentials in the vendor's environment variables: the first entry of `names` whose key is set.

    Each entry is (access key, secret key, session token or None); the token's variable may be unset, or have
    another tool's name: `TENCENTCLOUD_SECURITY_TOKEN` instead of `TENCENTCLOUD_TOKEN`.
    """

    names: tuple[tuple[str, str, str | None], ...]

    def read(self) -> Credentials:
        for access_key, secret_key, session_token in self.names:
            if os.environ.get(access_key):
                return Credentials(
                    EnvironmentSecret(access_key).read(),
                    EnvironmentSecret(secret_key).read(),
                    _token_beside(access_key, session_token),
                )
        variables = " or ".join(f"{access_key} and {secret_key}" for access_key, secret_key, _ in self.names)
        alternative = f", or set {variables} in the environment" if variables else ""
        raise ConfigurationError(f"no credentials: write access_key and secret_key{alternative}")
