"""Removal of secrets from vendors' records before they are stored."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Collection
from hashlib import sha256
from typing import Any


def without_keys(value: Any, names: Collection[str]) -> Any:
    """`value` without the keys `names` of any object in it, at any depth."""
    if isinstance(value, dict):
        return {name: without_keys(part, names) for name, part in value.items() if name not in names}
    return [without_keys(item, names) for item in value] if isinstance(value, list) else value


def hash_command(document: Any) -> dict[str, Any]:
    """A TAT CommandDocument with the command's length in bytes and its SHA-256 in place of the command."""
    parts: dict[str, Any] = document if isinstance(document, dict) else {"Content": document}
    if not parts.get("Content"):
        return parts
    content = _decoded(parts["Content"])
    kept = {name: value for name, value in parts.items() if name != "Content"}
    return {**kept, "ContentLength": len(content), "ContentSha256": sha256(content).hexdigest()}


def _decoded(content: Any) -> bytes:
    """The command as it is run; as it was sent where it is not the documented Base64."""
    written = content if isinstance(content, str) else json.dumps(content, default=str, skipkeys=True)
    raw = written.encode("utf-8", "surrogatepass")
    try:
        return b64decode(raw, validate=True)
    except ValueError:
        return raw
