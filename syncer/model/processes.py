"""The processes that share a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

#: How often a daemon updates its row in the database, and when it counts as dead after its last update.
HEARTBEAT_EVERY = timedelta(seconds=20)
DEAD_AFTER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A daemon, as other processes see it."""

    host: str
    pid: int
    version: str
    #: Digest of its configuration, without secrets.
    configuration: str

    def differences(self, other: ProcessIdentity) -> tuple[str, ...]:
        """What differs between the two daemons: "version", "configuration"."""
        names = ("version", "configuration")
        return tuple(name for name in names if getattr(self, name) != getattr(other, name))
