"""Credentials from the JSON output of a command."""

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

#: The vendors' names of the three values, in lower case and without underscores and hyphens.
_ACCESS_KEY_NAMES = ("accesskey", "accesskeyid", "secretid", "tmpsecretid")
_SECRET_KEY_NAMES = ("secretkey", "secretaccesskey", "accesskeysecret", "tmpsecretkey")
_SESSION_TOKEN_NAMES = ("sessiontoken", "securitytoken", "token")
#: Objects in which the vendors' token services nest the values.
_ENVELOPES = ("response", "credentials")


@dataclass(frozen=True, slots=True)
class CommandCredentials:
    """Credentials that `command`, run without a shell, prints as one JSON object.

    Its keys are `access_key`, `secret_key` and optionally `session_token`, or the vendors' names of them.
    The arguments can hold a secret: messages show only the program's name, and never its output.
    """

    command: tuple[str, ...] = field(repr=False)
    timeout: timedelta = timedelta(seconds=30)
    #: The working directory; None: that of this process.
    folder: Path | None = None

    def read(self) -> Credentials:
        """Run the command; return the credentials it prints. Raises ConfigurationError."""
        try:
            output = json.loads(self._run())
        except ValueError:
            raise self._error("printed no JSON; it must print one object") from None
        for _ in _ENVELOPES:
            output = _unwrap(output)
        if not isinstance(output, dict):
            raise self._error("printed no JSON object")
        access_key, secret_key = _find(output, _ACCESS_KEY_NAMES), _find(output, _SECRET_KEY_NAMES)
        if not access_key or not secret_key:
            raise self._error("must print access_key and secret_key (and session_token, if there is one)")
        return Credentials(access_key, secret_key, _find(output, _SESSION_TOKEN_NAMES))

    def _run(self) -> bytes:
        try:
            # In a new session: Ctrl-C does not reach it, and a timeout can kill it with its children.
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self.folder,
            )
        except OSError as error:
            raise self._error(f"cannot be run: {error.strerror}") from None
        with process:
            try:
                output, _ = process.communicate(timeout=self.timeout.total_seconds())
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise self._error(f"took longer than {self.timeout.total_seconds():g} s") from None
        if process.returncode:
            raise self._error(f"ended with status {process.returncode}; run it by hand to see why")
        return output

    def _error(self, reason: str) -> ConfigurationError:
        return ConfigurationError(f"credentials_command ({self.command[0]}) {reason}")


def _unwrap(output: Any) -> Any:
    if isinstance(output, dict):
        for key, value in output.items():
            if key.lower() in _ENVELOPES and isinstance(value, dict):
                return value
    return output


def _find(output: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    normalised = {key.lower().replace("_", "").replace("-", ""): value for key, value in output.items()}
    value = next((normalised[name] for name in names if normalised.get(name)), None)
    return value.strip() if isinstance(value, str) else None
