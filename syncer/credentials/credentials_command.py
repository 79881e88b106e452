"""Credentials that a command prints as JSON."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncer.errors import ConfigurationError
from syncer.model import Credentials

#: How vendors and their tools spell the three, in lower case and without underscores or hyphens.
_ACCESS_KEY = ("accesskey", "accesskeyid", "secretid", "tmpsecretid")
_SECRET_KEY = ("secretkey", "secretaccesskey", "accesskeysecret", "tmpsecretkey")
_SESSION_TOKEN = ("sessiontoken", "securitytoken", "token")
#: What the vendors' token services wrap around them.
_WRAPPINGS = ("response", "credentials")


@dataclass(frozen=True, slots=True)
class FromCommand:
    """Credentials that `command`, run without a shell, prints as one JSON object.

    Its keys are `access_key`, `secret_key` and perhaps `session_token`, or as the vendors spell them.
    The arguments may hold a secret, so only the program's name is ever shown, and never its output.
    """

    command: tuple[str, ...] = field(repr=False)
    timeout: timedelta = timedelta(seconds=30)
    #: Where it runs; None: where we run.
    folder: Path | None = None

    def read(self) -> Credentials:
        """The credentials it prints now. Raises ConfigurationError."""
        try:
            printed = json.loads(self._run())
        except ValueError:
            raise self._wrong("printed no JSON; it must print one object") from None
        for _ in _WRAPPINGS:
            printed = _unwrapped(printed)
        if not isinstance(printed, dict):
            raise self._wrong("printed no JSON object")
        access_key, secret_key = _find(printed, _ACCESS_KEY), _find(printed, _SECRET_KEY)
        if not access_key or not secret_key:
            raise self._wrong("must print access_key and secret_key (and session_token, if there is one)")
        return Credentials(access_key, secret_key, _find(printed, _SESSION_TOKEN))

    def _run(self) -> bytes:
        try:
            # A session of its own: Ctrl-C is for us, and a timeout ends its children too.
            child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self.folder,
            )
        except OSError as error:
            raise self._wrong(f"cannot be run: {error.strerror}") from None
        with child:
            try:
                output, _ = child.communicate(timeout=self.timeout.total_seconds())
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                raise self._wrong(f"took longer than {self.timeout.total_seconds():g} s") from None
        if child.returncode:
            raise self._wrong(f"ended with status {child.returncode}; run it by hand to see why")
        return output

    def _wrong(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"credentials_command ({self.command[0]}) {what}")


def _unwrapped(printed: Any) -> Any:
    if isinstance(printed, dict):
        for key, value in printed.items():
            if key.lower() in _WRAPPINGS and isinstance(value, dict):
                return value
    return printed


def _find(printed: Mapping[str, Any], spellings: tuple[str, ...]) -> str | None:
    plain = {key.lower().replace("_", "").replace("-", ""): value for key, value in printed.items()}
    found = (plain[spelling] for spelling in spellings if plain.get(spelling))
    value = next(found, None)
    return value.strip() if isinstance(value, str) else None
