"""Credentials from the JSON output of a command."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from syncer.credentials.printed_credentials import read_credentials
from syncer.errors import ConfigurationError
from syncer.model import Credentials

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommandCredentials:
    """Credentials that `command`, run without a shell, prints as one JSON object.

    `printed_credentials` has the names that its values may have.
    The arguments can hold a secret: messages show only the program's name, and never its output.
    """

    command: tuple[str, ...] = field(repr=False)
    timeout: timedelta = timedelta(seconds=30)
    #: The working directory; None: that of this process.
    folder: Path | None = None

    def read(self) -> Credentials:
        """Run the command; return the credentials it prints. Raises ConfigurationError."""
        try:
            credentials, unknown = read_credentials(self._run())
        except ConfigurationError as error:
            raise ConfigurationError(f"credentials_command ({self.command[0]}) {error.message}") from None
        if unknown:
            names = ", ".join(unknown)
            log.warning("credentials.names_ignored", extra={"program": self.command[0], "names": names})
        return credentials

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
            raise ConfigurationError(f"cannot be run: {error.strerror}") from None
        with process:
            try:
                output, _ = process.communicate(timeout=self.timeout.total_seconds())
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise ConfigurationError(f"took longer than {self.timeout.total_seconds():g} s") from None
        if process.returncode:
            raise ConfigurationError(f"ended with status {process.returncode}; run it by hand to see why")
        return output
