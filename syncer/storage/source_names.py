"""Names of sources that a user typed, checked against those that exist."""

from __future__ import annotations

from collections.abc import Iterable

from syncer.errors import ConfigurationError


def check_source_names(asked: Iterable[str], known: Iterable[str]) -> None:
    """Raise ConfigurationError, listing the `known` names, if a name that was `asked` for is not one."""
    existing = list(known)
    if unknown := sorted(set(asked) - set(existing)):
        names = ", ".join(existing) or "none yet: type `syncer sync` or `syncer run`"
        raise ConfigurationError(f"no source is called {', '.join(unknown)}; there are {names}")
