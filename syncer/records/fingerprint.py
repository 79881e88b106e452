"""Fingerprints of records: equal fingerprints mean that there is nothing to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from syncer.model import Task
from syncer.records.cleaning import canonical_json
from syncer.records.redaction import Path, remove_paths

#: A status is compared by rank and observation time, not by fingerprint.
_NOT_FINGERPRINTED = ("status", "provider_status", "rank")
_fingerprinted_fields = attrgetter(
    *(field.name for field in fields(Task) if field.name not in _NOT_FINGERPRINTED)
)


def fingerprint(task: Task, record: Any, text: str, *, volatile: Iterable[Path]) -> bytes:
    """A hash of `record` without its `volatile` paths, and of the mapped fields of `task`; 16 bytes.

    `text` is the canonical JSON of `record`. With the mapped fields, a changed mapping changes the
    fingerprint.
    """
    stable = remove_paths(record, volatile)
    stable_text = text if stable is record else canonical_json(stable)
    parts = (stable_text, *map(str, _fingerprinted_fields(task)))
    return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
