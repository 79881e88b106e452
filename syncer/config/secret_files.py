"""The files that hold secrets of the configuration, and which of them every user of the machine can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

#: Files in it can be read by every user of a container, which is usually one user:
#: https://docs.docker.com/compose/how-tos/use-secrets/
_MOUNTED_SECRETS = Path("/run/secrets")


def secret_files(content: Mapping[str, Any], path: Path) -> frozenset[Path]:
    """The files that hold secrets of the configuration `content` of the file `path`, which may be one."""
    sources = content.get("sources")
    tables = [content.get("database"), *(sources if isinstance(sources, list) else ())]
    return frozenset(file for table in tables if isinstance(table, dict) for file in _files(table, path))


def secret_variables(content: Mapping[str, Any]) -> Iterator[str]:
    """The environment variables that the configuration `content` names as places of secrets."""
    sources = content.get("sources")
    for table in (content.get("database"), *(sources if isinstance(sources, list) else ())):
        for value in table.values() if isinstance(table, dict) else ():
            if isinstance(value, dict) and isinstance(value.get("env"), str):
                yield value["env"]


def readable_by_others(path: Path) -> bool:
    """Whether every user of this machine can read the file. False where it cannot be known."""
    try:
        real = path.resolve(strict=True)
        if _MOUNTED_SECRETS in path.parents or not real.stat().st_mode & stat.S_IROTH:
            return False
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)
    except OSError:
        return False


def _files(table: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for key in ("secret_key", "session_token", "url", "proxy"):
        match table.get(key):
            case {"file": str(name)}:
                yield path.parent / os.path.expanduser(name)
            case str(text) if key in ("secret_key", "session_token") or _has_password(text):
                yield path


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return True
