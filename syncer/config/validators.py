"""Validators of single keys. Every ValueError says what to write, and none repeats the invalid value."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from syncer.config.durations import parse_duration
from syncer.credentials import EnvironmentSecret, FileSecret, InlineSecret, Secret

_NAME = re.compile(r"[^\W_][\w.-]{0,62}")
_PORTS = range(65536)
#: Former states are dropped by whole months: a shorter duration would drop every month as it ends.
_LEAST_HISTORY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port to listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(written: object) -> Address:
    """Host and port in text such as `[::1]:8321`."""
    host, _, port = str(written).rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not bare or not port.isdecimal() or int(port) not in _PORTS or (":" in bare) == (bare == host):
        raise ValueError('write host and port, such as "127.0.0.1:8321" or "[::1]:8321"')
    return Address(bare, int(port))


def lease(duration: timedelta) -> timedelta:
    """A duration that is neither too short nor too long for a lease."""
    if not timedelta(seconds=1) <= duration <= timedelta(hours=1):
        raise ValueError('write a duration from "1s" to "1h"')
    return duration


def keep(written: object) -> timedelta | None:
    """How long to keep former states; None for ever."""
    if written is None or written == "forever":
        return None
    try:
        duration = parse_duration(written)
    except ValueError:
        duration = timedelta(0)
    if duration < _LEAST_HISTORY:
        raise ValueError('write "forever", or a duration of at least "31d", such as "730d"')
    return duration


def source_name(written: str) -> str:
    """A name that keys, paths and labels may contain."""
    if not _NAME.fullmatch(written):
        raise ValueError('write a name of up to 63 letters, digits, ".", "-" and "_", such as "mps-cn"')
    return written


def secret(written: object) -> Secret:
    """The secret itself, or the place where it is kept."""
    match written:
        case str() if written.strip():
            return InlineSecret(written.strip())
        case {"env": str(name), **rest} if name and not rest:
            return EnvironmentSecret(name)
        case {"file": str(file), **rest} if file and not rest:
            return FileSecret(path(Path(file)))
    raise ValueError('write the secret itself, { env = "NAME" } or { file = "/run/secrets/name" }')


def database_url(written: object) -> str:
    """A Postgres URL."""
    text = str(written).strip()
    if not text.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("write postgresql://user:password@host:5432/database")
    return text


def path(written: Path) -> Path:
    """A path that the operating system can open; a leading `~` is the user's home folder, if there is one."""
    expanded = os.path.expanduser(written)
    if "\0" in expanded:
        raise ValueError("a path cannot contain the character U+0000")
    if expanded.startswith("~"):
        raise ValueError(f'no user has the home folder "{written.parts[0]}": write the path without it')
    return Path(expanded)


def proxy(written: object) -> str:
    """The URL of an HTTP proxy; it may contain a password."""
    parts = _split(str(written))
    if parts is None or parts.path not in ("", "/"):
        raise ValueError("write http://host:port or http://user:password@host:port")
    return str(written)


def endpoint(written: str) -> str:
    """Scheme and host; the default scheme is https."""
    parts = _split(written if "://" in written else f"https://{written}")
    if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("write https://host or https://host:port, without a path")
    return written


def _split(url: str) -> SplitResult | None:
    """The parts of an HTTP URL; None for any other text. urllib's own errors would repeat a password."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_usable else None


def field_path(written: str) -> str:
    """The dotted path of a field in a record."""
    if not all(part and part == part.strip() for part in written.split(".")):
        raise ValueError("write field names joined by dots, such as CommandDocument.Username")
    return written
